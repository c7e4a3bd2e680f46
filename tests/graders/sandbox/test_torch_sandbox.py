"""Modules of PyTorch in the sandbox: built, filled, run, differentiated and trained there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from graders.engine.cells import from_script
from graders.engine.student import Student, StudentError, Submission
from graders.sandbox import torch_tools
from graders.sandbox.distributions import installed_paths
from graders.sandbox.limits import Limits
from graders.sandbox.sandbox import Sandbox
from tests.assignments.grading import grader
from tests.processes import descendants

SOURCE = """
import os
import threading
import torch
from torch import nn
from torch.nn import functional as F
import lightning.pytorch as pl


class Block(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(2, channels, 3, padding=1)
        self.again = self.conv
        self.norm = nn.BatchNorm2d(channels)
        self.unused = nn.Parameter(torch.zeros(3))

    def forward(self, x):
        return torch.relu(self.norm(self.conv(x)))


class Line(pl.LightningModule):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 3)

    def forward(self, x):
        return self.layer(x.flatten(1))

    def training_step(self, batch, batch_idx):
        loss = F.cross_entropy(self(batch[0]), batch[1])
        self.log("train_loss", loss, on_step=False, on_epoch=True)
        return loss

    def validation_step(self, batch, batch_idx):
        self.log("val_loss", F.cross_entropy(self(batch[0]), batch[1]))

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.1)


def none(channels):
    return None


def no_tensor():
    return nn.Flatten(), (lambda: None)


class Pair(nn.Module):
    def forward(self, x):
        return x, x


def cuda():
    return torch.cuda.is_available()


def around():
    return sorted(os.listdir("/tmp")), torch.get_num_threads(), os.path.exists("/sandbox/pytest")
"""


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    return grader("architectures").sandbox  # warm for the tests of the assignment too


@pytest.fixture
def student(sandbox: Sandbox) -> Iterator[Student]:
    code = from_script("architectures.py", SOURCE.encode())
    with Submission(sandbox, "architectures", code, Limits()) as submission:
        yield Student(submission)


HUGE = Path("/sys/kernel/mm/transparent_hugepage")


@pytest.mark.skipif(
    not HUGE.is_dir() or tuple(map(int, os.uname().release.split(".")[:2])) < (6, 1),
    reason="Linux collapses memory into large pages since 6.1",
)
def test_the_warm_parent_is_held_in_large_pages(sandbox: Sandbox) -> None:
    """Each submission's fork copies an entry a page."""
    rollups = [
        Path(f"/proc/{pid}/smaps_rollup").read_text()
        for pid in descendants(sandbox.connection.process.pid)
    ]
    large = max(int(text.split("AnonHugePages:")[1].split()[0]) for text in rollups)
    assert large > 64 << 10  # KiB, of some 400 MiB


def twin(state: dict[str, np.ndarray], channels: int) -> nn.Sequential:
    """The block of ``SOURCE`` with the same numbers, here."""
    block = nn.Sequential(nn.Conv2d(2, channels, 3, padding=1), nn.BatchNorm2d(channels), nn.ReLU())
    names = {"0.weight": "conv.weight", "0.bias": "conv.bias"}
    names |= {f"1.{n}": f"norm.{n}" for n in ("weight", "bias", "running_mean", "running_var")}
    block.load_state_dict(
        {own: torch.tensor(state[theirs]) for own, theirs in names.items()}, strict=False
    )
    return block


@pytest.mark.parametrize("training", [False, True])
def test_forward_and_gradients_are_those_of_the_same_module_here(
    student: Student, training: bool
) -> None:
    rng = np.random.default_rng(0)
    block = student.Block(3)
    x, weights = rng.standard_normal((4, 2, 5, 5)), rng.standard_normal((4, 3, 5, 5))
    here = twin(student.tool("state", block), 3).train(training)
    out = student.tool("forward", block, x, training=training)
    dx, gradients = student.tool("gradients", block, x, weights, training=training)
    inputs = torch.tensor(x, dtype=torch.float32, requires_grad=True)
    expected = here(inputs)
    np.testing.assert_allclose(out, expected.detach().numpy(), atol=1e-5)
    (expected * torch.tensor(weights)).sum().backward()
    assert inputs.grad is not None
    np.testing.assert_allclose(dx, inputs.grad.numpy(), atol=1e-4)
    assert gradients["unused"] is None
    for name, own in [("conv.weight", "0.weight"), ("norm.bias", "1.bias")]:
        gradient = here.get_parameter(own).grad
        assert gradient is not None
        np.testing.assert_allclose(gradients[name], gradient.numpy(), atol=1e-4)


