"""What Lightning does not document and the course uses: a test for each, which names what to mend.

One that fails after an update of Lightning says which function of `lightning_internals` is broken.
"""

from __future__ import annotations

import inspect
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import lightning.pytorch as pl
import pytest
from lightning.fabric.strategies.launchers import subprocess_script
from lightning.pytorch.cli import LightningCLI
from lightning.pytorch.loggers import WandbLogger
from lightning.pytorch.profilers import PassThroughProfiler
from lightning.pytorch.strategies import DDPStrategy
from registry import CASES
from short_runs import Tiny, build, trainer

from lightning_modules import lightning_internals as internals
from lightning_modules.distributed.peers import WatchPeers
from lightning_modules.hot_path import LeanModule, NoProfiler
from lightning_modules.models.linear import SoftmaxClassifier
from lightning_modules.tasks.classification import Classification
from tests.course.programs import Built

CASE = next(case for case in CASES if case.name == "softmax")


class Hooks(pl.Callback):
    """Notes which hook the module says that it is in."""

    def __init__(self) -> None:
        self.seen: set[str | None] = set()

    def on_train_batch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule, *_) -> None:  # type: ignore[no-untyped-def, override]
        self.seen.add(getattr(pl_module, internals.HOOK_NAME))


def test_hook_name_is_where_lightning_notes_the_hook() -> None:
    """`HOOK_NAME`, for `LeanModule`: set in every step, and in no parameter's way."""
    hooks = Hooks()
    task = build(CASE)
    trainer(CASE, hooks, max_epochs=1).fit(task, datamodule=Tiny(CASE))
    assert hooks.seen == {"on_train_batch_end"}
    assert internals.HOOK_NAME in task.__dict__
    assert isinstance(task, LeanModule)


def test_no_profiler_takes_the_place_of_lightnings_stand_in() -> None:
    """`NoProfiler`: what it overrides is what a trainer without a profiler calls."""
    profiler = trainer(CASE).profiler
    assert type(profiler) is PassThroughProfiler
    theirs, ours = inspect.signature(profiler.profile), inspect.signature(NoProfiler().profile)
    assert list(theirs.parameters) == list(ours.parameters)


class Asked(PassThroughProfiler):
    """Notes the hooks of callbacks that a trainer calls."""

    def __init__(self) -> None:
        super().__init__()
        self.hooks: set[str] = set()

    @contextmanager
    def profile(self, action_name: str) -> Iterator[None]:
        if action_name.startswith("[Callback]Hooks"):
            self.hooks.add(action_name.rpartition(".")[2])
        yield


def test_leave_out_idle_hooks_leaves_out_what_a_callback_does_nothing_in() -> None:
    """`leave_out_idle_hooks`: without it all of a step's are called; no other hook is left out."""
    asked = {}
    for lean in (False, True):
        hooks, profiler = Hooks(), Asked()
        given: Any = pl.callbacks.LambdaCallback(on_before_backward=lambda *_: None)
        run = trainer(CASE, hooks, given, max_epochs=1, profiler=profiler)
        if lean:
            internals.leave_out_idle_hooks(run.callbacks)  # type: ignore[attr-defined]
        run.fit(build(CASE), datamodule=Tiny(CASE))
        assert hooks.seen == {"on_train_batch_end"}
        assert callable(given.on_before_backward)
        asked[lean] = profiler.hooks
    idle = set(internals.STEP_HOOKS) - {"on_train_batch_end"}
    assert idle < asked[False]
    assert asked[True] == asked[False] - idle


def test_described_by_a_config_tells_a_config_from_code() -> None:
    """`described_by_a_config`: hyperparameters hold plain values, never the network itself."""
    assert build(CASE).hparams["model"] == CASE.model["init_args"]["model"]
    assert "model" not in Classification(SoftmaxClassifier()).hparams


def test_allow_unused_parameters_reaches_torchs_wrapper(monkeypatch: pytest.MonkeyPatch) -> None:
    """`allow_unused_parameters`: the option is one that DDPStrategy gives to torch."""
    run = trainer(CASE, strategy=DDPStrategy())
    internals.allow_unused_parameters(run)
    given = {}
    monkeypatch.setattr(
        "lightning.pytorch.strategies.ddp.DistributedDataParallel",
        lambda **options: given.update(options),
    )
    run.strategy._setup_model(build(CASE))  # type: ignore[attr-defined]
    assert given["find_unused_parameters"] is True


def test_dismiss_process_observer_finds_lightnings_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`dismiss_process_observer`: name and attribute of the thread that would SIGKILL this one."""

    class Failed:
        returncode = 9

        def poll(self) -> int:
            return 9

    observer = subprocess_script._ChildProcessObserver(
        main_pid=0, child_processes=[Failed()], sleep_period=0
    )
    monkeypatch.setattr(threading, "enumerate", lambda: [observer])
    internals.dismiss_process_observer()
    killed: list[int] = []
    monkeypatch.setattr(subprocess_script.os, "kill", lambda pid, signal: killed.append(pid))
    assert observer._run()  # all its processes have ended well
    assert not killed


def test_without_wandb_option_drops_what_lightning_hands_on(tmp_path: Path) -> None:
    """`without_wandb_option`: once Lightning hands on no `anonymous`, nobody needs it."""
    logger = WandbLogger(save_dir=tmp_path, offline=True)
    assert "anonymous" in logger._wandb_init
    internals.without_wandb_option(logger, "anonymous")
    assert "anonymous" not in logger._wandb_init
    internals.without_wandb_option(logger, "anonymous")  # gone already: no matter


def test_a_cli_reads_the_checkpoint_in_the_method_that_the_course_replaces() -> None:
    """`CourseCLI._parse_ckpt_path`: else a checkpoint's hyperparameters replace the config's."""
    assert "hyper_parameters" in inspect.getsource(LightningCLI._parse_ckpt_path)
    assert "self._parse_ckpt_path()" in inspect.getsource(LightningCLI.__init__)


def test_a_cli_notes_its_config_in_the_method_that_the_course_replaces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`CourseCLI._dump_config`: what Lightning saves and the course sends is what it was."""
    config = Path(__file__).parents[2] / "course/01_linear_models/softmax.yaml"
    arguments = ["fit", "--config", str(config), "--run_dir", str(tmp_path / "run")]
    monkeypatch.setattr("sys.argv", ["dlcourse", *arguments])
    monkeypatch.setenv("WANDB_MODE", "disabled")
    cli = Built(arguments, WatchPeers())
    ours = vars(cli).pop("config_dump")
    LightningCLI._dump_config(cli)
    assert ours == cli.config_dump
