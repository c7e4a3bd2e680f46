"""A training step of the fast CIFAR-10 recipe: what it asks of a device, and compiled."""

from __future__ import annotations

import copy
import sys
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import lightning.pytorch as pl
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from lightning_modules.callbacks.compiling import Compile
from lightning_modules.callbacks.whitening import Whiten
from lightning_modules.datamodules.cifar import LabelledCifarSubset
from lightning_modules.models.cifar_net import CifarNet
from lightning_modules.optim.muon import Muon
from lightning_modules.tasks.classification import Classification
from tests.benchmarks import cifar_gpu, plain_cifar
from tests.benchmarks.step_counts import QUIET, of_plain_loop
from tests.counted_steps import STEPS, Operations, noise, steps_of_a_run

LESSON = Path(__file__).resolve().parents[2] / "course/07_architectures"
SMALL = (4, 8, 8)
pytestmark = pytest.mark.filterwarnings("ignore:::lightning", "ignore:Compile")


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANDB_MODE", "disabled")
    monkeypatch.setattr(sys, "argv", ["dlcourse"])


@pytest.mark.parametrize("config", ["cifar10_fast", "cifar10_gpu"])
def test_no_step_waits_for_the_device(config: str, tmp_path: Path) -> None:
    operations = Operations()
    steps = steps_of_a_run(LESSON / f"{config}.yaml", tmp_path, operations, QUIET)
    assert len(steps) == STEPS - 1
    assert [step.reads for step in steps] == [0] * len(steps), operations.readers
    assert steps[-1].operations > 100


def test_a_logged_step_reads_its_loss_twice_and_asks_no_more_than_a_plain_loop(
    tmp_path: Path,
) -> None:
    operations = Operations()
    every_step = "--trainer.log_every_n_steps=1"
    steps = steps_of_a_run(LESSON / "cifar10_gpu.yaml", tmp_path, operations, every_step)
    assert [step.reads for step in steps] == [2] * len(steps)
    assert operations.readers.count("guards.py, on_train_batch_end") == STEPS
    assert steps[-1].operations < 1.1 * of_plain_loop(Operations()).operations


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_muon_asks_for_18_operations_a_filter_bank(layout: torch.memory_format) -> None:
    bank = torch.empty(8, 4, 3, 3, device="meta").to(memory_format=layout)
    filters = nn.Parameter(bank)
    optimizer = Muon([filters], lr=0.1)
    filters.grad = torch.empty_like(filters)
    optimizer.step()
    operations = Operations()
    with operations:
        optimizer.step()
    assert operations.counts.operations == 18
    assert operations.counts.reads == 0


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("half", [False, True])
def test_muon_is_its_equations(layout: torch.memory_format, half: bool) -> None:
    torch.manual_seed(0)
    filters = nn.Parameter(torch.randn(8, 4, 3, 3).to(memory_format=layout))
    w, v = filters.detach().double().clone(), torch.zeros(8, 4, 3, 3).double()
    optimizer = Muon([filters], lr=0.1, momentum=0.6, half=half)
    for _ in range(3):
        filters.grad = torch.randn_like(filters)
        optimizer.step()
        g = filters.grad.double()
        v = 0.6 * v + g
        x = (g + 0.6 * v).flatten(1)
        x = x / x.norm()
        for _ in range(3):
            gram = x @ x.T
            x = 3.4445 * x + (-4.7750 * gram + 2.0315 * gram @ gram) @ x
        w = 8**0.5 * w / w.norm() - 0.1 * x.view(w.shape)
    near = 3e-3 if half else 1e-6
    torch.testing.assert_close(filters.detach().double(), w, rtol=0, atol=near)
    if half:  # in bfloat16, indeed
        assert (filters.detach().double() - w).abs().max() > 1e-6


def test_a_checkpoint_from_before_the_option_loads() -> None:
    filters = nn.Parameter(torch.randn(8, 4, 3, 3))
    saved = Muon([filters], lr=0.1).state_dict()
    del saved["param_groups"][0]["half"]
    optimizer = Muon([filters], lr=0.1, half=True)
    optimizer.load_state_dict(saved)
    filters.grad = torch.randn_like(filters)
    optimizer.step()
    assert optimizer.param_groups[0]["half"]


