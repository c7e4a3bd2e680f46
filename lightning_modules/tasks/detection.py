"""Detection: class and box of every object, by scores at the cells of a coarse map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torchmetrics import MetricCollection
from torchvision.ops import batched_nms, generalized_box_iou_loss, sigmoid_focal_loss

from lightning_modules.datamodules.scene_drawing import NO_OBJECT
from lightning_modules.tasks.answers import Boxes
from lightning_modules.tasks.average_precision import AveragePrecision, ObjectCount, Objects
from lightning_modules.tasks.scenes import SceneBatch, SceneTask, Targets

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Outputs = tuple[Tensor, Tensor, Tensor]  # logits (N, M, K), boxes (N, M, 4), cells (N, M, 2)

MAX_DETECTIONS = 100  # of one image, as COCO counts
SHOWN_SCORE = 0.4  # pictures leave out what scores lower


def assign(cells: Tensor, boxes: Tensor, labels: Tensor, radius: float) -> Tensor:
    """Which object each cell has to find: the one whose centre is nearest, within the radius.

    Args:
        cells: (N, M, 2), centres x, y in pixels.
        boxes: (N, K, 4), x1, y1, x2, y2 in pixels.
        labels: (N, K), NO_OBJECT where there is none.
        radius: how far a cell may be from the centre of its object along x and y, in pixels.

    Returns:
        (N, M): the object's place from 0 to K - 1, NO_OBJECT for an empty cell.
    """
    centres = (boxes[..., :2] + boxes[..., 2:]) / 2  # (N, K, 2)
    distances = (cells[:, :, None] - centres[:, None]).abs().amax(dim=-1)  # (N, M, K)
    distances = distances.masked_fill((labels == NO_OBJECT)[:, None], torch.inf)
    nearest, place = distances.min(dim=-1)  # (N, M)
    return torch.where(nearest <= radius, place, NO_OBJECT)


def detection_losses(logits: Tensor, boxes: Tensor, targets: Targets, assigned: Tensor) -> Tensor:
    """Focal loss of all scores plus `1 - GIoU` of the assigned boxes, per assigned cell.

    Args:
        logits: (N, M, K).
        boxes: (N, M, 4), x1, y1, x2, y2 in pixels.
        targets: `boxes` (N, k, 4) and `labels` (N, k).
        assigned: (N, M), from `assign`.

    Returns:
        (N,).
    """
    found = assigned != NO_OBJECT  # (N, M)
    place = assigned.clamp(min=0)
    labels = targets["labels"].gather(1, place)  # (N, M)
    true_boxes = targets["boxes"].gather(1, place[..., None].expand(-1, -1, 4))  # (N, M, 4)
    wanted = F.one_hot(labels.clamp(min=0), logits.shape[2]) * found[..., None]  # (N, M, K)
    by_class = sigmoid_focal_loss(logits, wanted.to(logits.dtype)).sum(dim=(1, 2))  # (N,)
    by_box = torch.zeros_like(boxes[..., 0])  # (N, M)
    by_box[found] = generalized_box_iou_loss(boxes[found], true_boxes[found])
    return (by_class + by_box.sum(dim=1)) / found.sum(dim=1).clamp(min=1)


def detect(logits: Tensor, boxes: Tensor, min_score: float, max_overlap: float) -> list[Objects]:
    """Keeps the boxes that no better box of the same class overlaps, best first.

    Args:
        logits: (N, M, K).
        boxes: (N, M, 4), x1, y1, x2, y2 in pixels.
        min_score: lower scores are dropped.
        max_overlap: intersection over union above which the lower of two boxes is dropped.

    Returns:
        For each image at most 100 objects.
    """
    scores = logits.sigmoid()
    image, cell, label = (scores >= min_score).nonzero(as_tuple=True)
    boxes, scores = boxes[image, cell], scores[image, cell, label]
    kept = batched_nms(boxes, scores, image * logits.shape[2] + label, max_overlap)
    image, label, boxes, scores = (x[kept] for x in (image, label, boxes, scores))
    found = []
    for i in range(len(logits)):
        of_image = (image == i).nonzero()[:MAX_DETECTIONS, 0]  # `batched_nms` sorts by score
        found.append(
            {"boxes": boxes[of_image], "labels": label[of_image], "scores": scores[of_image]}
        )
    return found


def true_objects(targets: Targets) -> list[Objects]:
    """The objects of each image, without the padding."""
    return [
        {"boxes": boxes[labels != NO_OBJECT], "labels": labels[labels != NO_OBJECT]}
        for boxes, labels in zip(targets["boxes"], targets["labels"], strict=True)
    ]


class Detection(SceneTask):
    """Trains a network whose cells score classes and propose boxes.

    Cells within `radius` of an object's centre have to find it. Logs, for `val` and `test`,
    `map50`, at an intersection over union of 0.5, and `map`, the mean from 0.5 to 0.95, both as
    COCO counts them.

    Args:
        model: images (N, C, H, W) to class logits (N, M, K), boxes (N, M, 4), x1, y1, x2, y2 in
            pixels, and the centres (N, M, 2) of the cells that they come from.
        radius: in pixels, along x and y.
        min_score: lower scores are not detections.
        max_overlap: of two detections of a class, as intersection over union.
        optimization: optimizer, schedule and memory format, as `Task` takes them.
    """

    picture = "boxes"
    answers = Boxes()

    def __init__(
        self,
        model: nn.Module,
        radius: float = 4.0,
        min_score: float = 0.05,
        max_overlap: float = 0.5,
        **optimization: Any,
    ) -> None:
        super().__init__(model, **optimization)
        self.radius, self.min_score, self.max_overlap = radius, min_score, max_overlap
        counted = ObjectCount()
        self.measure(
            map=AveragePrecision(counted, "map"), map50=AveragePrecision(counted, "map_50")
        )

    def losses(self, outputs: Outputs, targets: Targets) -> Tensor:
        logits, boxes, cells = outputs
        assigned = assign(cells, targets["boxes"], targets["labels"], self.radius)
        return detection_losses(logits, boxes, targets, assigned)

    def compare(self, metrics: MetricCollection, outputs: Outputs, targets: Targets) -> None:
        found, true = self._detect(outputs), true_objects(targets)
        metrics["map"].update(found, true)
        metrics["map50"].update()  # shares them

    def draw(self, images: Tensor, outputs: Outputs, targets: Targets) -> Figure:
        from lightning_modules.visualisation.scenes import draw_boxes

        sure = [
            {name: value[objects["scores"] >= SHOWN_SCORE] for name, value in objects.items()}
            for objects in self._detect(outputs)
        ]
        return draw_boxes(images, true_objects(targets), sure)

    def predict_step(self, batch: SceneBatch, batch_idx: int) -> list[Objects]:
        """For each image `boxes`, `labels` and `scores`, best first."""
        return self._detect(self(batch[0]))

    def _detect(self, outputs: Outputs) -> list[Objects]:
        logits, boxes, _ = outputs
        return detect(logits, boxes, self.min_score, self.max_overlap)
