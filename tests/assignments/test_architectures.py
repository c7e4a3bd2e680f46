"""The NumPy blocks that architectures is graded with, against PyTorch; and answers that lie."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torchvision.models.resnet import BasicBlock

from graders.engine.catalogue import source_path
from graders.hidden.architectures.numpy_blocks import (
    Numbers,
    conv2d,
    inception_branches,
    pool,
    residual_block,
    vgg_block,
)
from tests.assignments.grading import grade


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (2, 1), (3, 2)])
def test_convolution_and_pooling(rng: np.random.Generator, stride: int, padding: int) -> None:
    x, kernel = rng.standard_normal((2, 3, 7, 8)), rng.standard_normal((4, 3, 5, 5))
    expected = F.conv2d(torch.tensor(x), torch.tensor(kernel), stride=stride, padding=padding)
    np.testing.assert_allclose(conv2d(x, kernel, stride, padding), expected.numpy())
    expected = F.max_pool2d(torch.tensor(x), 5, stride, padding)
    np.testing.assert_allclose(pool(x, 5, stride, padding), expected.numpy())


def torch_conv(numbers: Numbers, x: torch.Tensor, out_channels: int, size: int) -> torch.Tensor:
    kernel = torch.tensor(numbers("kernel", out_channels, x.shape[1], size, size))
    bias = torch.tensor(numbers("bias", out_channels))
    return F.conv2d(x, kernel, bias, padding="same")


def test_vgg_block(rng: np.random.Generator) -> None:
    numbers, x = Numbers(rng), rng.standard_normal((2, 3, 6, 7))
    out = torch.tensor(x)
    for _ in range(3):
        out = torch_conv(numbers, out, 4, 3).relu()
    expected = F.max_pool2d(out, 2)
    np.testing.assert_allclose(vgg_block(numbers, x, 4, 3), expected.numpy(), atol=1e-12)


def test_inception_block(rng: np.random.Generator) -> None:
    numbers, x = Numbers(rng), rng.standard_normal((2, 3, 6, 7))
    t = torch.tensor(x)
    expected = [
        torch_conv(numbers, t, 2, 1),
        torch_conv(numbers, torch_conv(numbers, t, 3, 1).relu(), 4, 3),
        torch_conv(numbers, torch_conv(numbers, t, 5, 1).relu(), 6, 5),
        torch_conv(numbers, F.max_pool2d(t, 3, 1, 1), 7, 1),
    ]
    found = inception_branches(numbers, x, 2, 3, 4, 5, 6, 7)
    for actual, branch in zip(found, expected, strict=True):
        np.testing.assert_allclose(actual, branch.relu().numpy(), atol=1e-12)


@pytest.mark.parametrize(("channels", "stride"), [(3, 1), (4, 1), (4, 2), (3, 2)])
@pytest.mark.parametrize("training", [False, True])
def test_residual_block(
    rng: np.random.Generator, channels: int, stride: int, training: bool
) -> None:
    numbers, x = Numbers(rng, biased=False), rng.standard_normal((2, 3, 5, 6))
    downsample = None
    if channels != 3 or stride != 1:
        conv = nn.Conv2d(3, channels, 1, stride, bias=False)
        downsample = nn.Sequential(conv, nn.BatchNorm2d(channels))
    block = BasicBlock(3, channels, stride, downsample).double().train(training)
    kinds = {"weight": "scale", "bias": "shift"}
    with torch.no_grad():
        for name, value in block.state_dict().items():
            last = name.rpartition(".")[2]
            kind = "kernel" if value.ndim == 4 else kinds.get(last, last)
            if kind != "num_batches_tracked":
                value.copy_(torch.tensor(numbers(kind, *value.shape)))
        expected = block(torch.tensor(x)).numpy()
    statistics = "batch" if training else "running"
    found = residual_block(numbers, x, channels, stride, statistics=statistics)
    np.testing.assert_allclose(found, expected, atol=1e-12)


LIES = {
    "metrics and outputs made up": """
import numpy as np
from graders.sandbox import torch_tools as t
t.forward = lambda module, x, **k: np.zeros((len(x), 10))
t.fit = lambda *a, **k: {"train_loss": float(np.log(10))}
t.validate = lambda *a, **k: {"val_loss": float(np.log(10)), "val_acc": 1.0}
t.gradients = lambda *a, **k: (None, {})
t.state = t.parameters = lambda module: {}
""",
    "states that agree with nothing": """
import numpy as np
from graders.sandbox import torch_tools as t
t.state = lambda module: {"a.running_mean": "x", "b": None, 3: 4, "c": np.zeros((0, 0, 0, 0))}
t.parameters = lambda module: [1, 2]
t.forward = lambda *a, **k: {"shape": (1, 10)}
""",
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_students_process_that_lies_earns_next_to_nothing(lie: str) -> None:
    classes = "\n".join(
        f"def {name}(*a, **k):\n    return None"
        for name in ("Conv1x1", "VGGBlock", "InceptionBlock", "ResidualBlock", "DigitClassifier")
    )
    result = grade("architectures", lie + classes)
    assert result.status == "graded"
    # ten zeros an image are logits, and ln 10 is their loss: so much a constant classifier gets too
    assert result.score <= 10, [test.name for test in result.tests if test.status == "passed"]


def test_a_block_that_fails_in_the_sandbox_does_not_stop_the_others() -> None:
    broken = (
        "\n\n# %%\nclass ResidualBlock(nn.Module):\n    def forward(self, x):\n        exit()\n"
    )
    result = grade("architectures", source_path("architectures").read_text() + broken)
    lost = {test.task for test in result.tests if test.status != "passed"}
    assert lost == {"residual_block", "digit_classifier"}
    assert result.score == 54
