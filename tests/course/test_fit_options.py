"""Lightning's own options and callbacks work under `dlcourse fit`, or are refused in one line."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
import torch

from tests.course.short_fits import checkpoint, fit, interrupt_at, rows
from tests.same import assert_same

pytestmark = pytest.mark.usefixtures("in_a_folder_of_its_own")


def test_the_rate_that_was_found_is_the_schedules_peak(tmp_path: Path) -> None:
    finder = ["--trainer.callbacks+=LearningRateFinder", "--trainer.limit_train_batches", "60"]
    every = ["--trainer.log_every_n_steps", "1", "--trainer.max_epochs", "2"]
    assert fit(tmp_path / "run", *finder, *every) == 0
    found = checkpoint(tmp_path / "run")["hyper_parameters"]["learning_rate"]
    rates = [float(row["lr-AdamW"]) for row in rows(tmp_path / "run") if row["lr-AdamW"]]
    assert found != 0.002  # of the config
    assert max(rates) == pytest.approx(found, rel=1e-2)
    assert len(rates) == 120
    # and such a run goes on, though the config still says the other rate
    longer = [*finder, "--trainer.max_epochs", "3", "--ckpt_path", "last"]
    assert fit(tmp_path / "run", *longer) == 0


def test_a_simple_profiler_prints_its_report(tmp_path: Path) -> None:
    said: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("lightning.pytorch")  # what it hears goes to the terminal
    logger.addHandler(handler)
    try:
        assert fit(tmp_path / "run", "--trainer.profiler", "simple") == 0
    finally:
        logger.removeHandler(handler)
    assert any("Profiler Report" in text and "run_training_batch" in text for text in said)


def test_no_logger_is_no_log(tmp_path: Path) -> None:
    assert fit(tmp_path / "run", "--trainer.logger", "false") == 0
    names = {path.name for path in (tmp_path / "run").iterdir()}
    assert names == {"checkpoints", "config.yaml"}
    assert not [path for path in tmp_path.iterdir() if path.name != "run"]


def test_another_logger_joins_the_courses(tmp_path: Path) -> None:
    other = ["--trainer.logger", "CSVLogger", "--trainer.logger.save_dir", str(tmp_path / "mine")]
    assert fit(tmp_path / "run", *other, "--trainer.max_epochs", "1") == 0
    (mine,) = (tmp_path / "mine").glob("**/metrics.csv")
    assert mine.read_text() == (tmp_path / "run/metrics.csv").read_text()


def test_a_step_of_several_batches_is_logged_once(tmp_path: Path) -> None:
    """Its loss is the mean over them; three batches of a hundred are one of three hundred."""
    constant = ["--model.init_args.schedule", "constant", "--trainer.log_every_n_steps", "1"]
    still = ["--model.init_args.learning_rate", "0", "--model.init_args.model.init_args.dropout=0"]
    one = [*constant, *still, "--trainer.max_epochs", "1"]
    assert fit(tmp_path / "three", *one, "--trainer.accumulate_grad_batches", "3") == 0
    assert fit(tmp_path / "each", *one) == 0
    found, each = (
        [float(row["train_loss_step"]) for row in rows(tmp_path / name) if row["train_loss_step"]]
        for name in ("three", "each")
    )
    expected = torch.tensor(each).view(4, 3).mean(dim=1)
    torch.testing.assert_close(torch.tensor(found), expected)
    logged = rows(tmp_path / "three")
    assert [row["step"] for row in logged if row["train_loss_step"]] == ["0", "1", "2", "3"]
    assert [row["step"] for row in logged if row["lr-AdamW"]] == ["0", "1", "2", "3"]


def test_ctrl_c_waits_for_the_gradients_of_the_whole_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    three = ["--trainer.accumulate_grad_batches", "3"]
    assert fit(tmp_path / "whole", *three) == 0
    with monkeypatch.context() as patch:
        interrupt_at(patch, 1, 4)
        assert fit(tmp_path / "run", *three) == 130
    assert fit(tmp_path / "run", *three, "--ckpt_path", "last") == 0
    assert_same(
        checkpoint(tmp_path / "run")["state_dict"], checkpoint(tmp_path / "whole")["state_dict"]
    )


REFUSED = {
    "a share of no batch": ("limit_train_batches", "0.001", "0.001 * 90 < 1"),
    "validation after the end": ("val_check_interval", "1000", "`val_check_interval` (1000) must"),
    "steps of no batch": ("accumulate_grad_batches", "0", "is 0; it must be at least 1"),
    "gradients turned round": ("gradient_clip_val", "-0.5", "is -0.5; it must be at least 0"),
    "nothing kept": ("barebones", "true", "nothing of a run that could be kept"),
    "no end": ("max_epochs", "-1", "schedule one_cycle needs an end"),
    "all of no device": ("devices", "-1", "should be an int > 0"),
    "batches of another size": ("callbacks+", "BatchSizeFinder", "set data.init_args.batch_size"),
    "another backbone": ("callbacks+", "BackboneFinetuning", "no attribute 'backbone'"),
    "the same checkpoints": ("callbacks+", "ModelCheckpoint", "Found more than one stateful"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_work_is_one_line(
    case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    option, value, said = REFUSED[case]
    assert fit(tmp_path / "run", f"--trainer.{option}={value}") == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert said in error


WORK = ["log_every_n_steps=0", "max_steps=0", "limit_train_batches=0", "val_check_interval=0.5"]


@pytest.mark.parametrize("option", WORK)
def test_odd_numbers_work(option: str, tmp_path: Path) -> None:
    assert fit(tmp_path / "run", f"--trainer.{option}", "--trainer.max_epochs", "1") == 0


def test_a_callback_goes_by_its_name(tmp_path: Path) -> None:
    one = ["--trainer.max_epochs", "1", "--trainer.log_every_n_steps", "1"]
    assert fit(tmp_path / "run", *one, "--trainer.callbacks+=LayerStatistics") == 0
    assert any(name.startswith("gradient/") for name in rows(tmp_path / "run")[0])
