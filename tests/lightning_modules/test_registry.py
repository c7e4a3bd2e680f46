"""What every model, task and method must do; `registry.py` lists them."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from pydoc import locate
from types import ModuleType
from typing import Any

import lightning.pytorch as pl
import pytest
import torch
from registry import BATCH_SIZE, CASES, HELD_OUT, TRAIN, WITHOUT_A_CASE, Case
from short_runs import PREDICTED, Tiny, build, quiet, trainer, two_steps
from three_processes import PROCESSES, SHARDED

from lightning_modules import callbacks, regularization
from lightning_modules.datamodules.batch_transform import BatchTransform
from tests.same import assert_same

HERE = Path(__file__).parent
pytestmark = pytest.mark.filterwarnings("ignore:::lightning")
every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


@pytest.fixture(autouse=True, scope="module")
def _quiet() -> None:
    quiet()


class UntilMemorised(pl.Callback):
    """Stops once the loss is down to a share of the first."""

    def __init__(self, share: float) -> None:
        self.share, self.losses = share, []

    def on_train_batch_end(self, trainer: pl.Trainer, task: Any, outputs: Any, *_: Any) -> None:
        self.losses.append(float(outputs["loss"]))
        trainer.should_stop = self.losses[-1] < self.share * self.losses[0]


@every_case
def test_memorises_a_batch_with_every_parameter(case: Case) -> None:
    task = build(case, **case.memorise)
    before = {name: value.detach().clone() for name, value in task.named_parameters()}
    progress = UntilMemorised(case.memorised)
    run = trainer(case, progress, max_epochs=case.steps, limit_val_batches=0)
    run.fit(task, datamodule=Tiny(case, train=8, batch_size=8))
    assert progress.losses[-1] < case.memorised * progress.losses[0]
    still = [
        name
        for name, value in task.named_parameters()
        # a callback may have put in layers that were not there before
        if value.requires_grad and name in before and torch.equal(value, before[name])
    ]
    assert not still


@pytest.fixture(scope="module")
def on_three_processes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    out = tmp_path_factory.mktemp("three") / "results.pt"
    command = [sys.executable, str(HERE / "three_processes.py"), str(out)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, cwd=HERE.parents[1])
    assert done.returncode == 0, done.stderr
    return {**torch.load(out, weights_only=True), "folder": str(out.parent)}


@every_case
def test_three_processes_do_what_one_does(case: Case, on_three_processes: dict[str, Any]) -> None:
    """Two optimizer steps and a validation of 10 examples; batch norm over all processes' rows."""
    found = on_three_processes[case.name]
    assert "error" not in found, found["error"]
    assert found["processes"] == PROCESSES
    assert found["apart"] == 0.0
    expected = two_steps(case)
    assert found["metrics"].keys() == expected["metrics"].keys()
    if case.random:
        return
    assert found["predicted"] == expected["predicted"]
    assert bool(found["predicted"]) == (case.name in PREDICTED)
    for part in ("state", "metrics"):
        for name, value in expected[part].items():
            if name != "train_loss_step":  # of the first process's rows alone
                near = 1e-10 if value.dtype == torch.float64 else 1e-6  # metrics are single
                torch.testing.assert_close(
                    found[part][name],
                    value,
                    rtol=near,
                    atol=near,
                    msg=lambda m, n=name: f"{n}: {m}",
                )


def test_a_model_cut_over_three_processes_trains_as_a_whole_one(
    on_three_processes: dict[str, Any],
) -> None:
    (case,) = (case for case in CASES if case.name == SHARDED)
    path = Path(on_three_processes["folder"]) / "epoch=0.ckpt"
    expected = two_steps(case)["state"]
    found = torch.load(path, weights_only=True)["state_dict"]
    names = [name for name in expected if name.startswith("model.")]
    assert names
    for name in names:
        torch.testing.assert_close(found[name], expected[name].float(), rtol=1e-5, atol=1e-6)
    # whole tensors: one process goes on
    run = trainer(case)
    run.fit(build(case), datamodule=Tiny(case), ckpt_path=path, weights_only=True)
    assert run.global_step == 2 * TRAIN // BATCH_SIZE


