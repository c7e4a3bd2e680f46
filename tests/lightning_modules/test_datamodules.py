"""What the data modules give: splits that share nothing, scales, made pictures, batches."""

from __future__ import annotations

from pathlib import Path

import lightning.pytorch as pl
import numpy as np
import pytest
import torch
from jsonargparse import ArgumentParser
from PIL import Image
from sklearn.datasets import load_diabetes
from torch import Tensor

from lightning_modules.datamodules import cifar, manifest, store
from lightning_modules.datamodules.augmentation import Translate
from lightning_modules.datamodules.cifar import Cifar, LabelledCifarSubset, without_colour
from lightning_modules.datamodules.composed_digits import (
    OverlappingDigits,
    ShiftedDigits,
    partners,
    place,
)
from lightning_modules.datamodules.digits import MEAN, STD, Digits
from lightning_modules.datamodules.in_memory import InMemory, Splits, hold_out
from lightning_modules.datamodules.tabular import Tabular
from lightning_modules.datamodules.trees import Tree
from lightning_modules.errors import BadInput


def whole(data: InMemory, split: str) -> tuple[Tensor, Tensor]:
    """All batches of a split in one."""
    data.setup("fit")
    loader = getattr(data, f"{split}_dataloader")()
    inputs, targets = zip(*loader, strict=True)
    return torch.cat(inputs), torch.cat(targets)


def to_bytes(images: Tensor) -> np.ndarray:
    return ((images * STD + MEAN) * 255).round().to(torch.uint8).numpy()


def test_hold_out_divides_and_repeats() -> None:
    inputs, targets = {"x": torch.arange(10.0), "pair": (torch.arange(10),) * 2}, torch.arange(10)
    splits = hold_out(inputs, targets, 3, seed=1)
    for x, y in splits.values():
        assert torch.equal(x["x"].long(), y)
        assert torch.equal(x["pair"][1], y)
    parts = [splits[name][1].tolist() for name in ("train", "val")]
    assert [len(part) for part in parts] == [7, 3]
    assert sorted(parts[0] + parts[1]) == list(range(10))
    assert parts[1] == hold_out(inputs, targets, 3, seed=1)["val"][1].tolist()
    assert parts[1] != hold_out(inputs, targets, 3, seed=2)["val"][1].tolist()


class Counting(InMemory):
    """Inputs in a dict, targets in a tuple."""

    def _load(self) -> Splits:
        n = torch.arange(40)
        return {
            name: ({"image": n.view(-1, 1, 1, 1).float(), "n": n}, (n, -n))
            for name in ("train", "val", "test")
        }


def test_batches_of_several_tensors() -> None:
    data = Counting(batch_size=8, train_size=16)
    data.setup("fit")
    batches: list[tuple[Tree, Tree]] = list(data.train_dataloader())
    assert len(batches) == 2
    for inputs, targets in batches:
        n, negative = targets
        assert torch.equal(inputs["n"], n)
        assert torch.equal(inputs["image"].flatten().long(), n)
        assert torch.equal(negative, -n)
    assert sorted(torch.cat([n for _, (n, _) in batches]).tolist()) == list(range(16))
    assert sum(len(n) for _, (n, _) in data.test_dataloader()) == 40


def test_augmentation_changes_training_alone() -> None:
    plain = Digits(train_size=640)
    augmented = Digits(train_size=640, augment=[Translate(2, "edge")])
    for split in ("val", "test"):
        assert torch.equal(whole(plain, split)[0], whole(augmented, split)[0])
    before, after = whole(plain, "train"), whole(augmented, "train")
    assert torch.equal(before[1], after[1])
    assert (before[0] != after[0]).flatten(1).any(dim=1).float().mean() > 0.9
    assert torch.equal(after[0], whole(augmented, "train")[0])  # the same epoch again


def test_a_resumed_epoch_augments_as_the_whole_one_did(monkeypatch: pytest.MonkeyPatch) -> None:
    data = Digits(augment=[Translate(2, "edge")], train_size=640)
    data.setup("fit")
    batches = list(data.train_dataloader())
    monkeypatch.setattr(data, "_batches_processed", lambda: 7)
    for (x, y), (x_again, y_again) in zip(batches[7:], data.train_dataloader(), strict=True):
        assert torch.equal(x, x_again)
        assert torch.equal(y, y_again)


def test_a_smaller_training_set_is_part_of_the_larger() -> None:
    sets = [set(map(bytes, to_bytes(whole(Digits(train_size=n), "train")[0]))) for n in (64, 640)]
    assert sets[0] < sets[1]


