"""Scenes, the networks that read them, and what is measured, against slow or independent ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import lightning.pytorch as pl
import numpy as np
import pytest
import torch
from lightning.pytorch.loggers import CSVLogger
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F
from torchvision.ops import box_iou, generalized_box_iou_loss, sigmoid_focal_loss

from lightning_modules.datamodules import scenes as scenes_module
from lightning_modules.datamodules.scene_drawing import (
    NO_OBJECT,
    Scenes,
    covered_share,
    draw_scenes,
    ink_boxes,
)
from lightning_modules.datamodules.scenes import DigitScenes
from lightning_modules.datamodules.store import load
from lightning_modules.errors import BadInput
from lightning_modules.models.detection import Detector, cell_centres
from lightning_modules.models.localisation import Localiser
from lightning_modules.models.segmentation import SegNet, UNet
from lightning_modules.tasks.detection import (
    Detection,
    assign,
    detect,
    detection_losses,
)
from lightning_modules.tasks.localisation import Localisation, box_iou_pairs
from lightning_modules.tasks.segmentation import Segmentation


@pytest.fixture(scope="module")
def digits() -> tuple[Tensor, Tensor]:
    arrays = load("mnist_subset")
    images, labels = (
        torch.from_numpy(arrays[f"test_{kind}"][:300]) for kind in ("images", "labels")
    )
    return images, labels.long()


@pytest.fixture(scope="module")
def scenes(digits: tuple[Tensor, Tensor]) -> Scenes:
    return draw_scenes(*digits, num_scenes=60, seed=1)


def targets_of(scenes: Scenes) -> dict[str, Tensor]:
    return {"masks": scenes.masks, "boxes": scenes.boxes, "labels": scenes.labels}


def test_scenes_are_the_same_for_the_same_seed(
    digits: tuple[Tensor, Tensor], scenes: Scenes
) -> None:
    again = draw_scenes(*digits, num_scenes=60, seed=1)
    for field, same in zip(scenes, again, strict=True):
        torch.testing.assert_close(field, same, rtol=0, atol=0)
    assert not torch.equal(draw_scenes(*digits, num_scenes=60, seed=2).images, scenes.images)


def test_a_lone_digit_is_what_its_mask_and_box_say(digits: tuple[Tensor, Tensor]) -> None:
    alone = draw_scenes(
        *digits, num_scenes=40, seed=0, num_digits=(1, 1), scales=(1.5, 1.5), clutter=0, noise=0
    )
    for i in range(40):
        image, mask = alone.images[i, 0].numpy(), alone.masks[i].numpy()
        assert set(np.unique(mask)) == {0, 1 + alone.labels[i, 0].item()}
        rows, columns = np.nonzero(mask)
        box = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
        assert alone.boxes[i, 0].tolist() == box
        # what the mask leaves out is background or the faint edge of a stroke
        assert image[mask == 0].max() <= image[mask > 0].min() + 1


def test_one_scene_may_have_fewer_digits_than_there_is_room_for(
    digits: tuple[Tensor, Tensor],
) -> None:
    for seed in range(5):
        scene = draw_scenes(*digits, num_scenes=1, seed=seed, num_digits=(1, 4))
        assert 1 <= (scene.labels != NO_OBJECT).sum() <= 4


def test_digits_keep_their_shape_and_size(digits: tuple[Tensor, Tensor]) -> None:
    images, labels = digits
    alone = draw_scenes(
        images[:1], labels[:1], 20, seed=0, num_digits=(1, 1), scales=(2, 2), clutter=0, noise=0
    )
    twice = F.interpolate(images[:1, None].float(), scale_factor=2, mode="bilinear")[0, 0]
    x1, y1, x2, y2 = ink_boxes(twice >= 127.5).int().tolist()
    expected = twice[y1:y2, x1:x2].flatten()
    for image, box in zip(
        alone.images[:, 0].float(), alone.boxes[:, 0].int().tolist(), strict=True
    ):
        assert abs(box[2] - box[0] - (x2 - x1)) <= 1  # places are not whole pixels
        assert abs(box[3] - box[1] - (y2 - y1)) <= 1
        found = image[box[1] : box[1] + y2 - y1, box[0] : box[0] + x2 - x1].flatten()
        if len(found) == len(expected):
            assert torch.corrcoef(torch.stack([found, expected]))[0, 1] > 0.9


def test_every_labelled_pixel_lies_in_a_box_of_its_class(scenes: Scenes) -> None:
    for mask, boxes, labels in zip(scenes.masks, scenes.boxes, scenes.labels, strict=True):
        explained = mask == 0
        for (x1, y1, x2, y2), label in zip(boxes.int().tolist(), labels.tolist(), strict=True):
            explained[y1:y2, x1:x2] |= mask[y1:y2, x1:x2] == 1 + label
        assert explained.all()
        assert torch.equal(labels == NO_OBJECT, boxes.amax(dim=1) == 0)


def test_overlap_is_bounded_and_happens(scenes: Scenes) -> None:
    shares = []
    for boxes, labels in zip(scenes.boxes, scenes.labels, strict=True):
        boxes = boxes[labels != NO_OBJECT]
        assert 1 <= len(boxes) <= 6
        pairs = covered_share(boxes[:, None], boxes[None])
        shares += pairs[~torch.eye(len(boxes), dtype=torch.bool)].tolist()
    assert max(shares) < 0.3 + 0.15  # boxes are asked for in fractions and measured in pixels
    assert sum(share > 0.1 for share in shares) > 10


def test_clutter_adds_ink_and_no_label(digits: tuple[Tensor, Tensor]) -> None:
    bare = draw_scenes(*digits, num_scenes=10, seed=3, num_digits=(1, 1), clutter=0, noise=0)
    full = draw_scenes(*digits, num_scenes=10, seed=3, num_digits=(1, 1), clutter=9, noise=0)
    torch.testing.assert_close(full.masks, bare.masks)
    background = bare.masks[:, None] == 0
    assert full.images[background].float().mean() > 3 * bare.images[background].float().mean()


def test_no_digit_is_in_scenes_of_two_splits(monkeypatch: pytest.MonkeyPatch) -> None:
    blot = np.full((50, 28, 28), 255, np.uint8)
    arrays = {
        "train_images": blot,
        "train_labels": np.arange(50),  # each digit a class of its own
        "test_images": blot,
        "test_labels": np.arange(100, 150),
    }
    monkeypatch.setattr(scenes_module, "load", lambda name: arrays)
    data = DigitScenes(train_scenes=60, val_scenes=60, test_scenes=60, val_size=20)
    data.setup("fit")
    seen = {
        split: set(targets["labels"].unique().tolist()) - {NO_OBJECT}
        for split, (_, targets) in data._splits.items()
    }
    assert seen["test"] <= set(range(100, 150))
    assert len(seen["train"]) <= 30
    assert len(seen["val"]) <= 20
    assert not seen["train"] & seen["val"]
    assert len(seen["train"] | seen["val"]) > 40


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"num_digits": (3, 2)}, r"data.num_digits is \[3, 2\]"),
        ({"scales": (1.0, 3.0)}, "data.scales"),
        ({"max_overlap": 1.5}, "data.max_overlap is 1.5; it must be from 0 to 1"),
        ({"clutter": -1}, "data.clutter"),
        ({"train_scenes": 0}, "data.train_scenes is 0"),
        ({"val_size": 0}, "data.val_size is 0"),
    ],
)
def test_bad_options_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        DigitScenes(**options)


@pytest.mark.parametrize(
    "model", [SegNet(), SegNet(unpooling="learned"), UNet()], ids=["max", "learned", "unet"]
)
def test_logits_are_as_large_as_the_image(model: nn.Module) -> None:
    assert model(torch.rand(2, 1, 24, 40)).shape == (2, 11, 24, 40)
    assert model.eval()(torch.rand(0, 1, 24, 40)).shape == (0, 11, 24, 40)
    with pytest.raises(BadInput, match="28 by 20; both sides must be multiples of 8"):
        model(torch.rand(2, 1, 28, 20))


def test_max_unpooling_returns_each_value_to_where_pooling_took_it() -> None:
    model = SegNet(widths=(4, 8)).eval()
    maps: dict[str, Tensor] = {}
    model.encoder[0].register_forward_hook(lambda m, x, y: maps.update(encoded=y))
    model.bottleneck.register_forward_hook(lambda m, x, y: maps.update(coarse=y + 1))
    model.decoder[0].register_forward_pre_hook(lambda m, x: maps.update(unpooled=x[0]))
    with torch.no_grad():
        model(torch.rand(2, 1, 8, 8))

    def windows(x: Tensor) -> Tensor:
        return x.unfold(2, 2, 2).unfold(3, 2, 2).flatten(4)  # (N, C, H / 2, W / 2, 4)

    unpooled = windows(maps["unpooled"])
    torch.testing.assert_close(unpooled.sum(dim=4), maps["coarse"] - 1)
    assert ((unpooled != 0).sum(dim=4) <= 1).all()
    kept = unpooled.amax(dim=4) > 0
    assert kept.any()
    assert torch.equal(unpooled.argmax(dim=4)[kept], windows(maps["encoded"]).argmax(dim=4)[kept])


def test_learned_unpooling_differs_by_its_transposed_convolutions_alone() -> None:
    fixed, learned = ({**SegNet(unpooling=kind).state_dict()} for kind in ("max", "learned"))
    added = learned.keys() - fixed.keys()
    assert fixed.keys() < learned.keys()
    assert {key.split(".")[0] for key in added} == {"unpool"}


def test_mean_iou_is_counted_over_the_whole_set() -> None:
    generator = torch.Generator().manual_seed(0)
    truth = torch.randint(0, 4, (7, 8, 8), generator=generator)  # classes above 3 never appear
    logits = torch.randn(7, 11, 8, 8, generator=generator)
    logits[:, 5:] = -10
    task = Segmentation(UNet())
    for rows in (slice(0, 5), slice(5, 7)):
        task.compare(task.val_metrics, logits[rows], {"masks": truth[rows].to(torch.uint8)})
    predicted = logits.argmax(dim=1).numpy()
    ious = []
    for c in range(11):
        a, b = predicted == c, truth.numpy() == c
        if (a | b).any():
            ious.append((a & b).sum() / (a | b).sum())
    assert task.val_metrics["miou"].compute().item() == pytest.approx(np.mean(ious), abs=1e-6)


def test_iou_of_pairs_is_torchvisions() -> None:
    a, b = torch.rand(2, 30, 4).unbind()
    a, b = (torch.cat([x[:, :2], x[:, :2] + 0.1 + x[:, 2:]], dim=1) for x in (a, b))
    torch.testing.assert_close(box_iou_pairs(a, b), box_iou(a, b).diagonal())


def test_localisation_needs_class_and_box() -> None:
    boxes = torch.tensor([[0.0, 0, 10, 10]] * 3)
    found = torch.tensor([[0.0, 0, 10, 10], [0, 0, 10, 10], [0, 0, 10, 4]])
    logits = 5 * F.one_hot(torch.tensor([3, 1, 3]), 10).float()
    task = Localisation(Localiser())
    targets = {"labels": torch.tensor([[3]] * 3), "boxes": boxes[:, None]}
    task.compare(task.test_metrics, (logits, found), targets)
    assert task.test_metrics["acc"].compute().item() == pytest.approx(2 / 3)
    assert task.test_metrics["iou"].compute().item() == pytest.approx((1 + 1 + 0.4) / 3)
    assert task.test_metrics["loc_acc"].compute().item() == pytest.approx(1 / 3)


def test_a_cell_finds_the_object_whose_centre_is_nearest(scenes: Scenes) -> None:
    cells = cell_centres(16, 16, 4, "cpu")
    boxes, labels = scenes.boxes[:10], scenes.labels[:10]
    assigned = assign(cells.expand(10, -1, -1), boxes, labels, radius=4.0)
    for i in range(10):
        for m, (x, y) in enumerate(cells.tolist()):
            best, place = 4.0, NO_OBJECT
            for k, (x1, y1, x2, y2) in enumerate(boxes[i].tolist()):
                distance = max(abs(x - (x1 + x2) / 2), abs(y - (y1 + y2) / 2))
                if labels[i, k] != NO_OBJECT and (distance < best or distance == best == 4.0):
                    best, place = distance, place if distance == best < 4.0 else k
            if place == NO_OBJECT:
                assert assigned[i, m] == NO_OBJECT
            else:
                k = assigned[i, m].item()
                centre = (boxes[i, k, :2] + boxes[i, k, 2:]) / 2
                assert (centre - cells[m]).abs().max().item() == pytest.approx(best)
    for i in range(10):
        assert set(range(6)) & set(assigned[i].tolist()) == {
            k for k in range(6) if labels[i, k] != NO_OBJECT
        }


def test_detection_loss_is_that_of_a_loop_over_scenes(scenes: Scenes) -> None:
    logits, boxes, cells = Detector().eval()(scenes.images[:5].float() / 255)
    logits = logits + torch.randn(logits.shape, generator=torch.Generator().manual_seed(0))
    targets = {name: target[:5] for name, target in targets_of(scenes).items()}
    assigned = assign(cells, targets["boxes"], targets["labels"], 4.0)
    losses = detection_losses(logits, boxes, targets, assigned)
    for i in range(5):
        wanted = torch.zeros(256, 10)
        by_box = torch.zeros(())
        for m in range(256):
            k = assigned[i, m].item()
            if k != NO_OBJECT:
                wanted[m, targets["labels"][i, k]] = 1
                by_box = by_box + generalized_box_iou_loss(boxes[i, m], targets["boxes"][i, k])
        by_class = sigmoid_focal_loss(logits[i], wanted, reduction="sum")
        torch.testing.assert_close(losses[i], (by_class + by_box) / wanted.sum())


def as_cells(scenes: Scenes) -> tuple[Tensor, Tensor, Tensor]:
    """Outputs that a perfect detector would give: each object at one cell, sure of its class."""
    labels = scenes.labels
    logits = 20.0 * F.one_hot(labels.clamp(min=0), 10) - 10
    logits = logits.masked_fill((labels == NO_OBJECT)[..., None], -10.0)
    return logits, scenes.boxes, torch.zeros_like(scenes.boxes[..., :2])


def test_mean_average_precision_is_1_for_the_truth_and_less_for_less(scenes: Scenes) -> None:
    task = Detection(Detector())
    logits, boxes, cells = as_cells(scenes)
    for rows in (slice(0, 50), slice(50, 60), slice(60, 60)):  # the last batch is empty
        targets = {name: target[rows] for name, target in targets_of(scenes).items()}
        task.compare(task.val_metrics, (logits[rows], boxes[rows], cells[rows]), targets)
    assert task.val_metrics["map"].compute().item() == pytest.approx(1)
    task.compare(task.test_metrics, (logits, boxes + 3, cells), targets_of(scenes))
    worse = task.test_metrics
    assert worse["map"].compute() < worse["map50"].compute() < 1


def test_of_boxes_that_overlap_the_best_of_each_class_stays() -> None:
    boxes = torch.tensor([[0.0, 0, 10, 10], [1, 0, 11, 10], [1, 0, 11, 10], [30, 30, 40, 40]])
    logits = torch.full((2, 4, 3), -20.0)
    logits[0, 0, 0], logits[0, 1, 0], logits[0, 2, 1], logits[0, 3, 0] = 1, 2, 0.5, -1
    logits[1, 0, 0] = 3
    first, second = detect(logits, boxes.expand(2, -1, -1), min_score=0.2, max_overlap=0.5)
    assert first["labels"].tolist() == [0, 1, 0]
    torch.testing.assert_close(first["boxes"], boxes[[1, 2, 3]])
    torch.testing.assert_close(first["scores"], torch.tensor([2, 0.5, -1]).sigmoid())
    assert second["labels"].tolist() == [0]  # another image's boxes do not count


TASKS = {
    "segmentation": (lambda: Segmentation(UNet(widths=(4, 8))), (2, 3), "masks", "miou"),
    "localisation": (lambda: Localisation(Localiser(width=2)), (1, 1), "boxes", "loc_acc"),
    "detection": (lambda: Detection(Detector(widths=(4, 8, 8))), (2, 3), "boxes", "map50"),
}


@pytest.mark.parametrize("name", TASKS)
def test_a_run_leaves_one_picture_a_validation_and_one_of_the_test(
    name: str, tmp_path: Path
) -> None:
    build, num_digits, picture, measure = TASKS[name]
    data = DigitScenes(
        train_scenes=8, val_scenes=7, test_scenes=7, num_digits=num_digits, batch_size=4
    )
    trainer = pl.Trainer(
        accelerator="cpu",
        logger=CSVLogger(tmp_path, name="", version="run"),
        max_epochs=1,
        num_sanity_val_steps=0,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        use_distributed_sampler=False,
    )
    task = build()
    trainer.fit(task, data)
    values = trainer.test(task, data, verbose=False)[0]
    assert 0 <= values[f"test_{measure}"] <= 1
    folder = tmp_path / "run" / "pictures"
    expected = [f"test_{picture}_002.png", f"val_{picture}_001.png"]
    assert sorted(path.name for path in folder.iterdir()) == expected
    with Image.open(folder / expected[1]) as drawn:
        assert drawn.width > 900
        assert np.asarray(drawn).std() > 20
