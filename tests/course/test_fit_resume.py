"""A run goes on from a checkpoint, or one line says why not; at its end it says what it left."""

from __future__ import annotations

from pathlib import Path

import pytest

from course.cli import main
from tests.course.short_fits import MLP, QUIET, checkpoint, fit, interrupt_at, rows
from tests.same import assert_same

pytestmark = pytest.mark.usefixtures("in_a_folder_of_its_own")
LONGER = ["--trainer.max_epochs", "4"]


def last(run_dir: Path) -> list[str]:
    return ["--ckpt_path", str(run_dir / "checkpoints/last.ckpt")]


@pytest.mark.parametrize("schedule", ["one_cycle", "cosine", "linear", "step"])
def test_training_longer_follows_the_longer_schedule(
    schedule: str, whole: Path, tmp_path: Path
) -> None:
    """Its last steps have the rates of a run that had that length from the start."""
    chosen = ["--model.init_args.schedule", schedule, "--trainer.log_every_n_steps", "1"]
    start = whole  # lesson 4's own is one_cycle
    if schedule != "one_cycle":
        assert fit(tmp_path / "short", *chosen) == 0
        start = tmp_path / "short"
    assert fit(tmp_path / "on", *chosen, *LONGER, *last(start)) == 0
    assert fit(tmp_path / "long", *chosen, *LONGER) == 0
    found, expected = (
        {row["step"]: row["lr-AdamW"] for row in rows(tmp_path / name) if row["lr-AdamW"]}
        for name in ("on", "long")
    )
    later = [str(step) for step in range(37, 48)]  # the first step is taken at the rate that was
    assert [found[step] for step in later] == [expected[step] for step in later]


OTHERS = {
    "optimizer": ["SGD", "is SGD, but"],
    "learning_rate": ["0.5", "is 0.5, but"],
    "schedule": ["constant", "was trained with one_cycle"],
    "optimizer_args": ["{weight_decay: 0.5}", "was trained with {'weight_decay'"],
}


