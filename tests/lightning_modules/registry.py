"""Every model, task and method of the course, one line each.

A line gives its case all tests of `test_registry.py`: it memorises a batch and every parameter
moves; two processes take the steps of one and measure what one measures; its checkpoint loads
without unpickling and rebuilds it; a resumed run ends bit by bit where the whole run ends; bf16
training stays finite.

A network that classifies:

    classify("lenet", "lenet.LeNet", dropout=0.0),

`images(3, 32)` as third argument where its inputs are not digits. A callback or an augmentation:

    classify("max norm", "mlp.MLP", callbacks=[spec("regularization.max_norm.MaxNorm", limit=1.0)]),

Another task brings a function that makes its examples (see `images`):

    Case("regression", spec("tasks.regression.Regression", model=spec("models.linear.…")), tabular),

A case that draws random numbers in its forward pass (dropout, a VAE's noise) says `random=True`:
each process draws its own, so two processes take other steps than one, and only agreement between
the processes is tested.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

Splits = dict[str, tuple[Any, Any]]
Spec = dict[str, Any]

# what memorises: Adam forgives a rate that does not fit; two processes are compared with SGD,
# because Adam makes whole steps of the rounding errors where a gradient is nothing else
ADAM = {
    "optimizer": "Adam",
    "learning_rate": 3e-3,
    "optimizer_args": {},
    "schedule": "constant",
}
TRAIN, HELD_OUT, BATCH_SIZE = 32, 9, 16  # the held-out examples do not divide by two processes


@dataclass(frozen=True)
class Case:
    """What a config file says, in small.

    Args:
        name: of the case.
        model: what stands under `model:`.
        examples: makes (inputs, targets) of `n` examples.
        callbacks: what stands under `trainer.callbacks:`.
        augment: what stands under `data.init_args.augment:`.
        memorise: options of the task for memorising a batch.
        memorised: the share of its first loss that the loss of the batch must come down to.
        steps: in which it must.
        random: draws random numbers in its forward pass.
    """

    name: str
    model: Spec
    examples: Callable[[int], tuple[Any, Any]]
    callbacks: list[Spec] = field(default_factory=list)
    augment: list[Spec] = field(default_factory=list)
    memorise: Spec = field(default_factory=lambda: dict(ADAM))
    memorised: float = 0.1
    steps: int = 60
    random: bool = False


def spec(path: str, **options: Any) -> Spec:
    """What a config file says of an object; `path` begins in `lightning_modules`."""
    return {"class_path": f"lightning_modules.{path}", "init_args": options}


def images(channels: int = 1, size: int = 28) -> Callable[[int], tuple[Tensor, Tensor]]:
    """Makes random images (n, channels, size, size) with labels (n,) of 0 to 9."""

    def examples(n: int) -> tuple[Tensor, Tensor]:
        generator = torch.Generator().manual_seed(n)
        return torch.randn(n, channels, size, size, generator=generator), torch.arange(n) % 10

    return examples


def table(n: int) -> tuple[Tensor, Tensor]:
    """Random inputs (n, 40) with random outputs (n,)."""
    generator = torch.Generator().manual_seed(n)
    return torch.randn(n, 40, generator=generator), torch.randn(n, generator=generator)


def classify(
    name: str,
    path: str,
    examples: Callable[[int], tuple[Any, Any]] | None = None,
    callbacks: list[Spec] | None = None,
    augment: list[Spec] | None = None,
    random: bool = False,
    rate: float = 3e-3,
    memorised: float = 0.1,
    **options: Any,
) -> Case:
    """`lightning_modules.models.<path>(**options)` as a classifier of ten classes; `rate` is the
    learning rate with which it memorises."""
    model = spec(
        "tasks.classification.Classification",
        model=spec(f"models.{path}", **options),
        optimizer="SGD",
        learning_rate=0.02,
        optimizer_args={"momentum": 0.9},
        schedule="cosine",
    )
    return Case(
        name,
        model,
        examples or images(),
        callbacks or [],
        augment or [],
        memorise={**ADAM, "learning_rate": rate},
        memorised=memorised,
        random=random,
    )


SMALL_VGG = {
    "blocks": [[8, 1], [16, 2]],
    "num_classes": 10,
    "hidden": 32,
    "pooled_size": 2,
    "dropout": 0.0,
}
SMALL_ALEXNET = {"num_classes": 10, "dropout": 0.0, "hidden": 64}

AVERAGING = {
    "class_path": "lightning.pytorch.callbacks.EMAWeightAveraging",
    "init_args": {"decay": 0.9},
}

CASES = [
    classify("softmax", "linear.SoftmaxClassifier"),
    classify("mlp", "mlp.MLP", hidden=[32, 16]),
    classify("mlp with dropout", "mlp.MLP", hidden=[64], dropout=0.1, random=True),
    classify("lenet", "lenet.LeNet"),
    classify("strided", "strided_cnn.StridedCNN", width=8),
    classify("cifar net", "cifar_net.CifarNet", images(3, 32), rate=2e-2, widths=[8, 16, 16]),
    classify("1x1", "conv_net.ConvNet", images(3, 12), rate=1e-2, channels=[8, 16], mixing=1),
    classify(
        "strides",
        "conv_net.ConvNet",
        images(3, 12),
        channels=[8],
        downsample="stride",
        global_pool=False,
        image_size=12,
    ),
    classify(
        "small alexnet", "alexnet.CifarAlexNet", images(3, 32), width=4, hidden=32, dropout=0.0
    ),
    Case(
        "hinge",
        spec(
            "tasks.classification.Classification",
            model=spec("models.linear.SoftmaxClassifier"),
            loss="hinge",
            learning_rate=0.01,
        ),
        images(),
    ),
    Case(
        "linear regression",
        spec(
            "tasks.regression.Regression",
            model=spec("models.linear.LinearRegression", in_features=40),
        ),
        table,
        memorise={**ADAM, "learning_rate": 0.1},
    ),
    Case(
        "capsules",
        spec(
            "tasks.capsules.Capsules",
            model=spec(
                "models.capsules.CapsuleNet",
                image_size=13,
                conv_channels=8,
                primary_types=4,
                kernel_size=5,
                decoder=[16],
            ),
        ),
        images(1, 13),
        memorise={**ADAM, "learning_rate": 1e-2},
    ),
    classify("small googlenet", "inception.SmallGoogLeNet", images(3, 12), width=2),
    classify("cifar resnet", "resnet.CifarResNet", images(3, 12), depth=8),
    classify("plain cifar net", "resnet.CifarResNet", images(3, 12), depth=8, shortcut=False),
    classify("resnet", "resnet.ResNet", images(3, 32), blocks=[1, 1, 1, 1], num_classes=10),
    classify("vgg", "vgg.VGG", images(3, 16), **SMALL_VGG),
    classify("vgg with batch norm", "vgg.VGG", images(3, 16), **SMALL_VGG, batch_norm=True),
    classify(
        "alexnet", "alexnet.AlexNet", images(3, 63), rate=3e-4, memorised=0.7, **SMALL_ALEXNET
    ),
    classify("l1", "mlp.MLP", callbacks=[spec("regularization.L1", lam=1e-3)]),
    classify("l2", "mlp.MLP", callbacks=[spec("regularization.L2", lam=1e-3)]),
    classify("elastic net", "mlp.MLP", callbacks=[spec("regularization.ElasticNet", l1=1e-3)]),
    classify("max norm", "mlp.MLP", callbacks=[spec("regularization.MaxNorm", limit=0.5)]),
    classify("batch norm", "mlp.MLP", callbacks=[spec("regularization.BatchNorm")]),
    classify("mixup", "mlp.MLP", augment=[spec("regularization.Mixup", alpha=0.1)], memorised=0.5),
    classify("weight averaging", "mlp.MLP", callbacks=[AVERAGING]),
    classify(
        "dropout that rises",
        "mlp.MLP",
        callbacks=[spec("regularization.Dropout", start=0.1, rate=0.3)],
        random=True,
    ),
    classify(
        "stochastic depth",
        "resnet.CifarResNet",
        images(3, 12),
        callbacks=[spec("regularization.StochasticDepth", rate=0.2)],
        depth=8,
        random=True,
    ),
    classify(
        "layer statistics",
        "mlp.MLP",
        callbacks=[spec("callbacks.layer_statistics.LayerStatistics")],
    ),
]