def saving(folder: Path) -> pl.Callback:
    return pl.callbacks.ModelCheckpoint(folder, filename="{epoch}", save_top_k=-1)


@every_case
def test_a_resumed_run_is_the_whole_run(case: Case, tmp_path: Path) -> None:
    task = build(case)
    trainer(case, saving(tmp_path / "whole")).fit(task, datamodule=Tiny(case))
    first = tmp_path / "whole" / "epoch=0.ckpt"
    trainer(case, saving(tmp_path / "resumed")).fit(
        build(case), datamodule=Tiny(case), ckpt_path=first, weights_only=True
    )
    expected = torch.load(tmp_path / "whole/epoch=1.ckpt", weights_only=True)
    found = torch.load(tmp_path / "resumed/epoch=1.ckpt", weights_only=True)
    for key in ("state_dict", "optimizer_states", "lr_schedulers", "global_step"):
        assert_same(found[key], expected[key], key)

    # and the checkpoint alone rebuilds what it came from
    rebuilt = type(task).load_from_checkpoint(tmp_path / "whole/epoch=1.ckpt", weights_only=True)
    assert_same(dict(rebuilt.state_dict()), expected["state_dict"], "rebuilt")


@every_case
def test_bf16_stays_finite(case: Case) -> None:
    task = build(case)
    run = trainer(case, max_epochs=1, precision="bf16-mixed")
    run.fit(task, datamodule=Tiny(case, train=4, batch_size=4))
    assert run.callback_metrics
    assert all(torch.isfinite(value).all() for value in run.callback_metrics.values())
    for name, value in task.named_parameters():
        assert value.dtype == torch.float32
        assert torch.isfinite(value).all(), name


def class_paths(spec: Any) -> Iterator[str]:
    """Every class that a config's plain values name."""
    if isinstance(spec, dict):
        yield from [spec["class_path"]] if "class_path" in spec else []
        spec = list(spec.values())
    if isinstance(spec, list):
        for part in spec:
            yield from class_paths(part)


def test_every_file_has_a_case_or_a_reason() -> None:
    half = HERE.parents[1] / "lightning_modules"
    rooms = ("models", "tasks", "regularization", "callbacks")
    files = {
        f"{room}.{path.stem}"
        for room in rooms
        for path in (half / room).glob("*.py")
        if path.stem != "__init__"
    }
    specs = [part for case in CASES for part in (case.model, case.callbacks, case.augment)]
    modules = {locate(path).__module__ for path in class_paths(specs)}  # type: ignore[union-attr]
    named = {module.removeprefix("lightning_modules.") for module in modules}
    missing = files - named - WITHOUT_A_CASE.keys()
    assert not missing, (
        f"tests/lightning_modules/registry.py: add a line to CASES for {sorted(missing)}, "
        "or say in WITHOUT_A_CASE what tests it"
    )
    stale = {name for name in WITHOUT_A_CASE if name not in files or name in named}
    assert not stale, f"drop from WITHOUT_A_CASE, they have a case or are gone: {sorted(stale)}"


@pytest.mark.parametrize("room", [callbacks, regularization], ids=lambda room: room.__name__)
def test_every_callback_has_a_short_name(room: ModuleType) -> None:
    """`--trainer.callbacks+=NAME` knows what the package imports."""
    for path in Path(room.__path__[0]).glob("*.py"):
        module = importlib.import_module(f"{room.__name__}.{path.stem}")
        for name, value in vars(module).items():
            own = isinstance(value, type) and value.__module__ == module.__name__
            if own and issubclass(value, (pl.Callback, BatchTransform)) and name != "AfterStep":
                assert name in room.__all__, f"{room.__name__}/__init__.py: import {name} there"
                assert getattr(room, name) is value


def test_cases_have_names_of_their_own() -> None:
    assert len({case.name for case in CASES}) == len(CASES)
    assert BATCH_SIZE % PROCESSES
    assert HELD_OUT % PROCESSES
