"""Segmentation: the class of every pixel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from torch import Tensor, nn
from torch.nn import functional as F
from torchmetrics import MetricCollection
from torchmetrics.classification import MulticlassJaccardIndex

from lightning_modules.tasks.answers import Masks
from lightning_modules.tasks.scenes import SceneBatch, SceneTask, Targets

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Segmentation(SceneTask):
    """Cross-entropy of every pixel; mean intersection over union to see by.

    `val_miou` and `test_miou` are the mean over classes, background included, of the pixels that
    truth and prediction share divided by those that either has, counted over the whole set:
    M. Everingham et al., "The PASCAL Visual Object Classes Challenge" (2015), section 4.1.4.

    Args:
        model: images (N, C, H, W) to logits (N, K, H, W).
        num_classes: K; class 0 is the background.
        optimization: optimizer, schedule and memory format, as `Task` takes them.
    """

    picture = "masks"
    answers = Masks()

    def __init__(self, model: nn.Module, num_classes: int = 11, **optimization: Any) -> None:
        super().__init__(model, **optimization)
        self.measure(miou=MulticlassJaccardIndex(num_classes, validate_args=False))

    def losses(self, outputs: Tensor, targets: Targets) -> Tensor:
        per_pixel = F.cross_entropy(outputs, targets["masks"].long(), reduction="none")
        return per_pixel.mean(dim=(1, 2))  # (N,)

    def compare(self, metrics: MetricCollection, outputs: Tensor, targets: Targets) -> None:
        metrics["miou"].update(outputs.argmax(dim=1), targets["masks"].long())

    def draw(self, images: Tensor, outputs: Tensor, targets: Targets) -> Figure:
        from lightning_modules.visualisation.scenes import draw_masks

        return draw_masks(images, targets["masks"], outputs.argmax(dim=1))

    def predict_step(self, batch: SceneBatch, batch_idx: int) -> Tensor:
        """The class (N, H, W) of every pixel."""
        return self(batch[0]).argmax(dim=1)
