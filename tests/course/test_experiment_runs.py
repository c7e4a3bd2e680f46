"""`dlcourse experiment run` and `compare`: what is kept, what goes on, what is refused."""

from __future__ import annotations

import json
import os
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from distributed import LocalCluster

from course.cli import main
from tests.processes import descendants

NOISE = "lightning_modules.experiments.functions.gradient_noise.gradient_noise"
SGD = str(Path(__file__).parents[2] / "course" / "02_optimization" / "sgd.yaml")
TINY = {
    "trainer.max_epochs": 1,
    "trainer.limit_val_batches": 1,
    "trainer.limit_test_batches": 1,
    "data.init_args.train_size": 200,
    "data.init_args.batch_size": 50,
}


def write(folder: Path, name: str = "mine", **changed) -> Path:
    """An experiment whose runs take milliseconds."""
    fields = {
        "question": "How noisy?",
        "claim": "The slope is -1.",
        "source": "a test",
        "equal": "all",
        "holds": "a small network",
        "function": NOISE,
        "options": {"num_examples": 64, "draws": 4, "hidden": [2]},
        "arms": {"two": {"batch_sizes": [1, 4]}, "three": {"batch_sizes": [1, 4, 16]}},
        "metrics": {"slope": {}},
        "bar": [{"equal": ["two", -1], "metric": "slope", "smallest": 0.5}],
        **changed,
    }
    path = folder / f"{name}.yaml"
    path.write_text(yaml.safe_dump(fields, sort_keys=False))
    return path


def trained(folder: Path, arms: dict, **changed) -> Path:
    """An experiment that trains a config."""
    metric = "last/val_loss"
    bar = [{"better": list(arms), "metric": metric, "smallest": 0}]
    known = {"config": SGD, "function": None, "options": TINY, "arms": arms, "bar": bar}
    return write(folder, **{**known, "metrics": {metric: {"goal": "min"}}, **changed})


def run(path: Path, *more: str) -> int:
    return main(["experiment", "run", str(path), "--jobs", "1", *more])


def kept(name: str = "mine") -> list[dict]:
    lines = (Path("runs/experiments") / f"{name}.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_runs_are_kept_and_a_second_command_makes_only_what_is_missing(tmp_path, capsys):
    path = write(tmp_path)
    assert run(path, "--seeds", "2") == 0
    first = kept()
    assert [(r["arm"], r["seed"]) for r in first] == [
        ("two", 0), ("two", 1), ("three", 0), ("three", 1),
    ]  # fmt: skip
    assert first[0]["versions"]["threads"] == "1"
    assert first[0]["settings"][1] == {"batch_sizes": [1, 4]}
    assert "figure: runs/experiments/mine.png" in capsys.readouterr().out
    assert run(path, "--seeds", "3") == 0
    second = kept()
    assert len(second) == 6
    assert [r for r in second if r["seed"] < 2] == first  # to the hundredth of a second


def test_a_rerun_gives_the_same_digits(tmp_path):
    path = trained(tmp_path, {"a": {"model.init_args.model.init_args.dropout": 0.3}, "b": {}})
    assert run(path, "--seeds", "2") == 0
    first = kept()
    assert run(path, "--seeds", "2", "--again") == 0
    assert [r["metrics"] for r in kept()] == [r["metrics"] for r in first]
    assert [r["curves"] for r in kept()] == [r["curves"] for r in first]


def test_runs_from_before_a_change_of_the_bar_are_refused_until_they_are_made_again(
    tmp_path, capsys
):
    assert run(write(tmp_path), "--seeds", "2") == 0
    before = kept()
    lower = write(tmp_path, bar=[{"equal": ["two", -1], "metric": "slope", "smallest": 5.0}])
    assert run(lower, "--seeds", "2") == 2
    error = capsys.readouterr().err.splitlines()[-1]
    assert "mine.jsonl: its runs were made before the claim or its bar was changed" in error
    assert "--again" in error
    assert kept() == before
    assert run(lower, "--seeds", "2", "--again") == 0
    assert {r["bar"] for r in kept()} != {r["bar"] for r in before}


def test_a_failed_run_says_why_and_costs_only_itself(tmp_path, capsys):
    arms = {"two": {"batch_sizes": [1, 4]}, "broken": {"batch_sizes": 4}}
    assert run(write(tmp_path, arms=arms), "--seeds", "2") == 1
    errors = {(r["arm"], r["seed"]): r["error"] for r in kept()}
    assert errors["two", 0] == errors["two", 1] == ""
    assert errors["broken", 0] == "TypeError: 'int' object is not iterable"
    assert "failed" in capsys.readouterr().err
    before = kept()[:2]
    assert run(write(tmp_path, arms=arms), "--seeds", "2") == 1  # made again, fails again
    assert kept()[:2] == before


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"model.init_args.learning_rat": 1}, "did you mean"),
        ({"model.init_args.optimizer": "Adamm"}, "Adamm"),
        ({"data.init_args.train_size": 10**6}, "data.train_size is 1000000"),
    ],
)
def test_an_option_that_fit_would_refuse_is_named(tmp_path, options, said):
    assert run(trained(tmp_path, {"a": {}, "b": options}), "--seeds", "2") == 1
    assert all(said in r["error"] for r in kept() if r["arm"] == "b")
    assert all(not r["error"] for r in kept() if r["arm"] == "a")


