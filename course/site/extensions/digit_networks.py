"""Three networks that read digits, trained while the site is built: some seconds on one core."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from course.site.extensions.widget_data import constant, image, in_base64
from lightning_modules.datamodules.augmentation import translate
from lightning_modules.datamodules.digits import MEAN, STD, normalise
from lightning_modules.datamodules.manifest import find
from lightning_modules.datamodules.store import load, location
from lightning_modules.models import lenet, linear, mlp
from lightning_modules.optim.by_name import build_optimizer, build_schedule

NETWORKS: dict[str, Callable[[], nn.Module]] = {
    "softmax": linear.SoftmaxClassifier,
    "MLP": mlp.MLP,
    "LeNet": lenet.LeNet,
}
SHIFTS = range(7)  # pixels
EPOCHS, BATCH, RATE = 4, 100, 4e-3


def trained(folder: Path) -> str:
    """The module that the widget reads; kept in `folder` until what it is made from changes."""
    made_from = hashlib.sha256(torch.__version__.encode())
    for source in (__file__, linear.__file__, mlp.__file__, lenet.__file__):
        made_from.update(Path(source).read_bytes())
    made_from.update(location(find("mnist_subset")).read_bytes())
    kept = folder / f"{made_from.hexdigest()[:16]}.js"
    if not kept.exists():
        arrays = {name: torch.from_numpy(array) for name, array in load("mnist_subset").items()}
        inputs, labels = normalise(arrays["train_images"]), arrays["train_labels"].long()
        networks = {name: train(build, inputs, labels) for name, build in NETWORKS.items()}
        folder.mkdir(parents=True, exist_ok=True)
        kept.write_text(module(networks, arrays["test_images"], arrays["test_labels"].long()))
    return kept.read_text()


def train(build: Callable[[], nn.Module], inputs: Tensor, labels: Tensor) -> nn.Module:
    """A new network after `EPOCHS` passes, the same each time.

    Args:
        build: makes it.
        inputs: (N, 1, 28, 28), normalised.
        labels: (N,).
    """
    torch.manual_seed(0)
    network = build()
    optimizer = build_optimizer("AdamW", network.parameters(), RATE, weight_decay=1e-2)
    steps = EPOCHS * -(-len(inputs) // BATCH)
    schedule = build_schedule("one_cycle", optimizer, steps)
    for _ in range(EPOCHS):
        for rows in torch.randperm(len(inputs)).split(BATCH):
            optimizer.zero_grad()
            F.cross_entropy(network(inputs[rows]), labels[rows]).backward()
            optimizer.step()
            schedule.step()
    return network.eval()


def module(networks: Mapping[str, nn.Module], images: Tensor, labels: Tensor) -> str:
    """Networks, how they do on moved test digits, and some of those to begin with.

    Args:
        networks: by name.
        images: (N, 28, 28), bytes.
        labels: (N,).
    """
    inputs = normalise(images)
    rows = [
        int(row) for turn in range(2) for c in range(10) for row in (labels == c).nonzero()[turn]
    ]
    return constant(
        "TRAINED",
        {
            "mean": MEAN,
            "std": STD,
            "shifts": [*SHIFTS],
            "tested": len(labels),
            "networks": [
                {
                    "name": name,
                    "layers": layers(network),
                    "accuracy": [accuracy(network, inputs, labels, by) for by in SHIFTS],
                }
                for name, network in networks.items()
            ],
            "samples": [{"label": int(labels[row]), **image(images[row].numpy())} for row in rows],
        },
    )


@torch.no_grad()
def accuracy(network: nn.Module, inputs: Tensor, labels: Tensor, shift: int) -> float:
    """On inputs (N, 1, 28, 28) moved by `shift` pixels along both axes, each its own way."""
    generator = torch.Generator().manual_seed(0)
    dy, dx = (torch.randint(0, 2, (2, len(labels)), generator=generator) * 2 - 1) * shift
    moved = inputs.min() + translate(inputs - inputs.min(), dy, dx, border="zero")  # black comes in
    return float((network(moved).argmax(dim=1) == labels).float().mean())


def layers(network: nn.Module) -> list[dict[str, Any]]:
    """The layers that the widget runs, in the order in which they were made.

    Raises:
        ValueError: it cannot run one of them.
    """
    return [
        _layer(part)
        for part in network.modules()
        if not list(part.children()) and not isinstance(part, nn.Dropout)
    ]


def _layer(part: nn.Module) -> dict[str, Any]:
    match part:
        case nn.ReLU():
            return {"kind": "relu"}
        case nn.MaxPool2d(kernel_size=int(size), stride=stride, padding=0) if stride == size:
            return {"kind": "pool", "size": size}
        case nn.Linear():
            return {
                "kind": "linear",
                "inputs": part.in_features,
                "outputs": part.out_features,
                **_weights(part),
            }
        case nn.Conv2d(stride=(1, 1), dilation=(1, 1), groups=1, padding=(padding, _)):
            return {
                "kind": "convolution",
                "filters": part.out_channels,
                "size": part.kernel_size[0],
                "padding": padding,
                **_weights(part),
            }
    raise ValueError(f"the widget runs no {part}")


def _weights(part: nn.Linear | nn.Conv2d) -> dict[str, str]:
    assert part.bias is not None
    return {
        "weight": in_base64(part.weight.detach().numpy()),
        "bias": in_base64(part.bias.detach().numpy()),
    }
