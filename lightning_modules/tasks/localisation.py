"""Localisation: the class of the one object and the box around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from torch import Tensor, nn
from torch.nn import functional as F
from torchmetrics import MetricCollection
from torchvision.ops import generalized_box_iou_loss

from lightning_modules.tasks.answers import Boxes
from lightning_modules.tasks.means import Mean
from lightning_modules.tasks.scenes import SceneBatch, SceneTask, Targets

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Outputs = tuple[Tensor, Tensor]  # class logits (N, K), boxes (N, 4)


def box_iou_pairs(a: Tensor, b: Tensor) -> Tensor:
    """Intersection over union (N,) of each box of `a` (N, 4) with the same row of `b` (N, 4)."""
    corners = a[:, 2:].minimum(b[:, 2:]) - a[:, :2].maximum(b[:, :2])
    shared = corners.clamp(min=0).prod(dim=1)
    area_a, area_b = ((box[:, 2:] - box[:, :2]).prod(dim=1) for box in (a, b))
    return shared / (area_a + area_b - shared)


class Localisation(SceneTask):
    """Cross-entropy of the class plus `1 - GIoU` of the box, for scenes with one object.

    GIoU falls on from 0 to -1 as two boxes that do not touch move apart, so that its gradient says
    where to go: H. Rezatofighi et al., "Generalized Intersection over Union" (2019), equation 2.

    Logs, for `val` and `test`: `acc`; `iou`, the mean intersection over union with the true box,
    whatever the class; `loc_acc`, the share of scenes whose class is right and whose box has an
    intersection over union of at least 0.5, as ImageNet's localisation task counts.

    Args:
        model: images (N, C, H, W) to class logits (N, K) and boxes (N, 4), x1, y1, x2, y2 in
            pixels.
        box_weight: of the box in the loss.
        optimization: optimizer, schedule and memory format, as `Task` takes them.
    """

    picture = "boxes"
    answers = Boxes()

    def __init__(self, model: nn.Module, box_weight: float = 1.0, **optimization: Any) -> None:
        super().__init__(model, **optimization)
        self.box_weight = box_weight
        self.measure(acc=Mean(), iou=Mean(), loc_acc=Mean())

    def losses(self, outputs: Outputs, targets: Targets) -> Tensor:
        logits, boxes = outputs
        by_class = F.cross_entropy(logits, targets["labels"][:, 0], reduction="none")  # (N,)
        by_box = generalized_box_iou_loss(boxes, targets["boxes"][:, 0])  # (N,)
        return by_class + self.box_weight * by_box

    def compare(self, metrics: MetricCollection, outputs: Outputs, targets: Targets) -> None:
        logits, boxes = outputs
        right = logits.argmax(dim=1) == targets["labels"][:, 0]  # (N,)
        iou = box_iou_pairs(boxes, targets["boxes"][:, 0])  # (N,)
        metrics["acc"].update(right.float())
        metrics["iou"].update(iou)
        metrics["loc_acc"].update((right & (iou >= 0.5)).float())

    def draw(self, images: Tensor, outputs: Outputs, targets: Targets) -> Figure:
        from lightning_modules.visualisation.scenes import draw_boxes

        truth = [
            {"boxes": boxes, "labels": labels}
            for boxes, labels in zip(targets["boxes"], targets["labels"], strict=True)
        ]
        return draw_boxes(images, truth, _as_objects(outputs))

    def predict_step(self, batch: SceneBatch, batch_idx: int) -> list[dict[str, Tensor]]:
        """For each image `boxes` (1, 4), `labels` (1,) and `scores` (1,)."""
        return _as_objects(self(batch[0]))


def _as_objects(outputs: Outputs) -> list[dict[str, Tensor]]:
    logits, boxes = outputs
    scores, labels = logits.softmax(dim=1).max(dim=1)
    return [
        {"boxes": boxes[i : i + 1], "labels": labels[i : i + 1], "scores": scores[i : i + 1]}
        for i in range(len(boxes))
    ]
