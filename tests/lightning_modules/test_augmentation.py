"""Augmentation: what each does to an image, and the same images on any number of processes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import ndimage
from torch import Tensor
from torch.nn import functional as F

from lightning_modules.datamodules import augmentation
from lightning_modules.datamodules.augmentation import (
    AlternatingFlip,
    Border,
    Colour,
    Cutout,
    Flip,
    ImageTransform,
    Rotate,
    Translate,
    Zoom,
)
from lightning_modules.datamodules.batch_transform import Augmentation, BatchRng, BatchTransform
from lightning_modules.datamodules.batches import Batches, training_indices
from lightning_modules.datamodules.trees import Tree
from lightning_modules.errors import BadInput

ALL: list[BatchTransform] = [Flip(), Translate(3), Rotate(), Zoom(), Colour(), Cutout(4)]
NUMPY_PAD = {"reflect": "reflect", "edge": "edge", "zero": "constant"}


def pictures(num_images: int = 6, height: int = 12, width: int = 16) -> Tensor:
    """Smooth random images (N, 3, H, W): what interpolation can be compared on."""
    generator = torch.Generator().manual_seed(0)
    coarse = torch.randn(num_images, 3, 4, 4, generator=generator)
    return F.interpolate(coarse, (height, width), mode="bicubic")


def test_flip_mirrors_the_chosen() -> None:
    images = pictures(4)
    flipped = augmentation.flip(images, torch.tensor([True, False, True, False]))
    torch.testing.assert_close(flipped[::2], torch.flip(images[::2], dims=[3]))
    torch.testing.assert_close(flipped[1::2], images[1::2])


@pytest.mark.parametrize("border", ["reflect", "edge", "zero"])
def test_translate_is_pad_and_crop(border: Border) -> None:
    images = pictures(9)
    down = torch.tensor([-5, -1, 0, 0, 0, 2, 3, 5, 1])
    right = torch.tensor([0, 5, -5, 0, 1, -2, 3, 5, -4])
    shifted = augmentation.translate(images, down, right, border)
    for image, d, r, found in zip(images, down.tolist(), right.tolist(), shifted, strict=True):
        padded = np.pad(image.numpy(), ((0, 0), (5, 5), (5, 5)), NUMPY_PAD[border])  # type: ignore[call-overload]
        expected = padded[:, 5 - d : 17 - d, 5 - r : 21 - r]
        np.testing.assert_array_equal(found.numpy(), expected)


@pytest.mark.parametrize("degrees", [-40.0, 0.0, 15.0, 90.0])
def test_rotation_agrees_with_scipy(degrees: float) -> None:
    images = pictures(2, 15, 21)
    turned = augmentation.rotate_and_zoom(images, torch.full((2,), degrees), torch.ones(2), "zero")
    expected = ndimage.rotate(images.numpy(), degrees, axes=(2, 3), reshape=False, order=1)
    inside = np.s_[:, :, 4:11, 7:14]  # at the border SciPy drops what torch blends with 0
    np.testing.assert_allclose(turned.numpy()[inside], expected[inside], atol=1e-4)


@pytest.mark.parametrize("factor", [0.8, 1.0, 1.7])
def test_zoom_agrees_with_scipy(factor: float) -> None:
    images = pictures(2, 15, 21)
    found = augmentation.rotate_and_zoom(images, torch.zeros(2), torch.full((2,), factor), "zero")
    centre = np.array([7.0, 10.0])
    for image, zoomed in zip(images.flatten(0, 1), found.flatten(0, 1), strict=True):
        offset = centre - centre / factor
        expected = ndimage.affine_transform(image.numpy(), [1 / factor] * 2, offset, order=1)
        np.testing.assert_allclose(zoomed[3:12, 3:18].numpy(), expected[3:12, 3:18], atol=1e-4)


def test_colour_image_by_image() -> None:
    images = pictures(3)
    brightness = torch.tensor([0.0, 0.5, -0.2])
    contrast, saturation = torch.tensor([1.0, 0.5, 1.2]), torch.tensor([1.0, 0.0, 1.3])
    found = augmentation.colour(images, brightness, contrast, saturation)
    torch.testing.assert_close(found[0], images[0])
    assert (found[1] - found[1].mean(dim=0)).abs().max() < 1e-6  # without saturation: grey
    for n in (1, 2):
        grey = images[n].mean(dim=0)
        x = grey + saturation[n] * (images[n] - grey)
        expected = x.mean() + contrast[n] * (x - x.mean()) + brightness[n]
        torch.testing.assert_close(found[n], expected)


def test_cutout_hides_one_square() -> None:
    images = torch.ones(3, 2, 10, 10)
    cut = augmentation.cutout(images, torch.tensor([5, 0, 9]), torch.tensor([4, 0, 5]), size=4)
    expected = torch.ones(3, 2, 10, 10)
    expected[0, :, 3:7, 2:6] = 0
    expected[1, :, :2, :2] = 0  # the square reaches beyond the corner
    expected[2, :, 7:, 3:7] = 0
    torch.testing.assert_close(cut, expected)


@pytest.mark.parametrize("transform", ALL, ids=lambda transform: type(transform).__name__)
def test_a_batch_keeps_its_form_and_its_source(transform: ImageTransform) -> None:
    for memory_format in (torch.contiguous_format, torch.channels_last):
        images = pictures(64).contiguous(memory_format=memory_format)
        before, labels = images.clone(), torch.arange(64)
        changed, same = transform(images, labels, BatchRng(0, 64))
        assert changed.shape == images.shape
        assert changed.dtype == images.dtype
        assert changed.is_contiguous(memory_format=memory_format)
        assert same is labels
        torch.testing.assert_close(images, before)
        moved = (changed - images).abs().flatten(1).amax(dim=1) > 1e-6  # (64,)
        assert moved.sum() > 16
        each = torch.unique((changed - images).flatten(1), dim=0)
        assert len(each) > 16, "one draw for all"


class SwapNeighbours(BatchTransform):
    """An example depends on another of its batch."""

    mixes_rows = True

    def __call__(self, inputs: Tree, targets: Tree, rng: BatchRng) -> tuple[Tree, Tree]:
        order = rng.permutation()
        return (inputs + inputs[order]) / 2, {"own": targets, "other": targets[order]}


@pytest.mark.parametrize("transforms", [ALL, [*ALL, SwapNeighbours(), Flip()]])
@pytest.mark.parametrize("world_size", [2, 3])
def test_processes_see_the_images_that_one_sees(
    transforms: list[BatchTransform], world_size: int
) -> None:
    images, labels = pictures(6), torch.arange(6)
    whole, whole_labels = Augmentation(transforms, 5, 6)(images, labels, 2, 7)
    for rank in range(world_size):
        mine = slice(rank, None, world_size)
        process = Augmentation(transforms, 5, 6, rank, world_size)
        given = slice(None) if process.takes_whole_batch else mine
        found, found_labels = process(images[given], labels[given], 2, 7)
        torch.testing.assert_close(found, whole[mine], rtol=0, atol=1e-6)
        if isinstance(whole_labels, dict):
            assert all(
                torch.equal(found_labels[key], whole_labels[key][mine]) for key in found_labels
            )


@pytest.mark.parametrize("world_size", [1, 2])
def test_alternating_flip_shows_every_image_both_ways_in_two_epochs(world_size: int) -> None:
    num_images = 400
    images = pictures(num_images)
    seen = torch.zeros(3, num_images, dtype=torch.bool)  # whether mirrored, in each epoch
    for rank in range(world_size):
        augment = Augmentation([AlternatingFlip()], 5, 20, rank, world_size)

        def indices(epoch: int, rank: int = rank) -> list[Tensor]:
            return training_indices(epoch, num_images, 20, 5, rank, world_size)

        batches = Batches(images, torch.arange(num_images), indices=indices, transform=augment)
        for epoch in range(3):
            batches.set_epoch(epoch)
            for found, which in batches:
                mirrored = (found - images[which].flip(3)).flatten(1).norm(dim=1) == 0
                same = (found - images[which]).flatten(1).norm(dim=1) == 0
                assert torch.equal(mirrored, ~same)
                seen[epoch, which] = mirrored
    assert torch.equal(seen[0], ~seen[1])
    assert torch.equal(seen[0], seen[2])
    assert 180 < seen[0].sum() < 220
    assert 40 < (seen[0, :-1] == seen[0, 1:]).sum() < 360, "in no order"


def test_draws_depend_on_seed_epoch_and_batch_alone() -> None:
    images, labels = pictures(6), torch.arange(6)

    def augmented(seed: int, epoch: int, batch: int) -> Tensor:
        return Augmentation([Translate(3)], seed, 6)(images, labels, epoch, batch)[0]

    first = augmented(1, 2, 3)
    torch.testing.assert_close(first, augmented(1, 2, 3))
    for other in ((0, 2, 3), (1, 3, 2), (1, 2, 4)):
        assert not torch.equal(first, augmented(*other))


def test_drawn_numbers_fill_their_ranges() -> None:
    rng = BatchRng(0, 4000)
    integers = rng.integers(-2, 2, shape=(2,))
    assert integers.shape == (4000, 2)
    counts = torch.bincount(integers.flatten() + 2)
    assert len(counts) == 5
    assert counts.min() > 1450
    floats = rng.uniform(-3.0, 5.0)
    assert floats.min() == pytest.approx(-3, abs=0.05)
    assert floats.max() == pytest.approx(5, abs=0.05)
    assert rng.normal().std() == pytest.approx(1, abs=0.05)
    assert sorted(rng.permutation().tolist()) == list(range(4000))


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Flip(1.5), "p is 1.5; it must be from 0 to 1"),
        (lambda: Translate(-1), "pixels is -1; it must be at least 0"),
        (lambda: Translate(2, "mirror"), "border is mirror; .*reflect"),  # type: ignore[arg-type]
        (lambda: Zoom(1.1, 0.9), "high is 0.9; it must be at least 1.1"),
        (lambda: Cutout(0), "size is 0"),
        (lambda: Translate(12)(pictures(), torch.zeros(6), BatchRng(0, 6)), "leaves the image"),
        (lambda: Flip()(torch.zeros(6, 8), torch.zeros(6), BatchRng(0, 6)), "Flip takes images"),
        (
            lambda: AlternatingFlip()(pictures(), torch.zeros(6), BatchRng(0, 6)),
            "elsewhere use Flip",
        ),
    ],
)
def test_a_wrong_argument_is_named(build: object, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        build()  # type: ignore[operator]