def test_the_labelled_subset_is_a_small_cifar_of_its_own() -> None:
    sets = {split: whole(LabelledCifarSubset(100), split) for split in ("train", "val", "test")}
    assert [len(labels) for _, labels in sets.values()] == [2400, 600, 1000]
    pixels = torch.cat([images for images, _ in sets.values()]).flatten(1)
    assert len(pixels.unique(dim=0)) == 4000  # nothing is in two of them


def test_cifar_of_some_classes_without_colour() -> None:
    _, all_labels = whole(LabelledCifarSubset(), "test")
    grey = LabelledCifarSubset(val_size=100, grey=True, classes=[9, 1])
    images, labels = whole(grey, "test")
    chosen = all_labels[torch.isin(all_labels, torch.tensor([1, 9]))]
    assert labels.tolist() == [{9: 0, 1: 1}[label] for label in chosen.tolist()]
    # each channel has its own scale, which hides that the three are one
    scaled = images * torch.tensor(cifar.STD)[:, None, None]
    shown = scaled + torch.tensor(cifar.MEAN)[:, None, None]
    torch.testing.assert_close(shown[:, 0], shown[:, 1])
    torch.testing.assert_close(shown[:, 0], shown[:, 2])


def test_luminance_is_pillows() -> None:
    image = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    ours = without_colour(torch.from_numpy(image)[None])[0, ..., 0].int()
    theirs = torch.from_numpy(np.asarray(Image.fromarray(image).convert("L")).astype(np.int32))
    assert (ours - theirs).abs().max() <= 1  # Pillow rounds down


def test_cifar_is_split_scaled_and_channels_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a small set in the place of the whole one, which no test may need a network for."""
    rng = np.random.default_rng(0)
    arrays = {
        "train_images": rng.integers(0, 256, (300, 32, 32, 3), dtype=np.uint8),
        "train_labels": rng.integers(0, 10, 300, dtype=np.uint8),
        "test_images": rng.integers(0, 256, (50, 32, 32, 3), dtype=np.uint8),
        "test_labels": rng.integers(0, 10, 50, dtype=np.uint8),
    }
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path))
    store.write_atomically(store.location(manifest.find("cifar10")), arrays)
    data = Cifar(batch_size=100, val_size=100)
    data.prepare_data()
    data.setup("fit")
    sizes = {}
    for split in ("train", "val", "test"):
        sizes[split] = 0
        for x, y in getattr(data, f"{split}_dataloader")():
            assert x.is_contiguous(memory_format=torch.channels_last)
            assert x.shape[1:] == (3, 32, 32)
            sizes[split] += len(y)
    assert sizes == {"train": 200, "val": 100, "test": 50}
    x, y = whole(data, "test")
    assert torch.equal(y, torch.from_numpy(arrays["test_labels"]).long())
    expected = (arrays["test_images"][..., 2] / 255 - 0.4465) / 0.2616  # blue
    np.testing.assert_allclose(x[:, 2], expected, atol=1e-5)


def test_place_keeps_every_digit_whole() -> None:
    generator = torch.Generator().manual_seed(0)
    images = torch.randint(1, 256, (50, 28, 28), dtype=torch.uint8, generator=generator)
    placed = place(images, 40, 6, generator)
    assert placed.shape == (50, 40, 40)
    assert placed.dtype == torch.uint8
    corners = set()
    for image, picture in zip(images, placed, strict=True):
        rows, columns = picture.nonzero(as_tuple=True)
        top, left = int(rows.min()), int(columns.min())
        corners.add((top, left))
        assert torch.equal(picture[top : top + 28, left : left + 28], image)
        assert picture.count_nonzero() == 28 * 28
    assert {top for top, _ in corners} | {left for _, left in corners} == set(range(13))
    centred = place(images, 29, 0, generator)
    assert torch.equal(centred[:, :28, :28], images)


@pytest.fixture
def few_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first 100 digits of each split alone."""
    every = Digits._load_bytes

    def few(self: Digits) -> Splits:
        return {name: (x[:100], y[:100]) for name, (x, y) in every(self).items()}

    monkeypatch.setattr(Digits, "_load_bytes", few)


@pytest.mark.usefixtures("few_digits")
def test_shifted_digits_come_from_their_own_split() -> None:
    data, plain = ShiftedDigits(canvas=40), Digits()
    x, y = whole(data, "test")
    original, labels = whole(plain, "test")
    assert x.shape == (100, 1, 40, 40)
    assert torch.equal(y, labels)
    for image, source in zip(to_bytes(x[:20, 0]), to_bytes(original[:20, 0]), strict=True):
        np.testing.assert_array_equal(np.sort(image[image > 0]), np.sort(source[source > 0]))
    x, _ = whole(data, "val")
    np.testing.assert_array_equal(
        to_bytes(x[:, 0, 6:-6, 6:-6]), to_bytes(whole(plain, "val")[0][:, 0])
    )


