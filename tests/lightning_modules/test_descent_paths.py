"""The paths that lesson 2 draws, down a valley."""

from __future__ import annotations

import pytest
import torch

from lightning_modules.visualisation.descent_paths import (
    CURVATURES,
    START,
    WAYS,
    descend,
    valley,
)


def test_descents_path_is_known() -> None:
    # each coordinate shrinks by 1 - rate * curvature a step
    shrink = 1 - 0.075 * torch.tensor(CURVATURES)
    expected = torch.stack([torch.tensor(START) * shrink**step for step in range(11)])
    torch.testing.assert_close(descend(WAYS["descent"], 10), expected)


@pytest.mark.parametrize("name", WAYS)
def test_every_way_leads_down(name: str) -> None:
    heights = valley(descend(WAYS[name], 30))
    assert heights[-1] < 0.1 * heights[0]
