"""What all tests share."""

from __future__ import annotations

import urllib.error
from pathlib import Path

# jupytext teaches yaml's base class to write notebooks. jsonargparse, where it comes first, gives
# `SafeDumper` a table of its own, which that no longer reaches. No command needs both.
import jupytext  # noqa: F401
import pytest


@pytest.fixture
def no_weights_to_fetch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """torchvision has no pretrained weights on this machine, and no network to get them."""
    import torch

    def unreachable(*args: object, **options: object) -> None:
        raise urllib.error.URLError("Name or service not known")

    monkeypatch.setattr(torch.hub, "download_url_to_file", unreachable)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
