"""What lies in the inbound folder of nbgrader's exchange, and how its feedback goes back."""

from __future__ import annotations

import csv
import getpass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from nbgrader.utils import notebook_hash

from course.cli import main
from graders.engine.results import ClassResults
from tests.graders.class_results import submission, write_results

ME = getpass.getuser()


@pytest.fixture
def inbound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dlcourse" / "inbound").mkdir(parents=True)
    return Path("dlcourse/inbound")


def hand_in(inbound: Path, user: str, content: str, *, when: datetime, secret: str = "") -> None:
    folder = inbound / f"{user}+softmax+{when:%Y-%m-%d %H:%M:%S.%f} UTC+r4nd0m"
    folder.mkdir()
    (folder / "softmax.ipynb").write_text(content)
    (folder / "timestamp.txt").write_text("2001-01-01 00:00:00 UTC")
    if secret:
        (folder / "submission_secret.txt").write_text(secret)


def collect(inbound: Path, *options: str, status: int = 0) -> list[dict[str, str]]:
    words = ["--from", "nbgrader", "--to", "submitted", *options]
    assert main(["collect", str(inbound), *words]) == status
    if status:
        return []
    with Path("submitted/.collected/softmax.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_last_attempt_counts_and_feedback_is_found_where_nbgrader_looks(inbound: Path) -> None:
    now = datetime.now(UTC)
    hand_in(inbound, ME, "first", when=now.replace(microsecond=0), secret="one")
    hand_in(inbound, ME, "second", when=now.replace(microsecond=999_999), secret="two")
    hand_in(inbound, "some+body", "not mine to hand in", when=now.replace(microsecond=0))
    (inbound / f"{ME}+backprop+{now:%Y-%m-%d %H:%M:%S} UTC").mkdir()
    (line,) = collect(inbound, "--assignment", "softmax")
    assert line["student"] == ME
    assert line["time_from"] == "the exchange"
    assert "the last of 3" in line["remarks"]
    place = Path("submitted", ME, "softmax")
    assert (place / "softmax.ipynb").read_text() == "second"
    assert (place / "timestamp.txt").read_text() == f"{now:%Y-%m-%d %H:%M:%S} UTC\n"
    assert place.stat().st_mode & 0o002 == 0

    results = ClassResults("softmax", 100.0, "", (submission(ME, "passed", "passed", "passed"),))
    write_results(results, Path())
    Path("feedback").mkdir()
    words = ["--format", "feedback", "--collected", "submitted", "--to", "feedback"]
    assert main(["export", "softmax", "--from", ".", *words]) == 0
    (page,) = Path("feedback").iterdir()
    assert page.stem == notebook_hash(secret="two", notebook_id="softmax")
    assert page.stat().st_mode & 0o777 == 0o644


def test_without_its_secret_nobody_could_find_a_page(inbound: Path) -> None:
    hand_in(inbound, ME, "work", when=datetime.now(UTC))
    (line,) = collect(inbound)
    assert line["back"] == ""


def test_bad_input_is_one_line(inbound: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for source, said in (
        (inbound, "holds nothing that is called as nbgrader calls it"),
        (inbound.parent, "is no inbound folder: name EXCHANGE/COURSE/inbound"),
        (inbound.parent / "no" / "inbound", "cannot be listed: No such file"),
    ):
        collect(source, status=2)
        error = capsys.readouterr().err
        assert said in error
        assert error.count("\n") == 1