def test_a_run_that_diverges_is_measured_as_it_stopped(tmp_path, capsys):
    path = trained(tmp_path, {"a": {}, "wild": {"model.init_args.learning_rate": 1.0e30}})
    assert run(path, "--seeds", "2") == 0
    wild = [r["metrics"] for r in kept() if r["arm"] == "wild"]
    assert [m["diverged"] for m in wild] == [1.0, 1.0]
    assert [m["last/val_loss"] for m in wild] == [None, None]
    assert "Incomplete: wild, seed 0, has no finite last/val_loss" in " ".join(
        capsys.readouterr().out.split()
    )


def test_tuning_takes_the_same_number_of_trials_and_the_best_on_validation(tmp_path):
    rate = "model.init_args.learning_rate"
    arms = {
        "plain": {rate: {"try": [1.0e-6, 0.3]}},
        "momentum": {rate: {"try": [0.05, 1.0e30]}, "model.init_args.optimizer_args.momentum": 0.9},
    }
    path = trained(tmp_path, arms, tune={"metric": "last/val_loss", "goal": "min"})
    assert run(path, "--seeds", "2") == 0
    trials = [r for r in kept() if r["seed"] >= 1000]
    assert {(r["arm"], r["chosen"][rate]) for r in trials} == {
        ("plain", 1.0e-6), ("plain", 0.3), ("momentum", 0.05), ("momentum", 1.0e30),
    }  # fmt: skip
    assert len(trials) == 4
    assert {r["seed"] for r in trials} == {1000}
    chosen = {r["arm"]: r["chosen"][rate] for r in kept() if r["seed"] < 1000}
    assert chosen == {"plain": 0.3, "momentum": 0.05}


def test_last_and_best_are_what_fit_and_test_give(tmp_path, monkeypatch):
    """The same config through `dlcourse fit`, then its two checkpoints through `dlcourse test`."""
    options = {**TINY, "trainer.max_epochs": 4, "model.init_args.learning_rate": 1.5}
    del options["trainer.limit_val_batches"], options["trainer.limit_test_batches"]
    assert run(trained(tmp_path, {"a": {}, "b": {}}, options=options), "--seeds", "2") == 0
    metrics = next(r["metrics"] for r in kept() if (r["arm"], r["seed"]) == ("a", 1))
    assert metrics["best_step"] < metrics["steps"] == 16  # else the test shows nothing

    monkeypatch.setenv("WANDB_MODE", "disabled")
    words = [f"--{key}={value}" for key, value in options.items()]
    quiet = ["--trainer.enable_progress_bar", "false", "--trainer.accelerator", "cpu"]
    fit = ["fit", "--config", SGD, "--seed_everything", "1", "--run_dir", "fitted", *words, *quiet]
    assert main(fit) == 0
    for moment in ("last", "best"):
        test = ["test", "--config", "fitted/config.yaml", "--run_dir", moment, *quiet]
        assert main([*test, "--ckpt_path", f"fitted/checkpoints/{moment}.ckpt"]) == 0
        row = (Path(moment) / "metrics.csv").read_text().splitlines()
        tested = dict(zip(row[0].split(","), row[1].split(","), strict=True))
        for name in ("test_acc", "test_loss"):
            assert metrics[f"{moment}/{name}"] == pytest.approx(float(tested[name]), rel=1e-5)


