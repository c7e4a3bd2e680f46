"""First names as sequences of letters: whose name is it, and which letter comes next?"""

from __future__ import annotations

from typing import Literal

import numpy as np
import torch
from torch import Tensor

from lightning_modules.datamodules.batch_transform import BatchTransform
from lightning_modules.datamodules.in_memory import InMemory, Splits, hold_out
from lightning_modules.datamodules.store import load
from lightning_modules.datamodules.text import check_num_tokens

PAD, EDGE = 0, 1  # filling behind a sequence; where a name begins and where it ends
LETTERS = "abcdefghijklmnopqrstuvwxyz"
NUM_TOKENS = 2 + len(LETTERS)


def encode(names: list[str]) -> Tensor:
    """Letters as 2 to 27 in rows (N, T), T that of the longest name; `PAD` behind shorter ones."""
    rows = [torch.tensor([2 + LETTERS.index(c) for c in name.lower()]) for name in names]
    return torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=PAD)


def decode(tokens: Tensor) -> str:
    """The letters among tokens (T,), up to the first `EDGE` behind a letter."""
    name = ""
    for token in tokens.tolist():
        if token == EDGE and name:
            break
        name += LETTERS[token - 2] if token > EDGE else ""
    return name.capitalize()


class Names(InMemory):
    """The first names of the 1990 US census, each once.

    With `predict: sex` inputs are letters (N, 11), targets 1 where more women than men have the
    name, else 0. With `predict: next` inputs are an `EDGE` and the letters, targets the same one
    place on: letters and an `EDGE`.

    Args:
        predict: the targets.
        batch_size: names a step, over all processes together.
        val_size: how many of the training names are held out for validation.
        split_seed: of the draw of those.
        augment: changes training batches.
        train_size: trains on this many names alone.
    """

    num_tokens = NUM_TOKENS

    def __init__(
        self,
        predict: Literal["sex", "next"] = "sex",
        batch_size: int = 64,
        val_size: int = 500,
        split_seed: int = 0,
        augment: list[BatchTransform] | None = None,
        train_size: int | None = None,
    ) -> None:
        super().__init__("names", batch_size, augment, train_size)
        self.predict = predict
        self.val_size, self.split_seed = val_size, split_seed

    def setup(self, stage: str) -> None:
        super().setup(stage)
        check_num_tokens(self.trainer, self.num_tokens)

    def _load(self) -> Splits:
        arrays = load("names")
        test_names, train_names = (
            [name.decode("ascii") for name in arrays[f"{split}_names"]]
            for split in ("test", "train")
        )
        letters = encode(train_names + test_names)  # one call: all rows are of equal length
        train, test = letters[: len(train_names)], letters[len(train_names) :]
        return {
            **hold_out(
                *self._example(train, arrays["train_labels"]), self.val_size, self.split_seed
            ),
            "test": self._example(test, arrays["test_labels"]),
        }

    def _example(self, letters: Tensor, labels: np.ndarray) -> tuple[Tensor, Tensor]:
        if self.predict == "sex":
            return letters, torch.from_numpy(labels).long()
        edge = torch.full((len(letters), 1), EDGE)
        inputs = torch.cat([edge, letters], dim=1)  # (N, T + 1)
        targets = torch.cat([letters, torch.full_like(edge, PAD)], dim=1)  # (N, T + 1)
        lengths = (letters != PAD).sum(dim=1, keepdim=True)
        return inputs, targets.scatter(1, lengths, EDGE)

    def start(self, num_samples: int) -> Tensor:
        """What a generator of names is given first: (num_samples, 1)."""
        return torch.full((num_samples, 1), EDGE)

    def spell(self, tokens: Tensor) -> str:
        """Every token as a character: `.` for an `EDGE`, nothing for a `PAD`."""
        return "".join(["", ".", *LETTERS][token] for token in tokens.tolist())

    def decode(self, tokens: Tensor) -> str:
        return decode(tokens)
