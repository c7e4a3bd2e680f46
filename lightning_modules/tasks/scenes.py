"""What the tasks on scenes share: outputs compared with targets, and a picture per epoch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from torch import Tensor, nn
from torchmetrics import MetricCollection

from lightning_modules.tasks.base import Task

if TYPE_CHECKING:  # drawing is imported when there is something to draw
    from matplotlib.figure import Figure

Targets = dict[str, Tensor]
SceneBatch = tuple[Tensor, Targets]

SHOWN = 6  # scenes in a picture


class SceneTask(Task):
    """Trains a network on scenes; a subclass says what its outputs cost and how they are measured.

    Logs one picture of the first scenes after every validation and test (see `log_figure`).

    Args:
        model: images (N, C, H, W) to outputs.
        optimization: optimizer, schedule and memory format, as `Task` takes them.
    """

    picture = "scenes"

    def __init__(self, model: nn.Module, **optimization: Any) -> None:
        super().__init__(model, **optimization)
        self._to_show: tuple[Tensor, Any, Targets] | None = None

    def losses(self, outputs: Any, targets: Targets) -> Tensor:
        """The loss (N,) of each scene."""
        raise NotImplementedError

    def compare(self, metrics: MetricCollection, outputs: Any, targets: Targets) -> None:
        """Updates the metrics of a stage, but for the loss."""
        raise NotImplementedError

    def draw(self, images: Tensor, outputs: Any, targets: Targets) -> Figure:
        """A figure of the first scenes; all tensors are on the CPU."""
        raise NotImplementedError

    def batch_loss(self, batch: SceneBatch) -> Tensor:
        images, targets = batch
        return self.losses(self(images), targets).mean()

    def evaluate(self, metrics: MetricCollection, batch: SceneBatch, batch_idx: int) -> None:
        images, targets = batch
        outputs = self(images)
        metrics["loss"].update(self.losses(outputs, targets))
        self.compare(metrics, outputs, targets)
        if batch_idx == 0 and self.trainer.is_global_zero and self.trainer.loggers:
            first = {name: target[:SHOWN].cpu() for name, target in targets.items()}
            self._to_show = images[:SHOWN].cpu(), _first(outputs), first

    def on_validation_epoch_end(self) -> None:
        super().on_validation_epoch_end()
        self._show("val")

    def on_test_epoch_end(self) -> None:
        super().on_test_epoch_end()
        self._show("test")

    def _show(self, stage: str) -> None:
        if self._to_show is not None:
            from lightning_modules.logging.pictures import log_figure

            name = f"{stage}_{self.picture}"
            figure = self.draw(*self._to_show)
            log_figure(self.trainer.loggers, name, self.current_epoch, figure)
            self._to_show = None


def _first(outputs: Any) -> Any:
    if isinstance(outputs, Tensor):
        return outputs[:SHOWN].cpu()
    return type(outputs)(_first(part) for part in outputs)