def test_smoke_keeps_nothing(tmp_path):
    path = write(tmp_path)
    assert run(path, "--budget", "smoke") == 0
    assert list(tmp_path.iterdir()) == [path]


def test_compare_is_an_experiment_from_the_command_line(tmp_path, capsys):
    small = " ".join(f"--{key} {value}" for key, value in TINY.items())
    arms = [f"quick={small} --model.init_args.learning_rate 0.3", f"slow={small}"]
    command = ["experiment", "compare", "--config", SGD, "--jobs", "1", "--seeds", "2"]
    command += [word for arm in arms for word in ("--arm", arm)]
    assert main([*command, "--metric", "last/test_acc"]) == 0
    shown = capsys.readouterr().out
    assert "quick" in shown
    assert "Inconclusive" in shown or "upported" in shown
    (records,) = Path("runs/experiments").glob("compare-*.jsonl")
    assert len(records.read_text().splitlines()) == 4
    assert records.with_suffix(".png").read_bytes().startswith(b"\x89PNG")
    before = records.read_text()
    assert main([*command, "--metric", "last/test_acc"]) == 0  # the same command: nothing to do
    assert records.read_text() == before


def test_a_rerun_says_how_far_the_digits_go(tmp_path, capsys):
    path = trained(tmp_path, {"a": {}, "b": {"model.init_args.learning_rate": 0.2}})
    assert run(path, "--seeds", "3") == 0
    rerun = ["experiment", "rerun", str(path), "--jobs", "1"]
    assert main(rerun) == 0
    assert "mine: 2 of 2 values the same\n" in capsys.readouterr().out

    lines = [json.dumps(r) for r in kept()]
    changed = json.loads(lines[0])
    seeds = [r["metrics"]["last/val_loss"] for r in kept() if r["arm"] == "a"]
    changed["metrics"]["last/val_loss"] = moved = seeds[0] + 0.5
    Path("runs/experiments/mine.jsonl").write_text("\n".join([json.dumps(changed), *lines[1:], ""]))
    assert main(rerun) == 0
    change = 0.5 / statistics.stdev([moved, *seeds[1:]])
    said = (
        f"1 of 2 values the same; the largest change: {float(f'{change:.2g}')} (a, last/val_loss)"
    )
    assert said in capsys.readouterr().out
    (row,) = json.loads(Path("runs/experiments/reruns.json").read_text())  # in place of the first
    assert (row["same"], row["threads"]) == (1, "1")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run"], "name experiments or files, or say --all"),
        (["run", "shift", "--all"], "name experiments or files, or say --all"),
        (["run", "shifd"], "no experiment 'shifd'; there are"),
        (["run", "none.yaml"], "none.yaml: No such file"),
        (["run", "shift", "--seeds", "1"], "--seeds 1: must be from 2"),
        (["run", "shift", "--jobs", "0"], "--jobs 0: must be at least 1"),
        (["run", "shift", "--cluster", "tcp://127.0.0.1:9"], "no Dask scheduler answers there"),
        (["rerun", "shift"], "shift.jsonl: no runs at budget small to compare with"),
        (["report"], "runs/experiments: no runs at budget small"),
        (["compare", "--config", SGD, "--arm", "a="], "give two --arm NAME=OPTIONS or more"),
        (["compare", "--config", SGD, "--arm", "a", "--arm", "b="], "--arm 'a': write NAME"),
        (["compare", "--config", SGD, "--arm", "a=--x", "--arm", "b="], "--arm a: --x has no"),
        (["compare", "--config", "no.yaml", "--arm", "a=", "--arm", "b="], "no file no.yaml"),
    ],
)
def test_bad_input_is_one_line(tmp_path, monkeypatch, capsys, arguments, said):
    monkeypatch.setattr("graders.engine.cluster.CONNECT_SECONDS", 0.5)
    assert main(["experiment", *arguments]) == 2
    error = capsys.readouterr().err
    assert error.startswith("dlcourse: ")
    assert error.count("\n") == 1
    assert said in error
    assert list(tmp_path.iterdir()) == []


