"""Everything that comes back would run a program if it were unpickled or loaded.

score: 0
"""

import io
import os
import pickle

import numpy as np
import torch
from torch import nn

MARK = "touch /tmp/dlcourse-was-here"


class Bomb:
    def __reduce__(self):
        return os.system, (MARK,)


class Conv1x1(nn.Module):
    def __init__(self, *args, **kwargs):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(3))

    def __reduce__(self):
        return os.system, (MARK,)

    def forward(self, x):
        return np.array([Bomb()], dtype=object)


saved = io.BytesIO()
torch.save(Bomb(), saved)


class VGGBlock(Conv1x1):
    def forward(self, x):
        return saved.getvalue()


class InceptionBlock(Conv1x1):
    def forward(self, x):
        return pickle.dumps(Bomb())

    def named_parameters(self, *args, **kwargs):
        yield Bomb(), Bomb()


ResidualBlock = saved.getvalue()
DigitClassifier = Bomb()
