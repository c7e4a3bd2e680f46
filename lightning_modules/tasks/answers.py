"""How what a task says of each example stands in a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from torch import Tensor


class Answers:
    """The columns of a table, and the rows in it for one example.

    A cell may be a `PIL.Image`: a picture that is saved beside the table.
    """

    def columns(self, answer: Any, data: Any) -> list[str]:
        """Names, given any one answer and the data module that the examples come from."""
        raise NotImplementedError

    def rows(self, answer: Any, data: Any) -> list[list[Any]]:
        """One row an example, or as many as things were found in it."""
        raise NotImplementedError


def class_names(data: Any, count: int) -> list[str]:
    """What the data module calls its classes, and numbers for those that it has no name for."""
    names = list(getattr(data, "classes", []))[:count]
    return names + [str(number) for number in range(len(names), count)]


@dataclass(frozen=True)
class ClassScores(Answers):
    """Answers (C,): the class with the highest score, and the scores of all.

    Args:
        name: of a score.
    """

    name: str

    def columns(self, answer: Tensor, data: Any) -> list[str]:
        return ["label", *(f"{self.name}_{name}" for name in class_names(data, len(answer)))]

    def rows(self, answer: Tensor, data: Any) -> list[list[Any]]:
        return [[class_names(data, len(answer))[int(answer.argmax())], *answer.tolist()]]


@dataclass(frozen=True)
class Numbers(Answers):
    """Answers of any shape.

    Args:
        name: of a number, or what the names of several begin with.
    """

    name: str

    def columns(self, answer: Tensor, data: Any) -> list[str]:
        if answer.ndim == 0:
            return [self.name]
        return [f"{self.name}_{index}" for index in range(answer.numel())]

    def rows(self, answer: Tensor, data: Any) -> list[list[Any]]:
        return [answer.flatten().tolist()]


class Boxes(Answers):
    """Answers with `boxes` (n, 4), `labels` (n,) and `scores` (n,): a row for each box."""

    def columns(self, answer: dict[str, Tensor], data: Any) -> list[str]:
        return ["label", "score", "x1", "y1", "x2", "y2"]

    def rows(self, answer: dict[str, Tensor], data: Any) -> list[list[Any]]:
        labels, scores = answer["labels"].tolist(), answer["scores"].tolist()
        names = class_names(data, max(labels, default=-1) + 1)
        boxes = answer["boxes"].tolist()
        return [
            [names[label], score, *box]
            for label, score, box in zip(labels, scores, boxes, strict=True)
        ]


class Masks(Answers):
    """Answers (H, W), a class for each pixel: a picture whose values are the classes, with colours
    to see them by."""

    def columns(self, answer: Tensor, data: Any) -> list[str]:
        return ["mask"]

    def rows(self, answer: Tensor, data: Any) -> list[list[Any]]:
        from PIL import Image

        from lightning_modules.visualisation.scenes import COLOURS

        picture = Image.fromarray(answer.numpy().astype(np.uint8), mode="P")
        shades = (255 * COLOURS).astype(np.uint8)[np.arange(255) % len(COLOURS)]
        picture.putpalette([0, 0, 0, *shades.flatten().tolist()])
        return [[picture]]


class Texts(Answers):
    """Answers of tokens: `text` (T,), what was read, and `next` (n,), what was expected; as text,
    where the data module can spell it."""

    def columns(self, answer: dict[str, Tensor], data: Any) -> list[str]:
        return ["text", "next"]

    def rows(self, answer: dict[str, Tensor], data: Any) -> list[list[Any]]:
        spell = getattr(data, "spell", _as_numbers)
        return [[spell(answer[column]) for column in self.columns(answer, data)]]


def _as_numbers(tokens: Tensor) -> str:
    return " ".join(str(token) for token in tokens.tolist())