def test_numbers_are_written_into_parameters_and_buffers(student: Student) -> None:
    block = student.Block(2)
    names = {"conv.weight", "conv.bias", "norm.weight", "norm.bias", "unused"}
    assert set(student.tool("parameters", block)) == names
    kernel = np.arange(36.0).reshape(2, 2, 3, 3)
    student.tool("load", block, {"conv.weight": kernel, "norm.running_mean": np.array([1.0, 2.0])})
    state = student.tool("state", block)
    np.testing.assert_array_equal(state["conv.weight"], kernel)
    np.testing.assert_array_equal(state["norm.running_mean"], [1, 2])
    assert "again.weight" not in state, "what has two names comes once"


def test_a_trainer_trains_and_what_is_logged_comes_back(student: Student) -> None:
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((10, 4)), rng.integers(0, 3, 10)
    model = student.Line()
    before = student.tool("state", model)
    logged = student.tool("fit", model, x, y, batch_size=10)
    after = student.tool("state", model)
    here = nn.Linear(4, 3)
    here.load_state_dict({n: torch.tensor(before[f"layer.{n}"]) for n in ("weight", "bias")})
    loss = F.cross_entropy(here(torch.tensor(x, dtype=torch.float32)), torch.tensor(y))
    assert logged["train_loss"] == pytest.approx(loss.item(), rel=1e-5)
    loss.backward()
    assert here.weight.grad is not None
    expected = before["layer.weight"] - 0.1 * here.weight.grad.numpy()
    np.testing.assert_allclose(after["layer.weight"], expected, atol=1e-6)
    logged = student.tool("validate", model, x, y, batch_size=4)
    logits = torch.tensor(student.tool("forward", model, x))
    assert logged == {"val_loss": pytest.approx(F.cross_entropy(logits, torch.tensor(y)).item())}


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        (lambda s: s.tool("forward", s.none(3), np.zeros((1, 2, 3, 3))), "NoneType, not an nn.Mod"),
        (lambda s: s.tool("forward", s.Pair(), np.zeros(3)), "returned tuple, not a tensor"),
        (lambda s: s.tool("fit", s.Pair(), np.zeros((2, 1)), np.zeros(2), 1), "not a Lightning"),
        (lambda s: s.tool("forward", s.Block(3), np.zeros((1, 9, 3, 3))), "to have 2 channels"),
    ],
)
def test_what_is_wrong_with_a_module_is_said(
    student: Student, expression: object, says: str
) -> None:
    with pytest.raises(StudentError, match=says):
        expression(student)  # type: ignore[operator]


def test_one_submission_leaves_nothing_to_the_next(sandbox: Sandbox) -> None:
    first = b"import torch\nopen('/tmp/left', 'w').write('x')\ntorch.relu = None\ndef f(): pass"
    with Submission(sandbox, "architectures", from_script("a.py", first), Limits()) as submission:
        Student(submission).f()
    code = from_script("architectures.py", SOURCE.encode())
    with Submission(sandbox, "architectures", code, Limits()) as submission:
        student = Student(submission)
        files, threads, pytest_there = student.around()
        assert (files, threads, pytest_there) == ([], 1, False)
        assert student.tool("forward", student.Block(1), np.zeros((1, 2, 3, 3))).shape == (
            1,
            1,
            3,
            3,
        )


def test_files_of_a_distribution_and_of_what_it_requires() -> None:
    names = {path.name for path in installed_paths(("lightning",))}
    assert {"lightning", "torch", "torchmetrics", "numpy", "yaml"} <= names
    assert not names & {"pytest", "nbgrader", "graders", "course", "wandb", "_pytest"}
    assert not [name for name in names if name.endswith(".pth")]
    assert {path.name for path in installed_paths(("numpy",))} >= {"numpy"}
    assert "torch" not in {path.name for path in installed_paths(("numpy",))}


def test_tools_work_in_the_students_own_process_too() -> None:
    block = nn.Linear(3, 2)
    x = np.ones((1, 3))
    expected = block(torch.ones(1, 3)).detach().numpy()
    np.testing.assert_array_equal(torch_tools.forward(block, x), expected)


def test_forward_writes_values_first_and_leaves_them_there() -> None:
    block = nn.Linear(1, 1)
    values = {"weight": np.full((1, 1), 2.0), "bias": np.full(1, 0.5)}
    for given in (values, None):
        np.testing.assert_array_equal(
            torch_tools.forward(block, np.full((1, 1), 3.0), values=given), [[6.5]]
        )