def test_partners_are_of_other_classes_and_from_all_of_them() -> None:
    labels = torch.arange(10).repeat(100)
    chosen = partners(labels, torch.Generator().manual_seed(0))
    assert (labels[chosen] != labels).all()
    counts = torch.bincount(labels[chosen], minlength=10)
    assert counts.min() > 70


@pytest.mark.usefixtures("few_digits")
def test_overlapping_digits_show_two_classes() -> None:
    data = OverlappingDigits(shift=2)
    x, y = whole(data, "val")
    assert x.shape == (100, 1, 36, 36)
    assert y.shape == (100, 10)
    assert y.dtype == torch.float32
    assert torch.equal(y.sum(dim=1), torch.full((100,), 2.0))
    single = to_bytes(whole(Digits(), "val")[0][:, 0])
    first = to_bytes(x[0, 0])
    # somewhere within the shifts the first digit lies under the picture, pixel for pixel
    offsets = [(4 + d, 4 + r) for d in range(-2, 3) for r in range(-2, 3)]
    assert any((first[d : d + 28, r : r + 28] >= single[0]).all() for d, r in offsets)
    again = OverlappingDigits(shift=2)
    assert torch.equal(whole(again, "val")[0], x)


def test_hitters() -> None:
    data = Tabular("hitters", standardise_target=False)
    x, _ = whole(data, "train")
    assert x.shape == (160, 19)  # 263 players with a salary, 50 + 50 held out, 3 fill no batch
    every = {name: whole(data, name) for name in ("val", "test")}
    assert [len(y) for _, y in every.values()] == [50, 50]
    train_x, train_y = data._splits["train"]
    assert len(train_y) == 163
    categories = [data.feature_names.index(name) for name in ("League", "Division", "NewLeague")]
    assert set(train_x[:, categories].unique().tolist()) == {0.0, 1.0}
    numbers = [column for column in range(19) if column not in categories]
    torch.testing.assert_close(train_x[:, numbers].mean(dim=0), torch.zeros(16), atol=1e-5, rtol=0)
    torch.testing.assert_close(
        train_x[:, numbers].std(dim=0, correction=0), torch.ones(16), atol=1e-4, rtol=0
    )
    salaries = torch.cat([train_y, *(y for _, y in every.values())])
    assert salaries.min() == 67.5
    assert salaries.max() == 2460.0
    assert salaries.mean() == pytest.approx(535.93, abs=0.01)  # An Introduction to …, chapter 6


def test_diabetes_is_scikit_learns() -> None:
    data = Tabular("diabetes", standardise_target=False, batch_size=342)
    y = torch.cat([whole(data, name)[1] for name in ("train", "val", "test")])
    expected = load_diabetes(scaled=False).target
    np.testing.assert_allclose(np.sort(y.numpy()), np.sort(expected))
    _, standardised = whole(Tabular("diabetes", batch_size=342), "train")
    assert standardised.mean() == pytest.approx(0, abs=1e-5)
    assert standardised.std(correction=0) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Digits(batch_size=0), r"data\.batch_size is 0"),
        (lambda: Digits(val_size=-1), r"data\.val_size is -1"),
        (lambda: whole(Digits(val_size=10_000), "val"), "must be from 1 to 9999"),
        (lambda: Digits(train_size=0), r"data\.train_size is 0"),
        (lambda: whole(Digits(train_size=9001), "train"), "9001; it must be from 1 to 9000"),
        (lambda: ShiftedDigits(canvas=20), r"data\.canvas is 20; it must be at least 28"),
        (lambda: ShiftedDigits(test_shift=20), r"data\.test_shift is 20; .* 0 to 19"),
        (lambda: OverlappingDigits(shift=-1), r"data\.shift is -1"),
        (lambda: Tabular("boston"), "hitters, diabetes"),  # type: ignore[arg-type]
        (lambda: whole(Tabular(val_size=200, test_size=63), "val"), "263 together"),
    ],
)
def test_a_wrong_argument_is_named(build: object, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        build()  # type: ignore[operator]


def test_a_config_builds_augmentation() -> None:
    """One line in a config file, or on the command line as here; parsed as the CLI does."""
    parser = ArgumentParser()
    parser.add_subclass_arguments(pl.LightningDataModule, "data")
    translate = "{class_path: lightning_modules.datamodules.augmentation.Translate, "
    translate += "init_args: {pixels: 2, border: edge}}"
    config = parser.parse_args(
        [
            "--data=lightning_modules.datamodules.digits.Digits",
            f"--data.init_args.augment=[{translate}]",
        ]
    )
    data = parser.instantiate(config).data
    assert isinstance(data, Digits)
    (transform,) = data.augment
    assert isinstance(transform, Translate)
    assert (transform.pixels, transform.border) == (2, "edge")
