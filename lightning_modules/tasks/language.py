"""Language modelling: how surprising is each character, given those before it?"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torchmetrics import MetricCollection

from lightning_modules.datamodules.batches import Batch
from lightning_modules.distributed.gathering import count_rows, gather_rows
from lightning_modules.models.recurrent import State
from lightning_modules.tasks.answers import Texts
from lightning_modules.tasks.base import Task
from lightning_modules.tasks.means import Mean


class LanguageModelling(Task):
    """Trains a network that gives the logits of each next token.

    Logs `val_loss` and `test_loss`, in nats per character, and `val_bpc` and `test_bpc`, in bits,
    each over all characters of the split.

    With `carry_state` the state after a batch, cut off from its gradients, is where the next batch
    begins: truncated backpropagation through time (Williams and Peng 1990). It takes a data module
    whose batches follow on from each other. The state is part of checkpoints, so that a run
    resumed in mid-epoch goes on as if nothing had been.

    Args:
        model: tokens (N, T) and a state to logits (N, T, V) and a state.
        carry_state: begin a batch where the last one ended, not at zero.
        ignore: the target that is none.
        optimization: optimizer, schedule and memory format, as `Task` takes them.
    """

    answers = Texts()

    def __init__(
        self, model: nn.Module, carry_state: bool = False, ignore: int = -100, **optimization: Any
    ) -> None:
        super().__init__(model, **optimization)
        self.carry_state, self.ignore = carry_state, ignore
        self.measure(bpc=Mean())
        self._state: State | None = None  # of training
        self._evaluated_state: State | None = None
        self._loaded: list[Tensor] = []  # the training state of all processes, from a checkpoint

    def nats(self, batch: Batch, state: State | None) -> tuple[Tensor, Tensor, State]:
        """The loss of each target, which of them count (both (N, T)), and the state after them."""
        x, y = batch
        logits, state = self.model(x, state)  # (N, T, V)
        nats = F.cross_entropy(
            logits.transpose(1, 2), y, ignore_index=self.ignore, reduction="none"
        )
        return nats, y != self.ignore, tuple(part.detach() for part in state)

    def on_train_epoch_start(self) -> None:
        super().on_train_epoch_start()
        self._state = None

    def batch_loss(self, batch: Batch) -> Tensor:
        self._place_loaded_state(batch[0].device)
        nats, counted, state = self.nats(batch, self._state)
        self._state = state if self.carry_state and state else None
        return nats.sum() / counted.sum().clamp(min=1)

    def share(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Rows may have different numbers of characters, and each character counts alike."""
        own = (batch[1] != self.ignore).sum()
        total = self.trainer.strategy.reduce(own.clone(), reduce_op="sum")
        return own, total.clamp(min=1)

    def on_validation_epoch_start(self) -> None:
        self._evaluated_state = None

    def on_test_epoch_start(self) -> None:
        self._evaluated_state = None

    def evaluate(self, metrics: MetricCollection, batch: Batch, batch_idx: int) -> None:
        nats, counted, state = self.nats(batch, self._evaluated_state)
        self._evaluated_state = state if self.carry_state and state else None
        metrics["loss"].update(nats[counted])
        metrics["bpc"].update(nats[counted] / math.log(2))

    def on_predict_epoch_start(self) -> None:
        self._evaluated_state = None

    def predict_step(self, batch: Batch, batch_idx: int) -> list[dict[str, Tensor]]:
        """For each row `text` (T,) and `next` (n,), the most probable token at each target."""
        x, y = batch
        logits, state = self.model(x, self._evaluated_state)  # (N, T, V)
        self._evaluated_state = state if self.carry_state and state else None
        expected = logits.argmax(dim=2)  # (N, T)
        return [
            {"text": row.clone(), "next": tokens[targets != self.ignore]}
            for row, tokens, targets in zip(x, expected, y, strict=True)
        ]

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        super().on_save_checkpoint(checkpoint)
        if self._state is not None:
            checkpoint["carried_state"] = [self._of_all(part) for part in self._state]

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        super().on_load_checkpoint(checkpoint)
        self._loaded = checkpoint.get("carried_state", [])

    def _of_all(self, part: Tensor) -> Tensor:
        """A state (L, N, H) of this process's streams to that of all streams, in their order."""
        streams = part.transpose(0, 1)  # (N, L, H)
        return gather_rows(self, streams, count_rows(self, streams)).transpose(0, 1).cpu()

    def _place_loaded_state(self, device: torch.device) -> None:
        if not self._loaded:
            return
        streams = slice(self.trainer.global_rank, None, self.trainer.world_size)
        self._state = tuple(part[:, streams].to(device) for part in self._loaded)
        self._loaded = []
