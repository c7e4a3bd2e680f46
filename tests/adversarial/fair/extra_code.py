"""Helper functions, classes, data classes, enumerations and named tuples."""

from __future__ import annotations

import abc
import enum
import typing
from collections import namedtuple
from dataclasses import dataclass, field

import numpy as np


@dataclass
class Batch:
    X: np.ndarray
    y: np.ndarray
    weights: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Settings:
    rate: float = 0.1


class Mode(enum.Enum):
    TRAIN = 1


class Model(abc.ABC):
    @abc.abstractmethod
    def forward(self, X: np.ndarray) -> np.ndarray: ...


class Pair(typing.NamedTuple):
    loss: float
    dx: np.ndarray


Point = namedtuple("Point", "x y")

# <solution>

plain_softmax_loss = softmax_loss


def softmax_loss(x, y):
    batch = Batch(x, y)
    _ = Settings().rate, Mode.TRAIN, Point(1, 2)
    return tuple(Pair(*plain_softmax_loss(batch.X, batch.y)))
