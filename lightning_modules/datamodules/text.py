"""Shakespeare as streams of characters, read side by side and in order."""

from __future__ import annotations

import lightning.pytorch as pl
import numpy as np
import torch
from torch import Tensor

from lightning_modules.datamodules.batches import Batches, check_batch_size
from lightning_modules.datamodules.in_memory import InMemory, Splits
from lightning_modules.datamodules.store import load
from lightning_modules.errors import BadInput

NO_TARGET = -100  # torch's cross-entropy leaves it out
EVALUATION_STREAMS = 32


def cut_streams(tokens: Tensor, num_streams: int, length: int) -> tuple[Tensor, Tensor]:
    """Cuts a text into streams of equal length, and these into pieces of `length` characters.

    Row `piece * num_streams + stream` holds a piece of a stream; the stream goes on in row
    `(piece + 1) * num_streams + stream`. Behind the end of the last streams, targets are
    `NO_TARGET`, so every character but the first is a target once.

    Args:
        tokens: (n,).
        num_streams: S.
        length: T.

    Returns:
        Inputs and targets, each (pieces * S, T); the target is the character after the input's.
    """
    per_stream = -(-(len(tokens) - 1) // num_streams)
    pieces = -(-per_stream // length)

    def cut(part: Tensor, fill: int) -> Tensor:
        filled = part.new_full((num_streams, pieces * length), fill)
        flat = part.new_full((num_streams * per_stream,), fill)
        flat[: len(part)] = part
        filled[:, :per_stream] = flat.view(num_streams, per_stream)
        pieces_first = filled.view(num_streams, pieces, length).transpose(0, 1)  # (pieces, S, T)
        return pieces_first.reshape(-1, length)

    return cut(tokens[:-1], 0), cut(tokens[1:], NO_TARGET)


def stream_indices(
    num_rows: int, num_streams: int, rank: int = 0, world_size: int = 1
) -> list[Tensor]:
    """Batches of the rows of `cut_streams`, in order: row i goes on where it stopped before.

    Each process reads every `world_size`-th stream.
    """
    rows = torch.arange(num_rows).view(-1, num_streams)  # (pieces, S)
    return list(rows[:, rank::world_size])


def check_num_tokens(trainer: pl.Trainer | None, num_tokens: int) -> None:
    """Refuses a network made for another number of tokens.

    Raises:
        BadInput: with the number that fits.
    """
    model = getattr(trainer.lightning_module, "model", None) if trainer else None
    found = getattr(model, "num_tokens", num_tokens)
    if found != num_tokens:
        raise BadInput(f"model.init_args.model.init_args.num_tokens is {found}; set {num_tokens}")


class Shakespeare(InMemory):
    """Eight tragedies, character by character.

    Training reads `batch_size` streams side by side, every epoch in the same order, so that a
    recurrent network can carry its state from batch to batch.

    Args:
        batch_size: streams, over all processes together.
        length: characters of each stream per step.
        train_size: trains on this many of the pieces, of `length` characters, alone.
    """

    def __init__(self, batch_size: int = 64, length: int = 64, train_size: int | None = None):
        super().__init__("shakespeare", batch_size)
        if length < 1:
            raise BadInput(f"data.length is {length}; it must be at least 1")
        if train_size is not None and (train_size < batch_size or train_size % batch_size):
            raise BadInput(f"data.train_size is {train_size}; it must be a multiple of batch_size")
        self.length = length
        self.pieces = train_size
        self.alphabet = ""

    def setup(self, stage: str) -> None:
        super().setup(stage)
        check_num_tokens(self.trainer, self.num_tokens)

    @property
    def num_tokens(self) -> int:
        return len(self.alphabet)

    def tokens(self) -> dict[str, Tensor]:
        """Each split's text (n,), a character being its place in `alphabet`."""
        texts = load("shakespeare")
        present = np.unique(np.concatenate(list(texts.values())))
        self.alphabet = bytes(present.tolist()).decode("ascii")
        return {
            split: torch.from_numpy(np.searchsorted(present, text))  # (n,)
            for split, text in texts.items()
        }

    def _load(self) -> Splits:
        streams = {"train": self.batch_size, "val": EVALUATION_STREAMS, "test": EVALUATION_STREAMS}
        splits: Splits = {
            split: cut_streams(text, streams[split], self.length)
            for split, text in self.tokens().items()
        }
        inputs, targets = splits["train"]
        whole = len(inputs) - self.batch_size  # the last pieces are not full
        splits["train"] = inputs[: self.pieces or whole], targets[: self.pieces or whole]
        return splits

    def train_dataloader(self) -> Batches:
        return self._streams("train", self.batch_size, resumed=True)

    def _evaluation(self, split: str) -> Batches:
        return self._streams(split, EVALUATION_STREAMS, resumed=False)

    def _streams(self, split: str, num_streams: int, resumed: bool) -> Batches:
        inputs, targets = self._on_device(split)
        if split == "train":
            check_batch_size(num_streams, len(inputs), self._world_size)
        indices = stream_indices(len(inputs), num_streams, self._rank, self._world_size)
        processed = {"processed": self._batches_processed} if resumed else {}
        return Batches(inputs, targets, indices=lambda epoch: indices, **processed)

    def start(self, num_samples: int) -> Tensor:
        """What a generator of text is given first: the end of a line, (num_samples, 1)."""
        return torch.full((num_samples, 1), self.alphabet.index("\n"))

    def spell(self, tokens: Tensor) -> str:
        """Every token as a character."""
        return self.decode(tokens)

    def decode(self, tokens: Tensor) -> str:
        return "".join(self.alphabet[token] for token in tokens.tolist())