@pytest.mark.parametrize("key", OTHERS)
def test_another_way_of_training_is_refused_before_any_work(
    key: str, whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    value, said = OTHERS[key]
    option = [f"--model.init_args.{key}", value]
    if key == "optimizer":
        option += ["--model.init_args.optimizer_args", "null"]
    assert fit(tmp_path / "run", *option, *LONGER, *last(whole)) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert f"model.init_args.{key} {said}" in error or said in error
    assert not (tmp_path / "run").exists()


def test_another_width_is_one_line(
    whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    narrow = ["--model.init_args.model.init_args.hidden", "[32, 128]"]
    assert fit(tmp_path / "run", *narrow, *LONGER, *last(whole)) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "size mismatch for model.layers.0.weight" in error


def test_a_file_that_no_run_wrote_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import torch

    torch.save({"weights": torch.zeros(1)}, tmp_path / "other.ckpt")
    assert fit(tmp_path / "run", "--ckpt_path", str(tmp_path / "other.ckpt")) == 2
    assert "other.ckpt: not a checkpoint of a training run\n" in capsys.readouterr().err


def test_a_finished_run_says_that_nothing_was_trained(
    whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fit(tmp_path / "run", *last(whole)) == 0
    _, nothing, end = capsys.readouterr().out.splitlines()
    assert nothing.startswith("nothing was trained: ")
    assert "has all 36 steps already" in nothing
    assert end == "no checkpoint was written"


def test_last_needs_a_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fit", "--config", str(MLP), "--ckpt_path", "last", *QUIET]) == 2
    assert fit(tmp_path / "empty", "--ckpt_path", "last") == 2
    whose, where = capsys.readouterr().err.splitlines()
    assert "of which run? Say --run_dir" in whose
    assert f"there is none in {tmp_path / 'empty/checkpoints'}" in where
    assert not (tmp_path / "runs").exists()


def test_a_run_goes_on_in_its_own_folder(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`last` is where Ctrl-C stopped it; its metrics are in the end those of the whole run."""
    with monkeypatch.context() as patch:
        interrupt_at(patch, 1, 7)
        assert fit(tmp_path / "run") == 130
    before = rows(tmp_path / "run")
    assert fit(tmp_path / "run", "--ckpt_path", "last") == 0
    assert len(before) > 2
    assert_same(rows(tmp_path / "run"), rows(whole))
    assert_same(checkpoint(tmp_path / "run")["state_dict"], checkpoint(whole)["state_dict"])
    assert f"best checkpoint: {tmp_path / 'run/checkpoints/best.ckpt'}" in capsys.readouterr().out


def test_steps_after_the_checkpoint_are_logged_once(whole: Path, tmp_path: Path) -> None:
    """From `best`, or an older copy of `last`: rows of what is trained again are dropped."""
    two = ["--trainer.max_epochs", "2", "--model.init_args.schedule", "constant"]
    three = ["--model.init_args.schedule", "constant"]
    assert fit(tmp_path / "run", *two) == 0
    older = tmp_path / "run/checkpoints/older.ckpt"
    older.write_bytes((tmp_path / "run/checkpoints/last.ckpt").read_bytes())
    assert fit(tmp_path / "run", *three, "--ckpt_path", str(older)) == 0
    once = rows(tmp_path / "run")
    assert fit(tmp_path / "run", *three, "--ckpt_path", str(older)) == 0
    assert_same(rows(tmp_path / "run"), once)


def test_a_failure_keeps_the_rows_that_were_there(tmp_path: Path) -> None:
    assert fit(tmp_path / "run", "--trainer.max_epochs", "1") == 0
    before = (tmp_path / "run/metrics.csv").read_text()
    small = ["--trainer.limit_val_batches", "0.0001"]  # refused once training was to begin
    assert fit(tmp_path / "run", "--ckpt_path", "last", *small) == 2
    assert (tmp_path / "run/metrics.csv").read_text() == before


def test_the_best_is_named_by_a_word(whole: Path, tmp_path: Path) -> None:
    config = ["--config", str(whole / "config.yaml"), "--run_dir", str(tmp_path / "test")]
    assert main(["test", *config, "--ckpt_path", "best", *QUIET]) == 0
    best = ["--ckpt_path", str(whole / "checkpoints/best.ckpt")]
    assert main(["test", *config[:2], "--run_dir", str(tmp_path / "again"), *best, *QUIET]) == 0
    assert_same(rows(tmp_path / "test"), rows(tmp_path / "again"))


LEFT = {
    "a dry run": (["--trainer.fast_dev_run", "true"], "no checkpoint was written"),
    "no checkpoints": (["--trainer.enable_checkpointing", "false"], "no checkpoint was written"),
    "no validation": (["--trainer.limit_val_batches", "0"], "no best checkpoint, as nothing was"),
    "no steps": (["--trainer.max_steps", "0"], "nothing was trained: no step was asked for"),
}


@pytest.mark.parametrize("case", LEFT)
def test_a_second_run_into_a_folder_does_not_announce_the_firsts_model(
    case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options, said = LEFT[case]
    folder = tmp_path / "run/checkpoints"
    folder.mkdir(parents=True)
    (folder / "best.ckpt").write_bytes(b"of a run before")
    assert fit(tmp_path / "run", "--trainer.max_epochs", "1", *options) == 0
    out = capsys.readouterr().out
    assert said in out
    assert "best.ckpt" not in out
    assert ("last.ckpt" in out) == (case == "no validation")


def test_a_second_run_into_a_folder_writes_its_own_best(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = ["--trainer.max_epochs", "1"]
    assert fit(tmp_path / "run", *one) == 0
    assert fit(tmp_path / "run", *one, "--seed_everything", "1") == 0
    assert capsys.readouterr().out.count("best.ckpt\n") == 4
    names = {path.name for path in (tmp_path / "run/checkpoints").iterdir()}
    assert names == {"best.ckpt", "last.ckpt"}
    assert_same(
        checkpoint(tmp_path / "run", "best")["state_dict"],
        checkpoint(tmp_path / "run", "last")["state_dict"],
    )
