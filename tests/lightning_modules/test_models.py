"""Networks: shapes, published parameter counts, and torchvision's outputs from its state dict."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torchvision.models
from torch import nn

from lightning_modules.models.alexnet import AlexNet
from lightning_modules.models.inception import InceptionBlock, SmallGoogLeNet
from lightning_modules.models.inception_v3 import InceptionV3
from lightning_modules.models.lenet import LeNet
from lightning_modules.models.linear import SoftmaxClassifier
from lightning_modules.models.mlp import ACTIVATIONS, MLP
from lightning_modules.models.resnet import CifarResNet, ResNet
from lightning_modules.models.strided_cnn import StridedCNN
from lightning_modules.models.vgg import VGG


def count(model: nn.Module) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


TWINS: dict[str, tuple[Callable[[], nn.Module], Callable[[], nn.Module], int]] = {
    "alexnet": (AlexNet, torchvision.models.alexnet, 80),
    "vgg16": (VGG, torchvision.models.vgg16, 40),
    "resnet18": (ResNet, torchvision.models.resnet18, 64),
    "resnet50": (
        lambda: ResNet((3, 4, 6, 3), bottleneck=True),
        torchvision.models.resnet50,
        64,
    ),
    "inception_v3": (
        InceptionV3,
        lambda: torchvision.models.inception_v3(init_weights=False),
        96,
    ),
}


@torch.no_grad()
def spread_statistics(model: nn.Module) -> None:
    """Weights and batch statistics as different from their defaults as training makes them."""
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
            module.weight.uniform_(0.5, 1.5)
            module.bias.normal_(0, 0.1)


@pytest.mark.parametrize("name", TWINS)
def test_torchvisions_state_dict_gives_torchvisions_outputs(name: str) -> None:
    build, build_twin, size = TWINS[name]
    torch.manual_seed(0)
    twin = build_twin().eval()
    spread_statistics(twin)
    ours = build().eval()
    ours.load_state_dict(twin.state_dict())  # strict: every key, every shape
    images = torch.randn(2, 3, size, size)
    with torch.no_grad():
        expected = twin(images)
        torch.testing.assert_close(ours(images), expected, rtol=1e-5, atol=1e-5)
    assert expected.std() > 1e-3  # not the equality of two zeros


PARAMETERS = {
    "AlexNet": (AlexNet, 61_100_840),
    "VGG-16": (VGG, 138_357_544),
    "ResNet-18": (ResNet, 11_689_512),
    "ResNet-50": (lambda: ResNet((3, 4, 6, 3), bottleneck=True), 25_557_032),
    "Inception v3": (InceptionV3, 27_161_264),
    # table 6 of the ResNet paper: 0.27 and 0.85 million; shortcuts cost nothing
    "ResNet-20": (CifarResNet, 269_722),
    "ResNet-56": (lambda: CifarResNet(56), 853_018),
    "plain 20": (lambda: CifarResNet(20, shortcut=False), 269_722),
    "LeNet": (LeNet, 61_706),
    "softmax": (SoftmaxClassifier, 7_850),
    "MLP": (lambda: MLP(hidden=(128,)), 784 * 128 + 128 + 1290),
    "small GoogLeNet": (SmallGoogLeNet, None),
}


@pytest.mark.parametrize("name", PARAMETERS)
def test_parameter_counts_are_the_published_ones(name: str) -> None:
    build, expected = PARAMETERS[name]
    with torch.device("meta"):
        found = count(build())
    if expected is None:
        assert 240_000 < found < 310_000  # the size at which such networks are compared
    else:
        assert found == expected


SMALL: dict[str, tuple[Callable[[], nn.Module], tuple[int, ...]]] = {
    "softmax": (SoftmaxClassifier, (1, 28, 28)),
    "mlp": (lambda: MLP(hidden=(32, 16), dropout=0.1), (1, 28, 28)),
    "deep linear": (lambda: MLP(hidden=()), (1, 28, 28)),
    "lenet": (LeNet, (1, 28, 28)),
    "strided": (lambda: StridedCNN(width=8), (1, 28, 28)),
    "small vgg": (
        lambda: VGG(
            ((8, 1), (16, 2)), 10, 3, hidden=32, pooled_size=2, dropout=0.0, batch_norm=True
        ),
        (3, 12, 12),
    ),
    "small googlenet": (lambda: SmallGoogLeNet(width=2), (3, 12, 12)),
    "resnet": (lambda: CifarResNet(8), (3, 12, 12)),
    "plain": (lambda: CifarResNet(8, shortcut=False), (3, 12, 12)),
}


@pytest.mark.parametrize("name", SMALL)
def test_a_network_memorises_one_batch(name: str) -> None:
    build, shape = SMALL[name]
    torch.manual_seed(0)
    model = build()
    inputs, targets = torch.randn(16, *shape), torch.arange(16) % 10
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(80):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(inputs), targets)
        loss.backward()
        optimizer.step()
        if loss < 0.1:
            break
    assert model(inputs).shape == (16, 10)
    assert loss < 0.3
    assert all(parameter.grad is not None for parameter in model.parameters())


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_an_mlp_is_its_equation(activation: str) -> None:
    torch.manual_seed(0)
    model = MLP(6, (5,), 3, activation=activation)
    first, second = model.layers[0], model.layers[2]
    x = torch.randn(4, 6)
    hidden = ACTIVATIONS[activation]()(x @ first.weight.T + first.bias)
    torch.testing.assert_close(model(x), hidden @ second.weight.T + second.bias)


def test_an_inception_block_puts_its_branches_side_by_side() -> None:
    block = InceptionBlock(12, 2, 3, 4, 5, 6, 7).eval()
    x = torch.randn(2, 12, 9, 9)
    out = block(x)
    assert out.shape == (2, 2 + 4 + 6 + 7, 9, 9)
    torch.testing.assert_close(out[:, :2], block.branch1(x))
    torch.testing.assert_close(out[:, -7:], block.pool(x))


def test_a_residual_network_of_zero_blocks_passes_its_input_on() -> None:
    model = CifarResNet(8)
    block = model.blocks[0]
    nn.init.zeros_(block.bn2.weight)
    x = torch.rand(2, 16, 8, 8)
    torch.testing.assert_close(block.eval()(x), x)


@pytest.mark.parametrize("depth", [2, 18, 21])
def test_depths_that_do_not_exist_are_refused(depth: int) -> None:
    with pytest.raises(ValueError, match=r"6n \+ 2"):
        CifarResNet(depth)
