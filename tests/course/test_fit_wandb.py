"""What reaches W&B, read back by wandb's own reader, `wandb leet inspect`."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from course import wandb_sync
from course.cli import main
from tests.course.short_fits import QUIET, SOFTMAX, fit, rows
from tests.course.wandb_cloud import cloud

Records = list[dict[str, Any]]
LOCKED = "/proc/nobody"  # no home can be made there, not by root either
CLASS = 'project = "class"\nentity = "team"\ngroup = "section-a"\ntags = ["spring"]\n'


def read(run_dir: Path) -> list[Records]:
    """The records of each W&B log in a run's folder, oldest first."""
    found = []
    for log in sorted(run_dir.glob("wandb/offline-run-*/*.wandb")):
        command = [sys.executable, "-m", "wandb", "leet", "inspect", "--json", str(log)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        found.append([json.loads(line) for line in done.stdout.splitlines()])
    return found


def updates(records: Records, kind: str) -> dict[str, Any]:
    """What all `config` or `summary` records of a log come to."""
    merged: dict[str, Any] = {}
    for record in records:
        if record["type"] == kind:
            merged |= record[kind].get("update", {})
    return merged


def run_of(records: Records) -> dict[str, Any]:
    return next(record["run"] for record in records if record["type"] == "run")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`run`: trained, gone on with, and tested in `test`; `named`: with W&B's variables set.

    All of it by one of a class, in a home that cannot be written.
    """
    folder = tmp_path_factory.mktemp("wandb")
    with pytest.MonkeyPatch.context() as patch:
        for name in (
            "API_KEY",
            "NAME",
            "PROJECT",
            "ENTITY",
            "RUN_GROUP",
            "TAGS",
            "DATA_DIR",
            "CACHE_DIR",
            "CONFIG_DIR",
        ):
            patch.delenv(f"WANDB_{name}", raising=False)
        # set and deleted at the end again, when the runs have set them
        for name in ("DATA_DIR", "CACHE_DIR", "CONFIG_DIR"):
            patch.setenv(f"WANDB_{name}", "")
            patch.delenv(f"WANDB_{name}")
        patch.setenv("WANDB_MODE", "offline")
        patch.setenv("HOME", LOCKED)
        (folder / "wandb.toml").write_text(CLASS)
        patch.setenv("DLCOURSE_ROOT", str(folder))
        patch.setattr(sys, "argv", ["dlcourse"])
        two = ["--trainer.max_epochs", "2", "--log_model", "true"]
        assert fit(folder / "run", *two) == 0
        assert fit(folder / "run", "--ckpt_path", "last") == 0
        config = ["--config", str(folder / "run/config.yaml"), "--ckpt_path", "best"]
        assert main(["test", *config, "--run_dir", str(folder / "test"), *QUIET]) == 0
        patch.setenv("WANDB_NAME", "mine")
        patch.setenv("WANDB_PROJECT", "digits")
        patch.setenv("WANDB_TAGS", "first, small")
        assert fit(folder / "named", "--trainer.max_epochs", "1", config=SOFTMAX) == 0
    return folder


@pytest.fixture(scope="module")
def logs(runs: Path) -> dict[str, list[Records]]:
    return {name: read(runs / name) for name in ("run", "test", "named")}


def test_a_run_holds_config_curves_confusion_and_images(
    runs: Path, logs: dict[str, list[Records]]
) -> None:
    text = json.dumps(logs["run"])
    curves = [float(row["val_acc"]) for row in rows(runs / "run") if row["val_acc"]]
    assert len(curves) == 3
    assert all(str(value)[:6] in text for value in curves)
    assert "val_confusion" in text
    first = next(iter(sorted((runs / "run").glob("wandb/offline-run-*"))))
    assert len(list(first.glob("files/media/images/val_mistakes*.png"))) == 16


def test_the_configs_model_is_the_task(logs: dict[str, list[Records]]) -> None:
    """The task's own hyperparameters call the network `model`, and do not write over it."""
    config = updates(logs["run"][0], "config")
    assert config["model"]["class_path"].endswith("Classification")
    assert config["model"]["init_args"]["model"]["class_path"].endswith("MLP")
    assert "learning_rate" not in config


def test_a_run_that_goes_on_is_the_same_run(logs: dict[str, list[Records]]) -> None:
    first, second = logs["run"]
    assert run_of(first)["run_id"] == run_of(second)["run_id"]
    assert run_of(first)["display_name"] == "mlp/run"


def test_what_a_test_measures_reaches_the_run(runs: Path, logs: dict[str, list[Records]]) -> None:
    (tested,) = logs["test"]
    assert run_of(tested)["run_id"] == run_of(logs["run"][0])["run_id"]
    summary = updates(tested, "summary")
    assert summary["test_acc"] == pytest.approx(float(rows(runs / "test")[-1]["test_acc"]))
    assert "epoch" not in summary


def test_checkpoints_are_sent_on_request_alone(logs: dict[str, list[Records]]) -> None:
    def models(records: Records) -> int:
        found = [record["artifact"] for record in records if record["type"] == "artifact"]
        return sum(artifact["type"] == "model" for artifact in found)

    asked, not_asked = logs["run"]
    assert models(asked) > 0
    assert models(not_asked) == 0


def test_runs_go_where_the_class_says(logs: dict[str, list[Records]]) -> None:
    for records in (*logs["run"], *logs["test"]):
        run = run_of(records)
        assert (run["project"], run["entity"], run["run_group"]) == ("class", "team", "section-a")
        assert run["tags"] == ["spring"]


def test_the_environments_names_are_obeyed(logs: dict[str, list[Records]]) -> None:
    run = run_of(logs["named"][0])
    assert (run["display_name"], run["project"]) == ("mine", "digits")
    assert run["tags"] == ["first", "small"]
    assert run["entity"] == "team"  # of which the environment says nothing


def test_lineage_begins_with_the_data_which_stay_here(logs: dict[str, list[Records]]) -> None:
    """As `run.use_artifact` says it, which does not work offline."""
    used = []
    for records in (*logs["run"], *logs["named"]):
        (data,) = (
            record["artifact"]
            for record in records
            if record["type"] == "artifact" and record["artifact"]["type"] == "dataset"
        )
        assert data["use_after_commit"]
        assert [file["path"] for file in data["manifest"]["contents"]] == ["dataset.json"]
        used.append((data["name"], data["digest"]))
    assert set(used) == {("mnist_subset", used[0][1])}  # one artifact for all who use these data


def test_sync_sends_what_stayed_here_once(
    runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(runs / "named", tmp_path / "runs" / "named", symlinks=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("WANDB_MODE", "offline")  # which kept them here
    monkeypatch.setenv("WANDB_API_KEY", "k" * 40)
    assert main(["wandb", "sync", "--dry-run"]) == 0
    assert "would send  runs/named/wandb/offline-run-" in capsys.readouterr().out
    with cloud() as server:
        monkeypatch.setenv("WANDB_BASE_URL", server.address)
        assert main(["wandb", "sync", "runs"]) == 0, capsys.readouterr().out
        run = server.variables("UpsertBucket")[0]
        assert (run["entity"], run["project"], run["groupName"]) == ("team", "digits", "section-a")
        assert (run["displayName"], run["tags"]) == ("mine", ["first", "small"])
        made = [asked["input"]["artifactTypeName"] for asked in server.variables("CreateArtifact")]
        assert "dataset" in made
        assert len(server.variables("UseArtifact")) == 1
        assert any("val_acc" in row for row in server.rows)
    capsys.readouterr()
    assert main(["wandb", "sync"]) == 0
    assert capsys.readouterr().out == "nothing to send in runs\n"


@pytest.mark.parametrize(
    ("key", "words", "said"),
    [
        ("", ["runs"], "dlcourse: nobody is logged in to 127.0.0.1: run wandb login"),
        ("k" * 40, ["runs"], "dlcourse: 127.0.0.1 does not answer: the runs stay here"),
        ("k" * 40, ["nowhere"], "dlcourse: nowhere: no such folder"),
    ],
    ids=["login", "network", "folder"],
)
def test_sync_without_a_login_or_a_network_is_one_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    key: str,
    words: list[str],
    said: str,
) -> None:
    log = tmp_path / "runs/a/wandb/offline-run-20260301_120000-abc/run-abc.wandb"
    log.parent.mkdir(parents=True)
    log.write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("WANDB_API_KEY", key)
    monkeypatch.setenv("WANDB_BASE_URL", "http://127.0.0.1:9")  # discard, which nobody serves
    assert main(["wandb", "sync", *words]) in (1, 2)
    error = capsys.readouterr().err
    assert error.startswith(said)
    assert error.count("\n") == 1


def test_a_server_that_answers_nothing_does_not_hold_the_command(
    runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(runs / "named", tmp_path / "named", symlinks=True)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("WANDB_API_KEY", "k" * 40)
    monkeypatch.setattr(wandb_sync, "SECONDS", 1)
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setenv("WANDB_BASE_URL", f"http://127.0.0.1:{server.getsockname()[1]}")
        assert main(["wandb", "sync", str(tmp_path / "named")]) == 1
    assert "it took more than 1 s; the same command goes on" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("project = 3", "project has to be a text"),
        ('tags = "spring"', "tags has to be a list"),
        ('team = "x"', "team is none of project, entity, group, tags"),
        ("project", "wandb.toml: "),
    ],
)
def test_a_class_file_that_is_wrong_is_one_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    text: str,
    said: str,
) -> None:
    (tmp_path / "wandb.toml").write_text(text)
    monkeypatch.setattr(sys, "argv", ["dlcourse"])
    monkeypatch.setenv("DLCOURSE_ROOT", str(tmp_path))
    assert fit(tmp_path / "run") == 2
    error = capsys.readouterr().err
    assert f"{tmp_path / 'wandb.toml'}: " in error
    assert said in error
    assert error.count("\n") == 1


def test_a_mistyped_mode_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["dlcourse"])
    monkeypatch.setenv("WANDB_MODE", "ofline")
    assert fit(tmp_path / "run") == 2
    assert capsys.readouterr().err == (
        "dlcourse: WANDB_MODE is ofline; it must be one of online, offline, disabled\n"
    )
    assert not (tmp_path / "run").exists()
