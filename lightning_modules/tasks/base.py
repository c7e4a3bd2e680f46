"""What all tasks share: a network, how it is optimised, and what is measured of it."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any, ClassVar, Self

import torch
from lightning.pytorch.utilities.types import OptimizerLRScheduler
from torch import Tensor, nn
from torchmetrics import Metric, MetricCollection

from lightning_modules.errors import BadInput
from lightning_modules.hot_path import LeanModule
from lightning_modules.lightning_internals import described_by_a_config
from lightning_modules.models.batch_norm import has_inserted_batch_norm, insert_batch_norm
from lightning_modules.optim.by_name import (
    OptimizerName,
    ScheduleName,
    build_optimizer,
    build_schedule,
    check_options,
)
from lightning_modules.steps import completes_step, is_logged
from lightning_modules.tasks.answers import Answers, Numbers
from lightning_modules.tasks.means import EpochMean, Mean


class Task(LeanModule):
    """Trains `model` on the loss that a subclass defines in `batch_loss`.

    A subclass adds what it measures with `measure` and updates it in `evaluate`; `val_loss` and
    `test_loss` are there already. They and `train_loss` are logged once an epoch as torchmetrics
    objects, so that the values are exact on any number of processes. Every few steps comes
    `train_loss_step`, the loss of that step's batch (of process 0's rows, where several share it).

    Args:
        model: the network.
        optimizer: a class of `torch.optim`.
        learning_rate: its rate, or the peak of the schedule.
        optimizer_args: its other options, such as `weight_decay`.
        schedule: how the rate changes from step to step.
        schedule_args: its options (see `build_schedule`).
        channels_last: keeps images with the channel as the innermost index, which convolutions on
            a CPU and tensor cores prefer.
    """

    # how `dlcourse predict` writes what `predict_step` gives
    answers: ClassVar[Answers] = Numbers("value")

    def __init__(
        self,
        model: nn.Module,
        optimizer: OptimizerName = "SGD",
        learning_rate: float = 0.1,
        optimizer_args: dict[str, Any] | None = None,
        schedule: ScheduleName = "constant",
        schedule_args: dict[str, Any] | None = None,
        channels_last: bool = False,
    ) -> None:
        super().__init__()
        # built from a config file, the hyperparameters describe the model in plain values, and a
        # checkpoint can rebuild it; built by hand, they would hold the module itself
        self.save_hyperparameters(ignore=[] if described_by_a_config() else ["model"])
        self.optimizer_args = optimizer_args or {}
        self.schedule_args = schedule_args or {}
        check_options(optimizer, self.optimizer_args, schedule, self.schedule_args, learning_rate)
        self.optimizer, self.learning_rate, self.schedule = optimizer, learning_rate, schedule
        self.memory_format = torch.channels_last if channels_last else torch.contiguous_format
        self.model = model.to(memory_format=self.memory_format)
        self.train_loss = EpochMean()
        self._step_losses: list[float] = []
        self._scheduled_rate = learning_rate
        # not by groups, which share the state of metrics that agree on the first batch
        self.val_metrics = MetricCollection({}, prefix="val_", compute_groups=False)
        self.test_metrics = MetricCollection({}, prefix="test_", compute_groups=False)
        self.measure(loss=Mean())

    @classmethod
    def load_from_checkpoint(cls, checkpoint_path: Any, *args: Any, **kwargs: Any) -> Self:
        """The task that a run saved; one that was built by hand needs its network: `model=MLP()`.

        Raises:
            BadInput: it does, and was not given it.
        """
        try:
            return super().load_from_checkpoint(checkpoint_path, *args, **kwargs)
        except TypeError as error:
            if "'model'" not in str(error) or "model" in kwargs:
                raise
            raise BadInput(
                f"{checkpoint_path}: its task was built by hand, so that it does not say how its "
                f"network is built; give it, {cls.__name__}.load_from_checkpoint(PATH, model=...)"
            ) from None

    def measure(self, **metrics: Metric) -> None:
        """Adds metrics of validation and test: `acc=Mean()` gives `val_acc` and `test_acc`."""
        for stage in (self.val_metrics, self.test_metrics):
            # copied together: some share their state
            stage.add_metrics({**copy.deepcopy(metrics)})

    def batch_loss(self, batch: Any) -> Tensor:
        """The mean loss of this process's rows of a training batch: what is differentiated."""
        raise NotImplementedError

    def share(self, batch: Any) -> tuple[int | Tensor, int | Tensor]:
        """Of how many terms, here rows, `batch_loss` is the mean, and how many all processes have.

        Batches of other data modules than the course's are taken to be equally large everywhere.
        """
        rows = len(batch[0])
        total = getattr(self.trainer.train_dataloader, "global_batch_size", None)
        return rows, total or rows * self.trainer.world_size

    def evaluate(self, metrics: MetricCollection, batch: Any, batch_idx: int) -> Tensor | None:
        """Updates the metrics of a stage, `metrics["loss"]` and so on, with a batch.

        Returns:
            What callbacks look at, if anything.
        """
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        """Inputs (N, ...) to the model's outputs."""
        if x.ndim == 4:
            x = x.contiguous(memory_format=self.memory_format)
        return self.model(x)

    def on_fit_start(self) -> None:
        if self.learning_rate != self._scheduled_rate:  # LearningRateFinder has found another
            self.trainer.strategy.setup_optimizers(self.trainer)

    def on_train_epoch_start(self) -> None:
        # a checkpoint of an epoch's end holds that epoch's mean, which must not leak into the next
        self.train_loss.reset()

    def training_step(self, batch: Any, batch_idx: int) -> Tensor:
        loss = self.batch_loss(batch)
        terms, total = self.share(batch)
        self.train_loss.add(loss.detach(), terms)
        if is_logged(self.trainer):
            self._log_loss(loss.item(), batch_idx)
        if self.trainer.world_size == 1:
            return loss
        # the processes' gradients are averaged as they come, however unequal the shares
        return loss * (terms * self.trainer.world_size / total)

    def _log_loss(self, loss: float, batch_idx: int) -> None:
        """Logs the mean over a step's batches: several, where gradients are accumulated."""
        self._step_losses.append(loss)
        if completes_step(self.trainer, batch_idx):
            # not `self.log`: it would go through all that was logged again after every step
            mean = sum(self._step_losses) / len(self._step_losses)
            values = {"train_loss_step": mean, "epoch": float(self.current_epoch)}
            for logger in self.trainer.loggers:
                logger.log_metrics(values, step=self.global_step)
            self._step_losses = []

    def on_train_epoch_end(self) -> None:
        self.log("train_loss", self.train_loss)

    def validation_step(self, batch: Any, batch_idx: int) -> Tensor | None:
        return self.evaluate(self.val_metrics, batch, batch_idx)

    def on_validation_epoch_end(self) -> None:
        self.log_dict(self.val_metrics, prog_bar=True)

    def test_step(self, batch: Any, batch_idx: int) -> Tensor | None:
        return self.evaluate(self.test_metrics, batch, batch_idx)

    def on_test_epoch_end(self) -> None:
        self.log_dict(self.test_metrics)

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        checkpoint["batch_norm_inserted"] = has_inserted_batch_norm(self.model)

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        # the hyperparameters describe the network as it was before
        if checkpoint.get("batch_norm_inserted"):
            insert_batch_norm(self.model)

    def parameter_groups(self) -> Iterable[Any]:
        """What the optimizer is given: parameters, or groups of them with options of their own."""
        return self.parameters()

    def configure_optimizers(self) -> OptimizerLRScheduler:
        optimizer = build_optimizer(
            self.optimizer, self.parameter_groups(), self.learning_rate, **self.optimizer_args
        )
        total_steps = self.trainer.estimated_stepping_batches
        schedule = build_schedule(self.schedule, optimizer, total_steps, **self.schedule_args)
        self._scheduled_rate = self.learning_rate
        return {
            "optimizer": optimizer,
            "lr_scheduler": {"scheduler": schedule, "interval": "step"},
        }