def trained(net: CifarNet, compiled: bool) -> torch.Tensor:
    """Two steps of `net`, then what it says of the images."""
    generator = torch.Generator().manual_seed(0)
    x, y = torch.randn(8, 3, 32, 32, generator=generator), torch.arange(8)
    optimizer = Muon([p for p in net.parameters() if p.requires_grad], lr=0.1, other_lr=10.0)
    if compiled:
        trainer: Any = SimpleNamespace(optimizers=[optimizer])
        on_a_gpu: Any = SimpleNamespace(device=torch.device("cuda"), model=net)
        Compile().on_train_start(trainer, on_a_gpu)
        assert net._compiled_call_impl is not None
        assert optimizer.orthogonalise is not Muon.orthogonalise
    for _ in range(2):
        F.cross_entropy(net(x), y).backward()
        optimizer.step()
        optimizer.zero_grad()
    with torch.no_grad():
        return net.eval()(x)


def test_compiled_it_takes_the_steps_that_it_takes_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """All that is traced, run operation by operation: the C++ compiler would take half a minute."""
    monkeypatch.setattr(torch, "compile", partial(torch.compile, backend="aot_eager"))
    torch.manual_seed(0)
    eager = CifarNet(SMALL, views=1)
    compiled = copy.deepcopy(eager)
    torch.testing.assert_close(trained(compiled, True), trained(eager, False), rtol=0, atol=1e-5)
    assert compiled.state_dict().keys() == eager.state_dict().keys()


def test_without_a_gpu_nothing_is_compiled() -> None:
    net = CifarNet(SMALL)
    trainer: Any = SimpleNamespace(optimizers=[])
    with pytest.warns(UserWarning, match="no CUDA device"):
        Compile().on_train_start(trainer, Classification(net))
    assert net._compiled_call_impl is None


def test_whitening_moves_no_more_than_it_looks_at() -> None:
    class Counted(LabelledCifarSubset):
        moved = 0

        def _on_device(self, split: str) -> Any:
            self.moved += split == "train"
            return super()._on_device(split)

    net, data = CifarNet(SMALL), Counted(batch_size=8, train_size=16)
    before = net.whiten.weight.clone()
    quiet = {"enable_progress_bar": False, "enable_model_summary": False, "logger": False}
    pl.Trainer(
        **quiet,  # type: ignore[arg-type]
        max_steps=1,
        accelerator="cpu",
        callbacks=[Whiten()],
        limit_val_batches=0,
        use_distributed_sampler=False,
        enable_checkpointing=False,
    ).fit(Classification(net), datamodule=data)
    assert data.moved == 1
    assert not torch.equal(net.whiten.weight, before)


def test_the_benchmark_says_that_it_skips(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert cifar_gpu.main() == 0
    assert capsys.readouterr().out.startswith("skipped: ")


def test_the_benchmarks_plain_loop_trains_and_its_warm_up_leaves_no_trace() -> None:
    how = plain_cifar.Recipe(2, 8, 0.24, {"other_lr": 220.0, "half": True}, 0.2)
    torch.manual_seed(0)
    loop = plain_cifar.PlainLoop(how, CifarNet(SMALL, views=2), *noise(20, "cpu"))
    before = copy.deepcopy((loop.net.state_dict(), loop.optimizer.state_dict()))
    rows = torch.arange(8)
    plain_cifar.warm_up(loop.net, loop.optimizer, lambda: loop.loss(rows), loop.images[:8])
    after = loop.net.state_dict(), loop.optimizer.state_dict()
    torch.testing.assert_close(after, before, rtol=0, atol=0)
    assert len(list(loop.steps())) == 4
    assert not torch.equal(loop.net.head.weight, before[0]["head.weight"])
    assert 0 <= loop.accuracy(loop.images, loop.labels) <= 1
