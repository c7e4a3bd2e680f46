"""Language modelling: how surprising is each character, given those before it?"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torchmetrics import MeanMetric

from lightning_modules.datamodules.batches import Batch
from lightning_modules.models.recurrent import State
from lightning_modules.tasks.base import Task


class LanguageModelling(Task):
    """Trains a network that gives the logits of each next token.

    Logs `val_loss` and `test_loss`, in nats a character, and `val_bpc` and `test_bpc`, in bits,
    each over all characters of the split; beside those `train_loss` (see `Task`).

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

    def __init__(
        self, model: nn.Module, carry_state: bool = False, ignore: int = -100, **optimization: Any
    ) -> None:
        super().__init__(model, **optimization)
        self.carry_state, self.ignore = carry_state, ignore
        self.val_loss = MeanMetric(nan_strategy="disable")
        self.val_bpc = MeanMetric(nan_strategy="disable")
        self.test_loss = MeanMetric(nan_strategy="disable")
        self.test_bpc = MeanMetric(nan_strategy="disable")
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
        # processes may have different numbers of characters: the mean is over all of theirs
        total = self.trainer.strategy.reduce(counted.sum().float(), reduce_op="sum")
        return nats.sum() * self.trainer.world_size / total.clamp(min=1)

    def on_validation_epoch_start(self) -> None:
        self._evaluated_state = None

    def on_test_epoch_start(self) -> None:
        self._evaluated_state = None

    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        self._evaluate(batch, self.val_loss, self.val_bpc)

    def test_step(self, batch: Batch, batch_idx: int) -> None:
        self._evaluate(batch, self.test_loss, self.test_bpc)

    def _evaluate(self, batch: Batch, loss: MeanMetric, bpc: MeanMetric) -> None:
        nats, counted, state = self.nats(batch, self._evaluated_state)
        self._evaluated_state = state if self.carry_state and state else None
        loss.update(nats[counted])
        bpc.update(nats[counted] / math.log(2))

    def on_validation_epoch_end(self) -> None:
        self.log("val_loss", self.val_loss, prog_bar=True)
        self.log("val_bpc", self.val_bpc, prog_bar=True)

    def on_test_epoch_end(self) -> None:
        self.log("test_loss", self.test_loss)
        self.log("test_bpc", self.test_bpc)

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        if self._state is not None:
            checkpoint["carried_state"] = [self._of_all(part) for part in self._state]

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        super().on_load_checkpoint(checkpoint)
        self._loaded = checkpoint.get("carried_state", [])

    def _of_all(self, part: Tensor) -> Tensor:
        """A state (L, N, H) of this process's streams to that of all streams, in their order."""
        if self.trainer.world_size == 1:
            return part.cpu()
        gathered = self.all_gather(part)
        assert isinstance(gathered, Tensor)  # (W, L, N, H)
        return gathered.permute(1, 2, 0, 3).flatten(1, 2).cpu()  # stream i is on process i % W

    def _place_loaded_state(self, device: torch.device) -> None:
        if not self._loaded:
            return
        streams = slice(self.trainer.global_rank, None, self.trainer.world_size)
        self._state = tuple(part[:, streams].to(device) for part in self._loaded)
        self._loaded = []
