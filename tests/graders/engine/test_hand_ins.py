"""Who handed something in: every folder and zip is somebody, by a name that is safe to write."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from graders.engine import hand_ins
from graders.errors import BadInput


def put(path: Path, content: bytes = b"x = 1\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def students(folder: Path) -> list[str]:
    return [found.student for found in hand_ins.find(folder)]


@pytest.mark.parametrize(
    "name",
    [
        "ada",
        "Ada Lovelace",
        "-rf",
        "--out",
        "'quoted\"",
        "<b>ada<b>",
        "Zoë",
        "李雷",
        "a~b",
        "ada🎓",
    ],
)
def test_ordinary_names_stay_as_they_are(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    assert students(tmp_path) == [name]


@pytest.mark.parametrize(
    "name",
    [
        *("a" * 255, "\N{GRADUATION CAP}" * 60, "ada\x1b[31m", "ada\nlovelace", "ada\tb"),
        *("ada\u202egnp", "ada\u200b", os.fsdecode(b"ada\xff"), "\x07"),
    ],
)
def test_odd_names_become_safe_and_stay_apart(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / "ada").mkdir()
    found = [student for student in students(tmp_path) if student != "ada"]
    assert len(found) == 1
    assert found[0].isprintable()
    assert len(f"feedback/.{found[0]}.html.12345678".encode()) < 255
    (tmp_path / f"{name[:40]}\x1b").mkdir()
    assert len(set(students(tmp_path))) == 3


def test_a_folder_and_a_zip_of_one_name_are_one_student(tmp_path: Path) -> None:
    (tmp_path / "ada").mkdir()
    put(tmp_path / "ada.zip")
    put(tmp_path / "bob.ZIP")
    found = hand_ins.find(tmp_path)
    assert [(f.student, f.path.name) for f in found] == [("ada", "ada"), ("bob", "bob.ZIP")]
    assert [f.zip_beside for f in found] == [tmp_path / "ada.zip", None]


def test_two_that_would_be_one_student_are_refused(tmp_path: Path) -> None:
    put(tmp_path / "ada.zip")
    put(tmp_path / "ada.ZIP")
    with pytest.raises(BadInput, match="name one student: rename one"):
        hand_ins.find(tmp_path)


def test_hidden_folders_and_loose_files_are_nobody(tmp_path: Path) -> None:
    for name in (".ipynb_checkpoints", "__MACOSX", "ada"):
        (tmp_path / name).mkdir()
    put(tmp_path / "grades.csv")
    assert students(tmp_path) == ["ada"]


def test_the_order_is_that_of_the_names(tmp_path: Path) -> None:
    for name in ("bob", "Ada", "ada", "10", "9"):
        (tmp_path / name).mkdir()
    assert students(tmp_path) == ["10", "9", "Ada", "ada", "bob"]


def test_an_empty_or_absent_folder_is_the_instructors_mistake(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="holds no submission"):
        hand_ins.find(tmp_path)
    with pytest.raises(BadInput, match="is not a folder"):
        hand_ins.find(tmp_path / "nowhere")
    with pytest.raises(BadInput, match="is not a folder"):
        hand_ins.find(put(tmp_path / "file"))


def test_files_that_are_nobodys_are_named(tmp_path: Path) -> None:
    course = tmp_path
    put(course / "ada" / "softmax.py")
    assert hand_ins.warning_of_loose(course) == ""
    for name in ("ada.py", "notes.txt", ".DS_Store", "bob.zip"):
        put(course / name)
    line = hand_ins.warning_of_loose(course)
    assert "STUDENT/NAME.py" in line
    assert "ada.py, notes.txt in" in line
    for number in range(6):
        put(course / f"s{number}\n\x1b[31m.py")
    line = hand_ins.warning_of_loose(course)
    assert "and 3 more in" in line
    assert line.isprintable()


def test_where_all_files_are_nobodys_the_message_names_them(tmp_path: Path) -> None:
    put(tmp_path / "ada.py")
    with pytest.raises(BadInput, match=r"STUDENT/NAME.py or the like: ada\.py in"):
        hand_ins.find(tmp_path)


def test_a_name_may_begin_with_a_dot_where_there_is_work(tmp_path: Path) -> None:
    put(tmp_path / ".ada" / "softmax" / "softmax.ipynb")
    put(tmp_path / ".bob.zip")
    put(tmp_path / "__cyd" / "softmax.py")
    put(tmp_path / ".vscode" / "settings.json")
    put(tmp_path / ".git" / "hooks" / "softmax.py")
    assert students(tmp_path) == [".ada", ".bob", "__cyd"]


def test_names_that_look_alike_are_told_and_stay_apart(tmp_path: Path) -> None:
    names = ("Ada", "ada", "Zo\u00eb", "Zoe\u0308", "bob")
    for name in names:
        (tmp_path / name).mkdir()
    found = hand_ins.find(tmp_path)
    assert {hand_in.student for hand_in in found} == set(names)
    line = hand_ins.warning_of_look_alikes(found)
    assert "Ada and ada; Zoe\u0308 and Zo\u00eb" in line
    assert "bob" not in line
    assert hand_ins.warning_of_look_alikes(found[:1]) == ""
