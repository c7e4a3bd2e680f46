"""What can be measured of a trained network beside its loss on validation and test.

Each takes a `Trained` and options from the experiment's file, and is called at the last and at the
best moment of a run.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lightning_modules.callbacks.layer_statistics import dead_share, steepest_slopes
from lightning_modules.callbacks.linear_probe import probe_accuracies
from lightning_modules.datamodules.augmentation import translate
from lightning_modules.experiments.training import Measured, Trained
from lightning_modules.models.batch_norm import ACTIVATIONS
from lightning_modules.seeding import run_seed


@torch.no_grad()
def shifted_accuracy(
    trained: Trained, shifts: Sequence[int], num_images: int | None = None
) -> Measured:
    """Accuracy on test images (the first `num_images`, or all) moved by each number of pixels.

    They move along both axes, up or down and left or right as drawn for each image, alike in every
    run; what comes in is 0, the mean.

    Gives `shift_K` for each shift K, and the curve `shift`.
    """
    test = trained.data.test_dataloader()
    images, labels = test.inputs[:num_images], test.targets[:num_images]
    signs = (
        torch.randint(0, 2, (2, len(images)), generator=torch.Generator().manual_seed(0)) * 2 - 1
    )
    accuracies = []
    for shift in shifts:
        moved = translate(images, signs[0] * shift, signs[1] * shift, border="zero")
        accuracies.append(_accuracy(trained, moved, labels))
    metrics = {f"shift_{k}": value for k, value in zip(shifts, accuracies, strict=True)}
    return Measured(metrics, {"shift": ([float(k) for k in shifts], accuracies)})


def _accuracy(trained: Trained, inputs: Tensor, labels: Tensor, batch_size: int = 512) -> float:
    right = 0
    for rows, y in zip(inputs.split(batch_size), labels.split(batch_size), strict=True):
        right += int((trained.task(rows).argmax(dim=1) == y).sum())
    return right / len(labels)


def steps_to(trained: Trained, metric: str, level: float) -> Measured:
    """The first step at which the curve of `metric` was at `level` or below.

    Gives `steps_to`, which is the number of all steps where it never was, and `reached`, 1 or 0. A
    ratio of steps is then too small rather than too large.
    """
    x, y = trained.curves[metric]
    reached = [step for step, value in zip(x, y, strict=True) if value <= level]
    steps = reached[0] if reached else trained.steps
    return Measured({"steps_to": steps, "reached": float(bool(reached))})


def dead_units(trained: Trained) -> Measured:
    """Hidden units that no validation image can teach much, as shares of all.

    Gives `dead`, whose slope is next to 0 for every image, and `below_zero`, whose input is: there
    a ReLU is flat and a leaky one nearly so.
    """
    dead: list[Tensor] = []  # a share for each layer
    below_zero: list[Tensor] = []

    def keep(module: nn.Module, inputs: tuple[Tensor], _: Tensor) -> None:
        z = inputs[0].detach()
        dead.append(dead_share(steepest_slopes(module, z)))
        below_zero.append((z.transpose(0, 1).flatten(1).amax(dim=1) < 0).float().mean())

    hooks = [
        module.register_forward_hook(keep)
        for module in trained.task.modules()
        if isinstance(module, ACTIVATIONS)
    ]
    with torch.no_grad():
        trained.task(trained.data.val_dataloader().inputs)
    for hook in hooks:
        hook.remove()
    shares = {"dead": dead, "below_zero": below_zero}
    return Measured({name: float(torch.stack(each).mean()) for name, each in shares.items()})


def distinct_units(trained: Trained) -> Measured:
    """Units of the first dense layer that are no copy of another, a share of all: `distinct`."""
    first = next(module for module in trained.task.modules() if isinstance(module, nn.Linear))
    return Measured({"distinct": len(first.weight.unique(dim=0)) / first.out_features})


@torch.no_grad()
def generalisation_gap(trained: Trained) -> Measured:
    """Loss on training images as they are, without dropout, and how much more it is on validation.

    Gives `train_loss` and `gap`. Mean cross-entropies.
    """
    losses = []
    for loader in (trained.data.train_dataloader(), trained.data.val_dataloader()):
        pieces = zip(loader.inputs.split(512), loader.targets.split(512), strict=True)
        summed = sum(float(F.cross_entropy(trained.task(x), y, reduction="sum")) for x, y in pieces)
        losses.append(summed / len(loader.targets))
    return Measured({"train_loss": losses[0], "gap": losses[1] - losses[0]})


def weight_sizes(trained: Trained) -> Measured:
    """Root mean square of all weights (not biases), `rms_weight`, and the share that is exactly 0,
    `zeros`."""
    weights = torch.cat([p.detach().flatten() for p in trained.task.parameters() if p.ndim > 1])
    return Measured(
        {
            "rms_weight": float(weights.square().mean().sqrt()),
            "zeros": float((weights == 0).double().mean()),
        }
    )


@torch.no_grad()
def lost_by_shifting(trained: Trained, pixels: int) -> Measured:
    """Validation accuracy lost where validation images are shifted as training images were: `lost`.

    Each by up to `pixels` along both axes, alike in every run.
    """
    loader = trained.data.val_dataloader()
    images, labels = loader.inputs, loader.targets
    generator = torch.Generator().manual_seed(0)
    by = torch.randint(-pixels, pixels + 1, (2, len(images)), generator=generator)
    shifted = translate(images, by[0], by[1], border="zero")
    lost = _accuracy(trained, images, labels) - _accuracy(trained, shifted, labels)
    return Measured({"lost": lost})


@torch.no_grad()
def linear_probe(trained: Trained, num_labels: Sequence[int]) -> Measured:
    """Test accuracy of softmax classifiers on the codes of few labelled training images.

    Gives `probe_K` for each number of labels K. The run's seed draws which images have labels.
    """
    train, test = trained.data.train_dataloader(), trained.data.test_dataloader()
    return Measured(probe_accuracies(trained.task, train, test, num_labels, run_seed()))


def gabor_energy(trained: Trained) -> Measured:
    """How much of the first convolution's filters is a wave under a bell: an edge or bar detector.

    Each filter (C, k, k) is summed over its channels and centred; of a bank of Gabor functions at
    all angles, wavelengths, widths and places, with both phases fitted by least squares, the one
    that explains most of its energy counts. Gives `gabor`, the mean over filters, from 0 to 1.
    """
    first = next(module for module in trained.task.modules() if isinstance(module, nn.Conv2d))
    filters = first.weight.detach().sum(dim=1).double()  # (F, k, k)
    filters = (filters - filters.mean(dim=(1, 2), keepdim=True)).flatten(1)  # (F, k * k)
    bank = _gabor_pairs(first.weight.shape[-1])  # (B, k * k, 2), orthonormal pairs
    explained = torch.einsum("bpc,fp->bfc", bank, filters).square().sum(dim=2)  # (B, F)
    energy = filters.square().sum(dim=1).clamp(min=1e-30)
    return Measured({"gabor": float((explained.amax(dim=0) / energy).mean())})


def _gabor_pairs(size: int) -> Tensor:
    """Even and odd Gabor functions (J. Daugman, 1985), centred and made orthonormal."""
    axis = torch.arange(size, dtype=torch.double) - (size - 1) / 2
    y, x = torch.meshgrid(axis, axis, indexing="ij")
    pairs = []
    grid = product(range(12), (2.5, 3.5, 5.0, 7.0, 10.0), (1.0, 1.5, 2.5), (-1, 0, 1), (-1, 0, 1))
    for turn, wavelength, width, down, right in grid:
        angle = math.pi * turn / 12
        u = (x - right) * math.cos(angle) + (y - down) * math.sin(angle)
        bell = torch.exp(-((x - right) ** 2 + (y - down) ** 2) / (2 * width**2))
        wave = 2 * math.pi * u / wavelength
        pair = torch.stack([bell * wave.cos(), bell * wave.sin()], dim=-1).flatten(0, 1)
        pairs.append(torch.linalg.qr(pair - pair.mean(dim=0))[0])  # (k * k, 2)
    return torch.stack(pairs)
