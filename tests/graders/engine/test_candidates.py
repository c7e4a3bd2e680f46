"""Which file counts: what was asked for, else what alone can be meant, else none, and why."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import pytest

from graders.engine import submissions
from graders.engine.candidates import is_nearly, nothing_taken
from graders.engine.hand_ins import HandIn, find
from graders.engine.submissions import SubmittedFile
from graders.errors import Rejected

NAME = "softmax"
WORK = b"x = 1\n"
STUB = b"raise NotImplementedError\n"
Times = dict[str, tuple[int, int, int, int, int, int]]


def zipped(members: dict[str, bytes], times: Times | None = None) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo("placeholder", (times or {}).get(name, (2026, 3, 1, 12, 0, 0)))
            info.filename = name  # as it is: the constructor would mend what Windows wrote
            archive.writestr(info, content)
    return made.getvalue()


def handed_in(folder: Path, files: dict[str, bytes]) -> HandIn:
    """Put ``files`` below ``folder``, which is ada's."""
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return HandIn("ada", folder)


def taken(hand_in: HandIn) -> SubmittedFile:
    submitted = submissions.read(hand_in, NAME)
    assert submitted is not None
    return submitted


# another name, another place


@pytest.mark.parametrize(
    ("path", "file"),
    [
        ("softmax (1).ipynb", "softmax.ipynb"),
        ("softmax(2).py", "softmax.py"),
        ("Softmax.ipynb", "softmax.ipynb"),
        ("SOFTMAX.PY", "softmax.py"),
        ("softmax.ipynb.txt", "softmax.ipynb"),
        ("softmax.ipynb.json", "softmax.ipynb"),
        ("softmax.py.txt", "softmax.py"),
        ("softmax-Copy1.ipynb", "softmax.ipynb"),
        ("Copy of softmax.ipynb", "softmax.ipynb"),
        ("softmax - Kopie.ipynb", "softmax.ipynb"),
        ("softmax_mine.ipynb", "softmax.ipynb"),
        ("ada_123_456_softmax.ipynb", "softmax.ipynb"),  # as Canvas names downloads
        (".softmax.ipynb", "softmax.ipynb"),
        ("homework/softmax.ipynb", "softmax.ipynb"),
        ("softmax/softmax/softmax.ipynb", "softmax.ipynb"),
        (".mine/softmax.py", "softmax.py"),
        ("a/b/c/Softmax.ipynb", "softmax.ipynb"),
    ],
)
def test_work_that_can_be_meant_alone_is_taken_and_said(
    tmp_path: Path, path: str, file: str
) -> None:
    submitted = taken(handed_in(tmp_path / "ada", {path: WORK, "notes.pdf": b"", "data.csv": b""}))
    assert (submitted.file, submitted.content) == (file, WORK)
    assert submitted.receipt.file == path
    assert submitted.receipt.remark == f"taken from {path}"


def test_what_was_asked_for_is_taken_without_a_remark(tmp_path: Path) -> None:
    files = {"softmax.ipynb": WORK, "softmax (1).ipynb": b"y", "old/softmax.py": b"z"}
    receipt = taken(handed_in(tmp_path / "ada", files)).receipt
    assert (receipt.file, receipt.remark) == ("softmax.ipynb", "")


def test_what_lies_beside_unfinished_work_is_named(tmp_path: Path) -> None:
    files = {"softmax.ipynb": STUB, "softmax (1).ipynb": WORK, "plan.txt": b""}
    submitted = taken(handed_in(tmp_path / "ada", files))
    assert submitted.content == STUB
    assert submitted.receipt.remark == "beside it, and not graded: softmax (1).ipynb"


def test_of_two_that_may_be_meant_none_is_taken_and_both_are_named(tmp_path: Path) -> None:
    files = {"softmax (1).ipynb": WORK, "softmax_new.ipynb": b"y", "notes.txt": b""}
    with pytest.raises(Rejected, match=r"softmax \(1\)\.ipynb, softmax_new\.ipynb: call one"):
        taken(handed_in(tmp_path / "ada", files))


def test_copies_of_one_work_are_one(tmp_path: Path) -> None:
    hand_in = handed_in(tmp_path / "ada", {"softmax (1).ipynb": WORK, "softmax (2).ipynb": WORK})
    assert taken(hand_in).content == WORK


@pytest.mark.parametrize(
    "name",
    [
        "test_softmax.py",
        "Test-Softmax.ipynb",
        "backprop.ipynb",
        "softmax.pdf",
        "soft.py",
        "softmax",
    ],
)
def test_other_files_are_not_taken_for_the_work(tmp_path: Path, name: str) -> None:
    assert not is_nearly(name, NAME)
    hand_in = handed_in(tmp_path / "ada", {name: WORK})
    assert submissions.read(hand_in, NAME) is None
    assert name in nothing_taken(hand_in, NAME)


def test_separators_in_an_assignments_name_may_be_any() -> None:
    for name in ("least squares.ipynb", "Least-Squares (1).py", "leastSquares.ipynb"):
        assert is_nearly(name, "least_squares")


