"""The final project's ranking, from a folder of files to the terminal and two pages."""

import csv
import os
import re
from pathlib import Path

import pytest

from course.cli import main
from graders.engine.catalogue import course_root
from graders.errors import BadInput
from graders.reports.leaderboard import leaderboard, read_held_out
from graders.reports.standings import HeldOut
from graders.students.release import release

LABELS = course_root() / "graders" / "hidden" / "final_project" / "labels.csv"


@pytest.fixture(scope="module")
def held_out() -> HeldOut:
    return read_held_out(LABELS)


def write(path: Path, held_out: HeldOut, wrong: int = 0, day: int = 1) -> None:
    """Predictions that are right but for the first ``wrong`` of each half, of the given day."""
    left = {"public": wrong, "private": wrong}
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "label"])
        for number, label in held_out.labels.items():
            half = held_out.halves[number]
            miss, left[half] = left[half] > 0, left[half] - 1
            writer.writerow([number, (label + 1) % 10 if miss else label])
    moment = 1_780_000_000 + 86_400 * day
    os.utime(path, (moment, moment))


def test_halves_are_equal_and_hold_every_image(held_out: HeldOut) -> None:
    assert sorted(held_out.labels) == list(range(1000))
    assert held_out.count("public") == held_out.count("private") == 500


def test_a_class_is_ranked(
    tmp_path: Path, held_out: HeldOut, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "ada" / "predictions.csv", held_out, wrong=50)
    write(tmp_path / "bob" / "first.csv", held_out, wrong=200, day=1)
    write(tmp_path / "bob" / "second" / "predictions.csv", held_out, wrong=25, day=2)
    write(tmp_path / "cyd.csv", held_out, wrong=499)
    (tmp_path / "dan").mkdir()
    (tmp_path / "dan" / "predictions.csv").write_text("id,label\n0,1\n0,2\n")
    (tmp_path / "empty").mkdir()
    assert leaderboard(tmp_path) == 0

    shown = capsys.readouterr().out
    ranks = re.findall(r"(\d+)\s+│ (ada|bob|cyd)\s+│\s+([\d.]+%)", shown)
    assert ranks == [("1", "bob", "95.0%"), ("2", "ada", "90.0%"), ("3", "cyd", "0.2%")]
    assert shown.index("ada") < shown.index("the baseline") < shown.index("cyd")
    assert "not scored: dan: dan/predictions.csv: row 3: id 0 was in row 2 already" in shown

    for name in ("leaderboard.html", "leaderboard_private.html"):
        page = (tmp_path / name).read_text(encoding="utf-8")
        students = re.findall(r'<th scope="row">(.+?)</th>\s*<td class="number score">', page)
        assert students == ["bob", "ada", "the baseline", "cyd"]
        assert "row 3: id 0 was in row 2 already" in page
    # ranked again the same, the pages of the first time being no entries
    assert leaderboard(tmp_path) == 0
    assert capsys.readouterr().out == shown


def test_the_public_page_tells_nothing_of_the_private_half(
    tmp_path: Path, held_out: HeldOut
) -> None:
    write(tmp_path / "in" / "ada.csv", held_out, wrong=100)
    path = tmp_path / "in" / "ada.csv"
    rows = path.read_text().splitlines()
    private = next(n for n, half in held_out.halves.items() if half == "private")
    for label in (0, 1):  # the same public half, and one private label that differs
        rows[private + 1] = f"{private},{label}"
        path.write_text("\n".join(rows) + "\n")
        os.utime(path, (1_780_000_000, 1_780_000_000))
        assert leaderboard(tmp_path / "in", tmp_path / f"out{label}") == 0
    pages = [(tmp_path / f"out{label}" / "leaderboard.html").read_bytes() for label in (0, 1)]
    assert pages[0] == pages[1]
    assert b"80.0 %" in pages[0]


def test_names_and_files_are_inert_in_the_page(tmp_path: Path, held_out: HeldOut) -> None:
    write(tmp_path / "<script>alert(1)<" / "b.csv", held_out)
    (tmp_path / "<b>" / "x").mkdir(parents=True)
    (tmp_path / "<b>" / "x" / "<i>.csv").write_text("id,label\n0,<u>\n")
    leaderboard(tmp_path)
    page = (tmp_path / "leaderboard.html").read_text(encoding="utf-8")
    assert not re.search(r"<(script|b|i|u)>", page.replace("<b>counts</b>", ""))
    assert "&lt;u&gt;" in page


def test_links_and_pipes_are_not_followed(
    tmp_path: Path, held_out: HeldOut, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "in" / "ada.csv", held_out, wrong=10)
    (tmp_path / "in" / "eve").mkdir()
    (tmp_path / "in" / "eve" / "predictions.csv").symlink_to(LABELS)
    (tmp_path / "in" / "fay").symlink_to(LABELS.parent)
    os.mkfifo(tmp_path / "in" / "gus.csv")
    assert leaderboard(tmp_path / "in") == 0
    shown = capsys.readouterr().out
    assert "not scored: eve: eve/predictions.csv: predictions.csv is a link" in shown
    assert "not scored: gus: gus.csv: gus.csv is not a file" in shown
    assert "fay" not in shown


@pytest.mark.parametrize("make", [lambda path: None, lambda path: path.mkdir()])
def test_a_folder_without_entries_is_refused(tmp_path: Path, make: object) -> None:
    folder = tmp_path / "none"
    make(folder)  # type: ignore[operator]
    with pytest.raises(BadInput, match="STUDENT"):
        leaderboard(folder)


def test_held_out_labels_stay_with_the_instructor(tmp_path: Path) -> None:
    release(["softmax"], tmp_path / "bundle")
    names = {path.name for path in (tmp_path / "bundle").rglob("*")}
    assert "cifar10_subset.npz" in names
    assert "labels.csv" not in names
    with pytest.raises(BadInput, match="only the instructor's copy"):
        read_held_out(tmp_path / "bundle" / "graders" / "hidden" / "final_project" / "labels.csv")


@pytest.mark.parametrize("command", [["grade", "x", "--out", "y"], ["release", "--out", "y"]])
def test_commands_for_notebooks_point_to_the_leaderboard(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command[0], "final_project", *command[1:]]) == 2
    assert "dlcourse leaderboard DIR" in capsys.readouterr().err
