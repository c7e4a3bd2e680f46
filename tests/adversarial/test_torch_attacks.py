"""Attacks on the assignment whose answers are PyTorch modules: no point for what was not done."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.assignments.grading import grade

FOLDER = Path(__file__).parent / "attacks_torch"
ZEROS = '''
import torch
from lightning import pytorch as pl
from torch import nn
from torch.nn import functional as F


class Zeros(nn.Module):
    """Answers of the right shape."""

    def __init__(self, *args, **kwargs):
        super().__init__()
        self.a = [*args, *kwargs.values()]

    def shape(self, x):
        n, _, h, w = x.shape
        return n, self.a[1], h, w

    def forward(self, x):
        return torch.zeros(self.shape(x)) + 0 * x.sum()


class Conv1x1(Zeros):
    pass


class VGGBlock(Zeros):
    def shape(self, x):
        n, _, h, w = x.shape
        return n, self.a[1], h // 2, w // 2


class InceptionBlock(Zeros):
    def shape(self, x):
        n, _, h, w = x.shape
        return n, self.a[1] + self.a[3] + self.a[5] + self.a[6], h, w


class ResidualBlock(Zeros):
    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__(in_channels, out_channels, stride)

    def shape(self, x):
        n, _, h, w = x.shape
        return n, self.a[1], -(-h // self.a[2]), -(-w // self.a[2])


class DigitClassifier(pl.LightningModule):
    def __init__(self, learning_rate=1e-3):
        super().__init__()
        self.learning_rate = learning_rate
        self.weight = nn.Parameter(torch.zeros(10))

    def forward(self, x):
        return torch.zeros(len(x), 10) + 0 * self.weight

    def training_step(self, batch, batch_idx):
        return 0 * self.weight.sum()

    def validation_step(self, batch, batch_idx):
        pass

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.0)
'''
ATTACKS = sorted(FOLDER.glob("*.py"))


@pytest.mark.parametrize("path", ATTACKS, ids=lambda path: path.stem)
def test_an_attack_earns_no_more_than_what_it_does(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    allowed = re.search(r"^score: (\d+)$", source, flags=re.MULTILINE)
    assert allowed is not None, f"{path} does not say what it is worth"
    result = grade("architectures", source.replace("# <zeros>\n", ZEROS))
    told = "\n".join(f"{t.name}: {t.status}: {t.message}" for t in result.tests)
    assert result.status == "graded", told
    assert result.score <= float(allowed[1]), told
    assert not Path("/tmp/dlcourse-was-here").exists()


def test_there_are_attacks() -> None:
    assert len(ATTACKS) >= 9
