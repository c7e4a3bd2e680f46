"""Seeing inside: each method against its definition, and against a photograph."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F

from lightning_modules.errors import BadInput
from lightning_modules.models.lenet import LeNet
from lightning_modules.models.mlp import MLP
from lightning_modules.models.squeezenet import SqueezeNet
from lightning_modules.transfer.weights import imagenet_classes, imagenet_weights
from lightning_modules.visualisation.__main__ import draw, main
from lightning_modules.visualisation.deconvolution import deconvolve
from lightning_modules.visualisation.deep_dream import deep_dream
from lightning_modules.visualisation.figures import FIGURES
from lightning_modules.visualisation.grad_cam import grad_cam
from lightning_modules.visualisation.patches import top_patches
from lightning_modules.visualisation.photographs import normalise, photographs, to_pixels
from lightning_modules.visualisation.recording import output_of, receptive_field, recording
from lightning_modules.visualisation.saliency import saliency


@pytest.fixture(scope="module")
def squeezenet() -> SqueezeNet:
    model = SqueezeNet()
    model.load_state_dict(imagenet_weights("squeezenet1_1"))
    return model.eval()


@pytest.fixture
def lenet() -> LeNet:
    torch.manual_seed(0)
    return LeNet().eval()


@pytest.mark.parametrize(("upto", "row", "column"), [(2, 0, 0), (5, 3, 4), (8, 5, 2), (13, 2, 3)])
def test_a_unit_sees_its_receptive_field_and_nothing_else(upto: int, row: int, column: int) -> None:
    features = SqueezeNet().features[:upto].double()
    for parameter in features.parameters():  # every unit is on and every weight counts
        nn.init.constant_(parameter, 0.01)
    for index, layer in enumerate(features):
        if isinstance(layer, nn.MaxPool2d):  # which would pass on one pixel of its window
            features[index] = nn.AvgPool2d(3, stride=2, ceil_mode=True)
    x = torch.rand(1, 3, 127, 127, dtype=torch.float64).requires_grad_()
    features(x)[0, :, row, column].sum().backward()
    reached = x.grad[0].abs().sum(dim=0).nonzero()  # (pixels, 2)
    first, last = reached.amin(dim=0).tolist(), (reached.amax(dim=0) + 1).tolist()
    assert receptive_field(features).box(row, column, 127, 127) == (*first, *last)


def test_outputs_of_layers_are_those_of_the_whole_pass(lenet: LeNet) -> None:
    x = torch.randn(2, 1, 28, 28)
    with recording(lenet, "features.2", "classifier.0") as kept:
        logits = lenet(x)
    assert torch.equal(output_of(lenet, "features.2", x), kept["features.2"])
    assert torch.equal(lenet.features[:3](x), kept["features.2"])
    assert kept["classifier.0"].shape == (2, 120)
    assert torch.equal(lenet(x), logits)  # no hook is left behind
    kept.clear()
    lenet(x)
    assert not kept


def test_receptive_fields_of_lenet(lenet: LeNet) -> None:
    # 5, then pooled 6, then 6 + 4 * 2 = 14, then pooled 16: Dumoulin and Visin's arithmetic
    sizes = [receptive_field(lenet.features[: index + 1]).size for index in range(6)]
    assert sizes == [5, 5, 6, 14, 14, 16]
    assert receptive_field(lenet.features[:1]).box(0, 27, 28, 28) == (0, 25, 3, 28)


def test_deconvolution_is_unpooling_rectifying_and_transposed_filtering(lenet: LeNet) -> None:
    x, channel = torch.randn(2, 1, 28, 28), 5
    conv1, conv2 = lenet.features[0], lenet.features[3]
    with torch.no_grad():
        h1 = F.conv2d(x, conv1.weight, conv1.bias, padding=2).relu()
        p1, switches1 = F.max_pool2d(h1, 2, return_indices=True)
        h2 = F.conv2d(p1, conv2.weight, conv2.bias).relu()
        p2, switches2 = F.max_pool2d(h2, 2, return_indices=True)
        signal = torch.zeros_like(p2)
        for row in range(2):
            place = p2[row, channel].argmax()
            signal[row, channel].view(-1)[place] = p2[row, channel].view(-1)[place]
        signal = F.max_unpool2d(signal, switches2, 2)
        signal = F.conv_transpose2d(signal.relu(), conv2.weight)
        signal = F.max_unpool2d(signal, switches1, 2)
        expected = F.conv_transpose2d(signal.relu(), conv1.weight, padding=2)
    found = deconvolve(lenet, "features.5", x, channel)
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-6)
    assert found.abs().amax(dim=(1, 2, 3)).min() > 1e-3
    # and the network itself still differentiates as before
    assert isinstance(lenet.features[1], nn.ReLU)


def test_deconvolution_stays_in_the_receptive_field(squeezenet: SqueezeNet) -> None:
    x = photographs("chelsea", 96)
    signal = deconvolve(squeezenet, "features.7", x, 195)
    with torch.no_grad():
        maps = output_of(squeezenet, "features.7", x)
    row, column = divmod(int(maps[0, 195].argmax()), maps.shape[3])
    top, left, bottom, right = receptive_field(squeezenet.features[:8]).box(
        row, column, *x.shape[2:]
    )
    inside = signal[..., top:bottom, left:right]
    assert signal.abs().sum() > 0
    torch.testing.assert_close(inside.abs().sum(), signal.abs().sum())


def test_saliency_of_a_linear_model_is_its_weights() -> None:
    model = nn.Sequential(nn.Flatten(), nn.Linear(2 * 4 * 4, 3))
    found = saliency(model, torch.randn(5, 2, 4, 4), 1)
    expected = model[1].weight[1].view(2, 4, 4).abs().amax(dim=0).detach()
    assert found.shape == (5, 4, 4)
    torch.testing.assert_close(found, expected.expand(5, 4, 4))


def test_grad_cam_of_average_and_dense_layer_is_the_class_activation_map() -> None:
    # Selvaraju et al., section 3.1: there alpha is the dense layer's weight, over the map's size
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(3, 4, 3, padding=1), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2)
    )
    x = torch.randn(2, 3, 6, 6)
    maps = model[0](x)
    cam = torch.einsum("k,nkij->nij", model[3].weight[1], maps).relu().detach()
    expected = cam / cam.amax(dim=(1, 2), keepdim=True)
    torch.testing.assert_close(grad_cam(model, "0", x, 1), expected, rtol=1e-4, atol=1e-5)


def shares(heat: Tensor, inside: tuple[slice, slice]) -> tuple[float, float]:
    """The share of all heat that lies inside, and of the heat above half of the highest."""
    hot = heat * (heat > 0.5)
    return tuple(float(part[inside].sum() / part.sum()) for part in (heat, hot))  # type: ignore[return-value]


@pytest.mark.parametrize("name", ["tabby", "tiger cat", "Egyptian cat"])
def test_the_class_map_lights_up_the_animal(squeezenet: SqueezeNet, name: str) -> None:
    x = photographs("chelsea")
    assert x.shape[2:] == (224, 337)
    heat = grad_cam(squeezenet, "features.12", x, imagenet_classes().index(name))[0]
    face = slice(0, 205), slice(25, 280)  # drawn by hand: from ear to ear, down to the chin
    all_heat, hot = shares(heat, face)  # the face has 0.69 of the area
    assert all_heat > 0.85
    assert hot > 0.99
    background = heat[60:, 300:]  # cloth
    assert background.mean() < 0.15 * heat.mean()


@pytest.mark.parametrize(("name", "left"), [("tabby", True), ("espresso", False)])
def test_each_class_lights_up_its_own_picture(
    squeezenet: SqueezeNet, name: str, left: bool
) -> None:
    x = photographs("chelsea+coffee")
    border = photographs("chelsea").shape[3]
    heat = grad_cam(squeezenet, "features.12", x, imagenet_classes().index(name))[0]
    own = slice(None), slice(None, border) if left else slice(border, None)
    all_heat, hot = shares(heat, own)  # each picture has half of the area
    assert all_heat > 0.8
    assert hot > 0.99


def test_no_evidence_gives_an_empty_map() -> None:
    model = nn.Sequential(nn.Conv2d(1, 1, 1), nn.ReLU(), nn.Flatten(), nn.Linear(4, 2))
    nn.init.constant_(model[0].weight, -1.0)
    nn.init.zeros_(model[0].bias)
    assert grad_cam(model, "1", torch.ones(1, 1, 2, 2), 0).abs().max() == 0


def test_the_patch_found_is_the_one_that_was_planted(lenet: LeNet) -> None:
    images = torch.zeros(30, 1, 28, 28)
    kernel = torch.tensor([[1.0, -1.0]])
    with torch.no_grad():
        lenet.features[0].weight[2] = F.pad(kernel, (1, 2, 2, 2))
        lenet.features[0].bias.zero_()
    images[17, 0, 10, 20], images[4, 0, 20, 6] = 5.0, 3.0  # a dot: a step from bright to dark
    (found,) = top_patches(lenet, "features.1", [2], images, count=2)
    assert [patch.image for patch in found] == [17, 4]
    assert [patch.activation for patch in found] == [5.0, 3.0]
    top, left, bottom, right = found[0].box
    assert (bottom - top, right - left) == (5, 5)
    assert (top, left) == (8, 19)
    assert torch.equal(found[0].pixels, images[17, :, 8:13, 19:24])


def test_a_dream_raises_the_layer_and_is_the_same_each_time(squeezenet: SqueezeNet) -> None:
    def strength(image: Tensor) -> float:
        with torch.no_grad():
            return float(output_of(squeezenet, "features.7", image).square().mean())

    x = photographs("chelsea", 64)
    one, same, other = (
        deep_dream(squeezenet, "features.7", x, octaves=2, steps=3, seed=seed) for seed in (0, 0, 1)
    )
    assert one.shape == x.shape
    assert strength(one) > 2 * strength(x)
    assert torch.equal(one, same)
    assert not torch.equal(one, other)
    assert (
        (one >= x.amin(dim=(2, 3), keepdim=True)) & (one <= x.amax(dim=(2, 3), keepdim=True))
    ).all()


def test_photographs_come_back_as_they_went_in(tmp_path: Path) -> None:
    bytes_in = np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8)
    Image.fromarray(bytes_in).save(tmp_path / "own.png")
    x = photographs(str(tmp_path / "own.png"), 40)
    assert x.shape == (1, 3, 40, 60)
    np.testing.assert_allclose(to_pixels(x)[0], bytes_in / 255, atol=1e-5)
    assert normalise(torch.from_numpy(bytes_in), 20).shape == (1, 3, 20, 30)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a run of LeNet leaves, as far as the command looks at it."""
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("run") / "best.ckpt"
    state = {f"model.{name}": value for name, value in LeNet().state_dict().items()}
    torch.save({"state_dict": {**state, "train_loss.value": torch.zeros(())}}, path)
    return path