def test_what_was_found_instead_is_listed_and_cut(tmp_path: Path) -> None:
    hand_in = handed_in(tmp_path / "ada", {f"{n}\x1b[31m.txt": b"" for n in range(8)})
    message = nothing_taken(hand_in, NAME)
    assert message.startswith("no softmax.py or softmax.ipynb was handed in; there is 0")
    assert message.endswith("4.txt and 3 more")
    assert message.isprintable()
    (tmp_path / "bob").mkdir()
    empty = nothing_taken(HandIn("bob", tmp_path / "bob"), NAME)
    assert empty == "no softmax.py or softmax.ipynb was handed in"


@pytest.mark.parametrize("junk", ["__MACOSX", ".ipynb_checkpoints", ".git", "__pycache__"])
def test_what_tools_leave_behind_is_nobodys_work(tmp_path: Path, junk: str) -> None:
    hand_in = handed_in(tmp_path / "ada", {f"{junk}/softmax.ipynb": WORK, "._softmax.ipynb": WORK})
    assert submissions.read(hand_in, NAME) is None


def test_a_folder_of_many_files_hides_nothing_at_its_top(tmp_path: Path) -> None:
    files = {f"a{n}.txt": b"" for n in range(1200)} | {"zz/softmax.py": b"no"}
    assert submissions.read(handed_in(tmp_path / "ada", files), NAME) is None
    assert taken(handed_in(tmp_path / "ada", {"Softmax.py": WORK})).content == WORK
    assert taken(handed_in(tmp_path / "ada", {"softmax/softmax.py": b"y"})).content == b"y"


# zips


def test_backslashes_in_a_zip_are_folders(tmp_path: Path) -> None:
    path = tmp_path / "ada.zip"
    path.write_bytes(zipped({"ada\\": b"", "ada\\softmax.ipynb": WORK}))
    submitted = taken(HandIn("ada", path))
    assert submitted.content == WORK
    assert submitted.receipt.file == "ada.zip: ada/softmax.ipynb"
    assert submitted.receipt.remark == ""


def test_the_topmost_file_of_a_zip_counts_whatever_the_order(tmp_path: Path) -> None:
    members = {"old/softmax.ipynb": b"old", "softmax.ipynb": STUB, "a/b/softmax.ipynb": b"deep"}
    for order in (members, dict(reversed(members.items()))):
        path = tmp_path / "ada.zip"
        path.write_bytes(zipped(order))
        assert taken(HandIn("ada", path)).content == STUB


def test_of_equally_deep_files_of_a_zip_the_newest_counts(tmp_path: Path) -> None:
    members = {"a/softmax.ipynb": b"old", "b/softmax.ipynb": b"new", "c/softmax.ipynb": b"older"}
    times: Times = {
        "a/softmax.ipynb": (2026, 2, 28, 23, 59, 58),
        "b/softmax.ipynb": (2026, 3, 1, 0, 0, 0),
        "c/softmax.ipynb": (2025, 12, 31, 0, 0, 0),
    }
    for order in (members, dict(reversed(members.items()))):
        path = tmp_path / "ada.zip"
        path.write_bytes(zipped(order, times))
        assert taken(HandIn("ada", path)).content == b"new"


def test_what_climbs_out_of_a_zip_is_nobodys_work(tmp_path: Path) -> None:
    path = tmp_path / "ada.zip"
    path.write_bytes(zipped({"../softmax.py": b"up", "a\\..\\softmax.py": b"down"}))
    assert submissions.read(HandIn("ada", path), NAME) is None


@pytest.mark.parametrize("where", ["softmax.zip", "softmax/work.zip", "deep/er/ada.ZIP"])
def test_a_zip_in_a_students_folder_is_opened(tmp_path: Path, where: str) -> None:
    inner = zipped({"ada/softmax.ipynb": WORK, "ada/notes.txt": b""})
    receipt = taken(handed_in(tmp_path / "ada", {where: inner})).receipt
    assert receipt.file == f"{where}: ada/softmax.ipynb"
    assert receipt.remark == f"taken from {receipt.file}"


def test_a_zip_of_another_assignment_is_no_hindrance(tmp_path: Path) -> None:
    files = {
        "backprop.zip": zipped({"backprop.ipynb": b"y"}),
        "broken.zip": b"PK",
        "softmax.zip": zipped({"softmax.ipynb": WORK}),
    }
    assert taken(handed_in(tmp_path / "ada", files)).content == WORK


def test_a_broken_zip_is_named_where_nothing_else_is_there(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match=r"broken\.zip cannot be unpacked"):
        taken(handed_in(tmp_path / "ada", {"broken.zip": b"PK", "notes.txt": b""}))


@pytest.mark.parametrize("files", [{}, {"notes.txt": b"x"}, {"softmax.py": STUB}])
def test_a_zip_beside_an_emptier_folder_counts(tmp_path: Path, files: dict[str, bytes]) -> None:
    handed_in(tmp_path / "ada", files)
    (tmp_path / "ada.zip").write_bytes(zipped({"ada/softmax.ipynb": WORK}))
    (hand_in,) = find(tmp_path)
    assert taken(hand_in).content == WORK


def test_a_folder_goes_before_a_zip_with_no_more_in_it(tmp_path: Path) -> None:
    handed_in(tmp_path / "ada", {"softmax.ipynb": WORK})
    os.utime(tmp_path / "ada" / "softmax.ipynb", (0, 0))
    (tmp_path / "ada.zip").write_bytes(zipped({"softmax.ipynb": b"y"}))
    (hand_in,) = find(tmp_path)
    assert taken(hand_in).content == WORK
