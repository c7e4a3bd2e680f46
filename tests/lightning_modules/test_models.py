"""Networks: shapes, published parameter counts, and torchvision's outputs from its state dict."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torchvision.models
from torch import nn

from lightning_modules.models.alexnet import AlexNet
from lightning_modules.models.conv_net import ConvNet
from lightning_modules.models.inception import InceptionBlock, SmallGoogLeNet
from lightning_modules.models.inception_v3 import InceptionV3
from lightning_modules.models.initialisation import init_weights
from lightning_modules.models.lenet import LeNet
from lightning_modules.models.linear import SoftmaxClassifier
from lightning_modules.models.mlp import ACTIVATIONS, MLP
from lightning_modules.models.resnet import CifarResNet, ResNet
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


def test_two_small_filters_see_as_far_as_one_large_with_fewer_weights() -> None:
    def grown(model: ConvNet) -> ConvNet:
        for parameter in model.parameters():
            nn.init.ones_(parameter)
        return model

    small = grown(ConvNet((16,), 3, convs=2, batch_norm=False))
    large = grown(ConvNet((16,), 5, batch_norm=False))
    image = torch.zeros(1, 3, 32, 32)
    image[0, :, 16, 16] = 1
    for model in (small, large):
        convolutions = model.features[:-1]
        changed = convolutions(image)[0, 0] != convolutions(image * 0)[0, 0]
        assert changed.sum() == 25
    # between 16 and 16 channels: 2 x 9 weights a pair of channels against 25
    deep = ConvNet((16, 16), 3, convs=2, batch_norm=False)
    wide = ConvNet((16, 16), 5, convs=1, batch_norm=False)
    assert count(deep) - count(small) == 2 * (16 * 16 * 9 + 16)
    assert count(wide) - count(large) == 16 * 16 * 25 + 16


def test_a_1x1_convolution_is_a_dense_layer_at_each_position() -> None:
    model = ConvNet((4,), mixing=1, batch_norm=False)
    mixing = model.features[2]
    x = torch.randn(2, 4, 5, 6)
    dense = x.movedim(1, -1) @ mixing.weight[:, :, 0, 0].T + mixing.bias
    torch.testing.assert_close(mixing(x), dense.movedim(-1, 1))


@pytest.mark.parametrize(
    ("options", "message"),
    [({"kernel_size": 4}, "odd"), ({"channels": (4, 4, 4), "image_size": 7}, "too small")],
)
def test_conv_nets_that_cannot_be_are_refused(options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ConvNet(**options)


@pytest.mark.parametrize(
    ("init", "std"),
    [("zero", 0.0), ("normal", 0.05), ("xavier", (2 / 900) ** 0.5), ("he", (2 / 600) ** 0.5)],
)
def test_initialisations_have_their_variance(init: str, std: float) -> None:
    torch.manual_seed(0)
    layer = MLP(600, (300,), init=init, init_std=0.05).layers[0]
    assert layer.weight.std().item() == pytest.approx(std, rel=0.02)
    assert layer.weight.mean().abs() < 1e-3
    assert not layer.bias.any()


def test_an_orthogonal_layer_keeps_lengths() -> None:
    layer = MLP(20, (20,), init="orthogonal").layers[0]
    x = torch.randn(3, 20)
    torch.testing.assert_close(layer(x).norm(dim=1), x.norm(dim=1))


def test_default_leaves_torchs_and_unknown_names_are_refused() -> None:
    layer = nn.Linear(3, 3)
    before = layer.weight.clone()
    init_weights(layer, "default")
    assert torch.equal(layer.weight, before)
    with pytest.raises(ValueError, match="zero, normal, xavier"):
        init_weights(layer, "xavvier")  # type: ignore[arg-type]


def test_zero_initialisation_never_tells_units_apart() -> None:
    model = MLP(6, (5,), 3, activation="sigmoid", init="zero")
    x, y = torch.randn(20, 6), torch.arange(20) % 3
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    for _ in range(20):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()
    weight = model.layers[0].weight
    assert weight.abs().sum() > 0
    torch.testing.assert_close(weight, weight[:1].expand(5, 6))  # five copies of one unit
