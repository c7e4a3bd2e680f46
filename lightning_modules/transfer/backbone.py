"""A network trained on ImageNet that has lost its head and got a new one."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal, get_args

from torch import Tensor, nn

from lightning_modules.errors import BadInput
from lightning_modules.models.resnet import ResNet
from lightning_modules.models.squeezenet import SqueezeNet
from lightning_modules.transfer.pixels import ImageNetInput, PixelsName
from lightning_modules.transfer.weights import NetworkName, imagenet_weights

WeightsName = Literal["imagenet", "random"]


def squeezenet_stages(network: SqueezeNet) -> list[nn.Module]:
    """Five stages: the first convolution, then fire modules two by two."""
    layers = list(network.features)
    cuts = [0, 3, 6, 9, 11, 13]  # each pooling layer ends a stage
    return [nn.Sequential(*layers[a:b]) for a, b in pairwise(cuts)]


def resnet_stages(network: ResNet) -> list[nn.Module]:
    """Five stages: the first convolution, then the four of the paper."""
    first = nn.Sequential(network.conv1, network.bn1, nn.ReLU(), network.maxpool)
    return [first, *(getattr(network, f"layer{stage}") for stage in (1, 2, 3, 4))]


def _stages(network: NetworkName, weights: WeightsName) -> list[nn.Module]:
    if network not in get_args(NetworkName):
        raise BadInput(f"network '{network}': choose one of {', '.join(get_args(NetworkName))}")
    whole = ResNet() if network == "resnet18" else SqueezeNet()
    if weights == "imagenet":
        whole.load_state_dict(imagenet_weights(network))
    return resnet_stages(whole) if isinstance(whole, ResNet) else squeezenet_stages(whole)


class Backbone(nn.Module):
    """Five stages that were trained on ImageNet, or start at random for comparison, and a new head.

    The head, a dense layer on the average of the last feature map, is all that is initialised: the
    stages keep what they learned.

    Args:
        network: `squeezenet1_1`, whose weights ship with the course, or `resnet18`, whose weights
            torchvision fetches.
        weights: `imagenet` or `random`.
        num_classes: number of logits.
        pixels: the data set that the images come from (see `ImageNetInput`).
        size: height and width to which images are resized first.

    Raises:
        BadInput: one of the names is unknown, or the shipped weights are damaged.
        Unavailable: the weights of ResNet-18 cannot be fetched.
    """

    def __init__(
        self,
        network: NetworkName = "squeezenet1_1",
        weights: WeightsName = "imagenet",
        num_classes: int = 10,
        pixels: PixelsName = "cifar10",
        size: int = 128,
    ) -> None:
        super().__init__()
        if size < 32:
            raise BadInput(f"size is {size}; it must be at least 32")
        if weights not in ("imagenet", "random"):
            raise BadInput(f"weights '{weights}': choose imagenet or random")
        self.input = ImageNetInput(pixels, size)
        self.stages = nn.Sequential(*_stages(network, weights))
        self.num_features = 512  # of both networks
        self.head = nn.Linear(self.num_features, num_classes)
        self.num_frozen = 0

    def freeze(self, count: int) -> None:
        """Keeps the first `count` stages as they are, running statistics included."""
        self.num_frozen = count
        for index, stage in enumerate(self.stages):
            stage.requires_grad_(index >= count)
        self.train(self.training)

    def train(self, mode: bool = True) -> Backbone:
        super().train(mode)
        self.stages[: self.num_frozen].eval()
        return self

    def features(self, x: Tensor) -> Tensor:
        """Images (N, C, H, W) to the averages (N, 512) of the last feature map."""
        return self.stages(self.input(x)).mean(dim=(2, 3))  # (N, 512)

    def forward(self, x: Tensor) -> Tensor:
        """Images (N, C, H, W) to logits (N, num_classes)."""
        return self.head(self.features(x))  # (N, num_classes)