def test_list_shows_every_experiment(capsys):
    assert main(["experiment", "list"]) == 0
    shown = capsys.readouterr().out
    assert "shift" in shown
    assert "gradient_noise" in shown


def test_a_run_at_wandb_has_group_tags_seed_and_test_metrics(tmp_path, monkeypatch):
    """Read back by wandb's own reader, `wandb leet inspect`."""
    monkeypatch.setenv("WANDB_MODE", "offline")
    arms = {"quick": {"model.init_args.learning_rate": 0.3}, "slow": {}}
    assert run(trained(tmp_path, arms), "--seeds", "2", "--wandb") == 0
    logs = [*Path("runs").glob("wandb/offline-run-*/*.wandb")]
    assert len(logs) == 4
    first = min(logs, key=lambda log: log.stat().st_mtime_ns)  # names tell only the second
    command = [sys.executable, "-m", "wandb", "leet", "inspect", "--json", str(first)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    run_row = next(row["run"] for row in rows if "run" in row)
    assert run_row["display_name"] == "mine, quick, seed 0"
    assert run_row["run_group"] == "mine"
    assert run_row["job_type"] == "run"
    assert set(run_row["tags"]) == {"quick", "small"}
    text = done.stdout
    metrics = kept()[0]["metrics"]
    assert "last/test_acc" in text
    assert str(metrics["last/test_acc"]) in text
    assert "val_loss" in text


def test_help_imports_no_torch():
    script = (
        "import sys\nfrom course.cli import main\n"
        "try: main(['experiment', 'run', '--help'])\nexcept SystemExit: pass\n"
        "sys.exit(bool({'torch', 'scipy', 'numpy', 'yaml', 'rich'} & set(sys.modules)))"
    )
    subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)


def test_runs_on_a_dask_scheduler_are_the_runs_here(tmp_path):
    path = write(tmp_path)
    with LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None
    ) as cluster:
        address = cluster.scheduler_address
        command = ["experiment", "run", str(path), "--seeds", "2", "--cluster", address]
        assert main(command) == 0
    there = kept()
    assert run(path, "--seeds", "2", "--again") == 0
    assert [r["metrics"] for r in kept()] == [r["metrics"] for r in there]


def test_a_killed_run_goes_on_where_it_was(tmp_path):
    """kill -9: its workers end with it, what was finished stays, and the rest comes out as it
    would have."""
    path = write(tmp_path, options={"num_examples": 4096, "draws": 80, "hidden": [64]})
    command = [sys.executable, "-m", "course", "experiment", "run", str(path), "--jobs", "2"]
    records = Path("runs/experiments/mine.jsonl")
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        while not (records.exists() and records.read_bytes().count(b"\n") >= 2):
            assert running.poll() is None, "over before it could be killed"
            time.sleep(0.01)
        workers = descendants(running.pid)
        assert workers
        os.kill(running.pid, signal.SIGKILL)
        running.wait(timeout=60)
    deadline = time.monotonic() + 60
    while any(Path(f"/proc/{pid}").exists() for pid in workers):
        assert time.monotonic() < deadline, "a worker outlived its parent"
        time.sleep(0.02)
    finished = [json.loads(line) for line in records.read_text().splitlines() if line[-1] == "}"]
    assert 2 <= len(finished) < 10

    assert run(path) == 0
    assert len(kept()) == 10
    assert all(record in kept() for record in finished)  # with the seconds that they took then
    resumed = [r["metrics"] for r in kept()]
    assert run(path, "--again") == 0
    assert [r["metrics"] for r in kept()] == resumed
