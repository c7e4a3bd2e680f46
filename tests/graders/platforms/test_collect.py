"""`dlcourse collect`: downloads as platforms make them become what `dlcourse grade` takes."""

from __future__ import annotations

import csv
import os
import subprocess
import zipfile
from pathlib import Path

import pytest

from course.cli import main
from graders.engine.hand_ins import find
from graders.engine.submissions import SubmittedFile, read
from graders.platforms import collect as command

CLASS = """\
id,name,email,login,canvas,moodle,github,section
ada,Ada Lovelace,ada@x.edu,al1,11,1001,ada-l,A
bob,"van der Berg, Bob",bob@x.edu,bb2,12,1002,lee,A
zoe,Zoë Müller,zoe@x.edu,zm3,13,1003,ann-lee,B
dan,Dan Day,dan@x.edu,dd4,14,1004,,B
"""
WORK = b"x = 1\n"
Files = dict[str, bytes]


def folder(at: Path, files: Files) -> Path:
    for name, content in files.items():
        (at / name).parent.mkdir(parents=True, exist_ok=True)
        (at / name).write_bytes(content)
    return at


def zipped(at: Path, files: Files) -> Path:
    with zipfile.ZipFile(at, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return at


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "roster.csv").write_text(CLASS)
    return tmp_path


def collect(source: Path | str, platform: str, *options: str, status: int = 0) -> None:
    words = ["collect", str(source), "--from", platform, "--to", "submitted", *options]
    assert main(words) == status


def graded_as() -> dict[str, SubmittedFile]:
    """What grading reads of each student who is not missing."""
    works = {hand_in.student: read(hand_in, "softmax") for hand_in in find(Path("submitted"))}
    return {student: work for student, work in works.items() if work is not None}


def table() -> dict[str, dict[str, str]]:
    with Path("submitted/.collected/softmax.csv").open(newline="", encoding="utf-8") as file:
        return {line["student"] or line["name"]: line for line in csv.DictReader(file)}


ROSTER = ("--roster", "roster.csv")
CANVAS = {
    "lovelaceada_11_701_softmax.ipynb": b"old",
    "lovelaceada_11_702_softmax-1.ipynb": b"new",
    "lovelaceada_11_703_notes_5_6_x.txt": b"n",
    "vanderbergbob_LATE_12_650_softmax.zip": b"",
    "müllerzoë_13_660_softmax-2.py": b"zoe",
    "eveeve_99_671_softmax.ipynb": WORK,
    "anon_Xy12z_680_softmax.ipynb": WORK,
}


@pytest.mark.parametrize("as_zip", [False, True])
def test_canvas(here: Path, capsys: pytest.CaptureFixture[str], as_zip: bool) -> None:
    inner = zipped(
        here / "inner.zip", {"hw 1/softmax.py": WORK, "hw 1/timestamp.txt": b"2001-01-01"}
    )
    files = {name: content or inner.read_bytes() for name, content in CANVAS.items()}
    source = zipped(here / "subs.zip", files) if as_zip else folder(here / "subs", files)
    collect(source, "canvas", *ROSTER)
    works = graded_as()
    assert set(works) == {"ada", "bob", "zoe"}
    assert works["ada"].content == b"new"
    assert works["zoe"].file == "softmax.py"
    assert works["bob"].content == WORK
    for work in works.values():
        assert work.receipt.submitted_at_source == "file time"  # Canvas tells none
        assert work.receipt.remark == ""
    assert Path("submitted/ada/softmax/notes_5_6_x.txt").read_bytes() == b"n"
    lines = table()
    assert "before, softmax.ipynb" in lines["ada"]["remarks"]
    assert "LATE" in lines["bob"]["remarks"]
    assert "timestamp.txt (the student's own)" in lines["bob"]["remarks"]
    assert lines["bob"]["back"] == "vanderbergbob_LATE_12_650_feedback.html"
    said = capsys.readouterr().out
    assert "softmax: 3 collected, 1 missing, 2 matched nobody" in said
    for told in ("dan", "eveeve_99_671_softmax.ipynb", "anon_Xy12z_680_softmax.ipynb"):
        assert told in said