@pytest.mark.parametrize("figure", FIGURES)
def test_every_figure_is_drawn(figure: str, checkpoint: Path, tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.png"
    argv = [figure, "--checkpoint", str(checkpoint), "--image", "3", "--out", str(path)]
    assert draw(argv) == path
    with Image.open(path) as picture:
        assert min(picture.size) > 50
        assert np.asarray(picture.convert("L")).std() > 5  # not a blank sheet
    if figure == "saliency":
        first = path.read_bytes()
        draw(argv)
        assert path.read_bytes() == first


def test_a_picture_goes_to_wandb(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANDB_MODE", "offline")
    out = tmp_path / "filters.png"
    draw(["filters", "--checkpoint", str(checkpoint), "--out", str(out), "--wandb"])
    (sent,) = (tmp_path / "wandb").glob("offline-run-*/files/media/images/filters_*.png")
    assert sent.read_bytes() == out.read_bytes()


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["activations", "--layer", "features.99"], "layer 'features.99': LeNet has features"),
        (["activations", "--channels", "6", "--layer", "features.1"], "features.1 has 6"),
        (["deconvolution", "--channels", "16"], "features.1 has 6"),
        (["grad-cam", "--classes", "eleven"], "no class 'eleven'; as 0, 1, 2, 3, 4"),
        (["saliency", "--image", "2000"], "image '2000'"),
        (["patches", "--layer", "classifier"], "layer 'classifier'"),
    ],
)
def test_mistakes_are_one_line(
    argv: list[str],
    message: str,
    checkpoint: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    rest = ["--checkpoint", str(checkpoint), "--out", str(tmp_path / "x.png")]
    assert main([*argv, *rest]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert not (tmp_path / "x.png").exists()


def test_what_is_no_photograph_or_checkpoint_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "text.png").write_text("no image")
    torch.save({"state_dict": MLP().state_dict()}, tmp_path / "mlp.ckpt")
    out = ["--out", str(tmp_path / "x.png")]
    for argv, message in (
        (["saliency", "--image", "dog"], "dog: No such file or directory; give an image, or"),
        (["saliency", "--image", str(tmp_path / "text.png")], "not an image file"),
        (["filters", "--checkpoint", str(tmp_path / "mlp.ckpt")], "not a checkpoint of LeNet"),
        (["filters", "--checkpoint", str(tmp_path / "none")], "not a checkpoint of LeNet"),
        (["filters", "--checkpoint", str(tmp_path / "text.png")], "not a checkpoint of LeNet"),
        (["saliency", "--size", "8"], "--size is 8"),
        (["grad-cam", "--classes", "cat"], "did you mean"),
    ):
        assert main([*argv, *out]) == 2
        assert message in capsys.readouterr().err


def test_deconvolution_needs_relu_modules() -> None:
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Tanh())
    with pytest.raises(BadInput, match=r"nn\.ReLU"):
        deconvolve(model, "0", torch.randn(1, 1, 5, 5), 0)