WORKSHEET = (
    "\ufeffIdentifier,Full name,ID number,Email address,Status,Grade,Maximum Grade,"
    "Grade can be changed,Last modified (submission),Last modified (grade),Feedback comments\n"
    "Participant 1001,Ada Lovelace,al1,ada@x.edu,Submitted for grading,,100.00,Yes,"
    '"Sunday, 1 March 2026, 1:00 PM",-,\n'
    "Participant 1002,Bob van der Berg,bb2,bob@x.edu,No submission,,100.00,Yes,-,-,\n"
    "Participant 1003,Zoë Müller,zm3,zoe@x.edu,Submitted for grading,,100.00,Yes,"
    '"Sunday, 1 March 2026, 3:30 PM",-,\n'
)
MOODLE = {
    "Ada Lovelace_1001_assignsubmission_file_/softmax.ipynb": WORK,
    "Ada Lovelace_1001_assignsubmission_file_/sub/timestamp.txt": b"2001-01-01 00:00 UTC",
    "Ada Lovelace_1001_assignsubmission_onlinetext_/onlinetext.html": b"<p>hello</p>",
    "Zoë Müller_1003_assignsubmission_file/softmax.py": WORK,
    "Eve Eve_1009_assignsubmission_file/softmax.py": WORK,
}


@pytest.mark.parametrize("as_zip", [False, True])
def test_moodle_and_its_worksheets_times(
    here: Path, capsys: pytest.CaptureFixture[str], as_zip: bool
) -> None:
    (here / "sheet.csv").write_text(WORKSHEET)
    source = zipped(here / "s.zip", MOODLE) if as_zip else folder(here / "s", MOODLE)
    options = ("--roster", "sheet.csv", "--timezone", "Europe/Berlin", "--due", "2026-03-01 14:00")
    collect(source, "moodle", *options)
    works = graded_as()
    assert set(works) == {"al1", "zm3"}  # the worksheet's ID numbers
    assert works["al1"].submitted_at == "2026-03-01T12:00:00+00:00"
    assert works["al1"].receipt.submitted_at_source == "timestamp.txt"
    assert Path("submitted/al1/softmax/onlinetext.html").is_file()
    assert table()["zm3"]["remarks"] == "late by 1:30:00"
    assert table()["al1"]["back"] == "Ada Lovelace_1001_assignsubmission_file_/feedback.html"
    assert "2 collected, 1 missing, 1 matched nobody" in capsys.readouterr().out


def test_moodle_files_beside_each_other_and_times_without_a_zone(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "sheet.csv").write_text(WORKSHEET)
    source = zipped(here / "s.zip", {"Ada Lovelace_1001_assignsubmission_file_softmax.py": WORK})
    collect(source, "moodle", "--roster", "sheet.csv")
    work = graded_as()["al1"]
    assert (work.file, work.receipt.submitted_at_source) == ("softmax.py", "file time")
    assert "pass --timezone" in capsys.readouterr().out


GRADESCOPE = """\
submission_1:
  :submitters:
  - :name: Ada Lovelace
    :sid: '0011'
    :email: ADA@x.edu
  :created_at: 2026-03-01 12:00:00.861687000 Z
  :results:
    output: |-
      submission_2: {}
submission_2:
  :submitters:
  - :name: Ada Lovelace
    :email: ada@x.edu
  - :name: Zoe
    :sid: 0013
  :created_at: 2026-03-01 13:00:00.000000000 +01:00
submission_3:
  :submitters: []
"""


def test_gradescope(here: Path) -> None:
    (here / "roster.csv").write_text("id,email,sis\nada,ada@x.edu,\nzoe,,0013\n")
    root = "assignment_9_export"
    files = {
        f"{root}/submission_metadata.yml": GRADESCOPE.encode(),
        f"{root}/submission_1/softmax.ipynb": WORK,
        f"{root}/submission_1/submission_metadata.yml": b"submission_1: {}",
        f"{root}/submission_2/softmax.ipynb": b"older",
        f"{root}/submission_3/softmax.ipynb": WORK,
    }
    collect(zipped(here / "g.zip", files), "gradescope", *ROSTER)
    works = graded_as()
    assert works["ada"].content == WORK
    assert works["ada"].submitted_at == "2026-03-01T12:00:00+00:00"
    assert works["zoe"].content == b"older"
    lines = table()
    assert lines["ada"]["time_from"] == "submission_metadata.yml"
    assert "the last of 2: before, submission_2" in lines["ada"]["remarks"]
    assert lines["submission_3"]["status"] == "matched nobody"


def test_gradescopes_staff_hands_nothing_in(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "roster.csv").write_text(
        "First Name,Last Name,SID,Email,Role\nAda,L,0011,ada@x.edu,Student\n"
        "Zoe,M,0013,zoe@x.edu,Student\nPat,P,,pat@x.edu,Instructor\nTim,T,,tim@x.edu,TA\n"
    )
    files = {"submission_metadata.yml": GRADESCOPE.encode(), "submission_1/softmax.py": WORK}
    collect(folder(here / "g", files), "gradescope", *ROSTER)
    assert "1 missing" in capsys.readouterr().out
    assert "pat@x.edu" not in table()


def test_requests_alone_are_listed_next_and_not_graded(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    request = {"lovelaceada_11_7_regrade_softmax-1.json": b"{}", "daydan_14_8_notes.txt": b""}
    to_collect = ("canvas", *ROSTER, "--assignment", "softmax")
    collect(folder(here / "requests", request), *to_collect)
    said = capsys.readouterr().out
    assert "next:  dlcourse regrades softmax submitted --out grades/softmax" in said
    collect(folder(here / "subs", {**request, "daydan_14_9_softmax.py": WORK}), *to_collect)
    assert "next:  dlcourse grade softmax" in capsys.readouterr().out


def git(clone: Path, *words: str, when: str = "2026-03-01T10:00:00Z") -> None:
    people = {
        f"GIT_{who}_{what}": "s@x.edu"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    env = {**os.environ, **people, "GIT_COMMITTER_DATE": when, "GIT_AUTHOR_DATE": when}
    subprocess.run(["git", "-C", str(clone), *words], check=True, env=env, capture_output=True)


def clone(at: Path, *commits: tuple[str, Files]) -> Path:
    at.mkdir(parents=True)
    git(at, "init", "-q", "-b", "main")
    for when, files in commits:
        folder(at, files)
        git(at, "add", "-A")
        git(at, "commit", "-q", "-m", "work", when=when)
    return at


def test_clones_at_the_last_commit_before_the_deadline(here: Path) -> None:
    clones = here / "softmax-submissions"
    ada = clone(
        clones / "softmax-ada-l",
        ("2026-03-01T10:00:00Z", {"softmax.py": b"first", "timestamp.txt": b"2001-01-01"}),
        ("2026-03-01T11:00:00Z", {"softmax.py": b"second"}),
        ("2026-03-01T13:00:00Z", {"softmax.py": b"too late"}),
    )
    git(ada, "gc", "-q")  # packed objects, packed branches
    (ada / "softmax.py").write_bytes(b"not committed")
    clone(clones / "softmax-ann-lee", ("2026-03-01T13:00:00Z", {"softmax.py": WORK}))
    (clones / "softmax-lee" / "sub").mkdir(parents=True)
    folder(clones / "softmax-lee", {"softmax.py": b"no clone"})
    collect(clones, "github", *ROSTER, "--due", "2026-03-01 12:00 UTC")
    works = graded_as()
    assert works["ada"].content == b"second"
    assert works["ada"].receipt.submitted_at_source == "file time"  # a commit's is the student's
    assert works["ada"].submitted_at == "2026-03-01T11:00:00+00:00"
    assert works["bob"].content == b"no clone"
    assert "zoe" not in works
    assert "1 later ones not counted" in table()["ada"]["remarks"]
    assert "no commit before the deadline" in table()["zoe"]["remarks"]


def test_an_extension_moves_the_deadline_of_its_student_alone(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = here / "course"
    course.mkdir()
    monkeypatch.setattr("graders.engine.allowances.course_root", lambda: course)
    extend = ("extend", "softmax", "--until", "2026-03-01 12:30 UTC", "--reason", "ill")
    assert main([*extend, "--student", "ada"]) == 0
    for name in ("ada-l", "lee"):
        clone(
            here / "clones" / f"softmax-{name}",
            ("2026-03-01T10:00:00Z", {"softmax.py": b"first"}),
            ("2026-03-01T12:15:00Z", {"softmax.py": b"second"}),
            ("2026-03-01T13:00:00Z", {"softmax.py": b"third"}),
        )
    collect(here / "clones", "github", *ROSTER, "--due", "2026-03-01 12:00 UTC")
    assert {name: work.content for name, work in graded_as().items()} == {
        "ada": b"second",
        "bob": b"first",
    }


def test_a_hostile_clone_runs_nothing_and_reaches_nothing(here: Path) -> None:
    secret = folder(here / "secret", {"key": b"canary"})
    ran = here / "ran"
    hook = f"#!/bin/sh\ntouch {ran}\n".encode()
    evil = clone(
        here / "clones" / "x-ada-l",
        ("2026-03-01T10:00:00Z", {"softmax.py": WORK, ".gitattributes": b"* filter=x diff=x\n"}),
    )
    (evil / "leak.py").symlink_to(secret / "key")
    git(evil, "add", "-A")
    git(evil, "commit", "-q", "-m", "link")
    program = folder(here / "bin", {"run": hook}) / "run"
    program.chmod(0o755)
    for setting in (
        *("core.fsmonitor", "core.pager", "filter.x.smudge", "filter.x.clean", "diff.x.textconv"),
        *("core.sshCommand", "gpg.program", "remote.origin.uploadpack", "alias.rev-list"),
    ):
        git(evil, "config", setting, f"!{program}" if setting.startswith("alias") else str(program))
    git(evil, "config", "log.showSignature", "true")
    for name in ("post-checkout", "reference-transaction", "post-index-change"):
        (evil / ".git" / "hooks" / name).write_bytes(hook)
        (evil / ".git" / "hooks" / name).chmod(0o755)
    borrows = clone(here / "clones" / "x-lee", ("2026-03-01T10:00:00Z", {"softmax.py": WORK}))
    folder(borrows, {".git/objects/info/alternates": str(evil / ".git/objects").encode()})
    linked = clone(here / "clones" / "x-ann-lee", ("2026-03-01T10:00:00Z", {"softmax.py": WORK}))
    (linked / ".git" / "HEAD").unlink()
    (linked / ".git" / "HEAD").symlink_to(secret / "key")
    git(evil, "status")
    assert ran.exists()  # as by anybody who trusts the clone
    ran.unlink()
    collect(here / "clones", "github", *ROSTER)
    assert not ran.exists()
    works = graded_as()
    assert works["ada"].content == WORK
    assert not Path("submitted/ada/softmax/leak.py").exists()
    assert "links and submodules left out: leak.py" in table()["ada"]["remarks"]
    assert set(works) == {"ada"}
    assert "borrows the objects" in table()["bob"]["remarks"]
    assert ".git/HEAD is a link" in table()["zoe"]["remarks"]


def test_a_plain_folder_by_any_id_and_nbgraders_layout(here: Path) -> None:
    files = {
        "al1/softmax.ipynb": WORK,
        "Bob van der Berg.ipynb": b"bob",
        "zoe@x.edu/softmax/softmax.py": b"zoe",
        "zoe@x.edu/softmax/timestamp.txt": b"2026-03-01 12:00:00 UTC",
        "zoe@x.edu/backprop/backprop.py": b"another assignment",
    }
    source = folder(here / "inbox", files)
    os.utime(source / "al1/softmax.ipynb", (1_772_000_000, 1_772_000_000))
    collect(source, "folder", *ROSTER, "--assignment", "softmax")
    works = graded_as()
    assert works["ada"].submitted_at == "2026-02-25T06:13:20+00:00"
    assert works["bob"].content == b"bob"
    assert works["zoe"].receipt.submitted_at_source == "timestamp.txt"
    assert not Path("submitted/zoe/backprop").exists()


def test_canvas_gradebook_is_a_roster_and_without_one_ids_name_students(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "gradebook.csv").write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section,softmax (5)\n"
        ",,,,,Manual Posting\n    Points Possible,,,,,100\n"
        '"Lovelace, Ada",11,S1,al1,A,\n"Day, Dan",14,S4,dd4,B,\n'
        '"Student, Test",15,,1a2b3c,A,\n'  # whom Canvas gives the teacher
    )
    source = folder(here / "subs", {"lovelaceada_11_7_softmax.py": WORK})
    collect(source, "canvas", "--roster", "gradebook.csv")
    assert set(graded_as()) == {"al1"}
    assert "1 missing" in capsys.readouterr().out
    assert main(["collect", "subs", "--from", "canvas", "--to", "other"]) == 0
    assert [hand_in.student for hand_in in find(Path("other"))] == ["11"]
    assert "no --roster" in capsys.readouterr().err


def test_without_a_roster_every_name_gives_a_folder_in_the_right_place(here: Path) -> None:
    odd = ("...", "venv", "a\\b", "\u202eabc", "-rf", "é" * 150, "../../x")
    source = zipped(here / "inbox.zip", {f"{name}/softmax.py": WORK for name in odd})
    collect(source, "folder")
    assert len(graded_as()) == 5  # a zip's "..", and what tools leave behind, is nobody's
    assert {path.name for path in here.iterdir()} == {"roster.csv", "inbox.zip", "submitted"}
    assert not Path("submitted/softmax").exists()


def test_one_name_of_two_people_is_nobodys(here: Path) -> None:
    (here / "roster.csv").write_text("id,name\nann1,Ann Lee\nann2,Lee Ann\nbob,Bob Day\n")
    names = ("annlee_1_7_softmax.py", "daybob_2_8_softmax.py", "daybob_3_9_softmax.py")
    source = folder(here / "subs", dict.fromkeys((*names, "cy_4_5_softmax.py"), WORK))
    collect(source, "canvas", *ROSTER, status=2)  # of whom nobody is sure
    (here / "roster.csv").write_text(
        "id,name,canvas\nann1,Ann Lee,1\nann2,Lee Ann,\nbob,Bob Day,\n"
    )
    collect(source, "canvas", *ROSTER)
    assert set(graded_as()) == {"ann1"}
    assert "several in the download" in table()["daybob"]["remarks"]


def test_a_groups_hand_in_is_each_members(here: Path) -> None:
    (here / "roster.csv").write_text(
        "id,group,canvas\nada,Team 1,11\nbob,Team 1,12\nzoe,Team 2,13\n"
    )
    collect(folder(here / "subs", {"team1_11_7_softmax.py": WORK}), "canvas", *ROSTER)
    assert set(graded_as()) == {"ada", "bob"}


def test_again_replaces_but_never_by_what_is_older(here: Path) -> None:
    metadata = GRADESCOPE.replace("submission_2:", "submission_9:", 1)
    first = {"submission_metadata.yml": metadata.encode(), "submission_1/softmax.py": b"one"}
    collect(folder(here / "first", first), "gradescope", *ROSTER)
    before = Path("submitted/ada/softmax/softmax.py").stat()
    collect(here / "first", "gradescope", *ROSTER)  # the same again
    assert Path("submitted/ada/softmax/softmax.py").stat().st_ino == before.st_ino
    newer = {
        "submission_metadata.yml": metadata.replace("03-01 12", "03-02 12").encode(),
        "submission_1/softmax.py": b"two",
    }
    collect(folder(here / "newer", newer), "gradescope", *ROSTER)
    assert Path("submitted/ada/softmax/softmax.py").read_bytes() == b"two"
    collect(here / "first", "gradescope", *ROSTER)
    assert Path("submitted/ada/softmax/softmax.py").read_bytes() == b"two"
    assert "came later" in table()["ada"]["remarks"]


def test_killed_on_the_way_nothing_is_half_there(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = folder(
        here / "subs", {"lovelaceada_11_7_softmax.py": WORK, "daydan_14_8_softmax.py": WORK}
    )

    def killed(*arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("graders.platforms.writing.os.utime", killed)
        patch.setattr(command, "clean_up", killed)
        collect(source, "canvas", *ROSTER, status=130)
    collect(source, "canvas", *ROSTER)
    assert set(graded_as()) == {"ada", "dan"}
    assert sorted(path.name for path in Path("submitted/.collected").iterdir()) == [
        ".lock",
        "softmax.csv",
    ]


def test_links_and_huge_files_are_named_and_not_followed(here: Path) -> None:
    secret = folder(here / "secret", {"key": b"canary"})
    source = folder(here / "inbox", {"ada/notes.txt": b"", "bob/x.txt": b""})
    (source / "ada" / "softmax.py").symlink_to(secret / "key")
    with (source / "bob" / "softmax.ipynb").open("wb") as file:
        file.truncate(11 << 20)
    collect(source, "folder", *ROSTER)
    assert "softmax.py is a link" in table()["ada"]["remarks"]
    with pytest.raises(Exception, match="larger than 10 MiB"):  # as if it had been handed in so
        graded_as()
    assert not Path("submitted/ada/softmax/softmax.py").exists()


@pytest.mark.parametrize(
    ("files", "command"),
    [
        (CANVAS, "--from canvas --assignment softmax --to submitted"),
        (MOODLE, "--from moodle --assignment softmax --to submitted"),
        (
            {"submission_metadata.yml": b"a: {}", "submission_1/softmax.py": b""},
            "--from gradescope --assignment softmax --to submitted",
        ),
    ],
    ids=["canvas", "moodle", "gradescope"],
)
@pytest.mark.parametrize("as_zip", [False, True])
def test_grade_knows_a_download_and_prints_the_command(
    here: Path, capsys: pytest.CaptureFixture[str], files: Files, command: str, as_zip: bool
) -> None:
    source = zipped(here / "a b.zip", files) if as_zip else folder(here / "a b", files)
    assert main(["grade", "softmax", source.name, "--out", "out"]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert f"dlcourse collect '{source.name}' {command} " in said
    assert not Path("out").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere"], "nowhere is neither a folder nor a .zip"),
        (["torn.zip"], "torn.zip cannot be unpacked"),
        (["empty"], "holds nothing that is called as canvas calls it"),
        (["moodle"], "it looks like --from moodle"),
        (["two"], "holds files of backprop (1), softmax (1): say which with --assignment"),
        (["odd"], "no file in odd is called after an assignment"),
        (["subs", "--assignment", "sofmax"], "sofmax"),
        (["subs", "--timezone", "Mars/Base"], "Mars/Base"),
        (["subs", "--due", "01/02/2026"], "--due: '01/02/2026' is no time"),
        (["subs", "--roster", "strange.csv"], "strange.csv is no roster that is known"),
        (["subs", "--roster", "twice.csv"], "twice.csv:3: ada is in line 2, too"),
        (["subs", "--roster", "slash.csv"], "slash.csv:2: no folder can be called '../x'"),
        (["subs", "--roster", "other.csv"], "nobody in subs is in other.csv"),
        (["subs", "--to", "subs/in"], "--to subs/in lies in subs"),
    ],
)
def test_bad_input_is_one_line(
    here: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    (here / "torn.zip").write_bytes(b"PK\x03\x04")
    folder(here / "moodle", MOODLE)
    folder(here / "empty", {"x.txt": b""})
    folder(here / "odd", {"a_1_2_homework.ipynb": b""})
    folder(here / "two", {"a_1_2_softmax.py": b"", "a_1_3_backprop.py": b""})
    folder(here / "subs", {"a_1_2_softmax.py": b""})
    folder(
        here,
        {
            "strange.csv": b"who,what\na,b\n",
            "twice.csv": b"id\nada\nada\n",
            "slash.csv": b"id\n../x\n",
            "other.csv": b"id,canvas\nbob,77\n",
        },
    )
    assert main(["collect", words[0], "--from", "canvas", "--to", "submitted", *words[1:]]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert not Path("submitted").exists()
