"""A teacher's own course: an assignment from the template, what lint says, its own grades."""

from __future__ import annotations

import csv
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from course.cli import main
from graders.engine.catalogue import VARIABLE
from graders.installation import ROOT

GUIDE = ROOT / "course/site/instructors/2_write_an_assignment.md"


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder in which all that the guide prints was typed; its course stays the one at hand."""
    folder = tmp_path_factory.mktemp("walk")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.delenv("DLCOURSE_SECRET", raising=False)
        patch.setenv("COLUMNS", "400")  # no line of a table is broken
        text = "".join(
            re.findall(r"^```sh\n(.*?)^```", GUIDE.read_text(), re.DOTALL | re.MULTILINE)
        )
        for program, *words in map(shlex.split, text.splitlines()):
            match program:
                case "mkdir":
                    Path(words[0]).mkdir()
                case "export":
                    name, _, value = words[0].partition("=")
                    patch.setenv(name, value.replace("$PWD", str(folder)))
                    (folder / "my-course/data").mkdir()
                    (folder / "my-course/data/heights.csv").write_text("1.8\n")
                case _:
                    assert program == "dlcourse"
                    assert main(words) == 0, words
        yield folder


@pytest.fixture(scope="module")
def own(walk: Path) -> Path:
    """A course of one assignment, ``means``, beside ours."""
    return walk / "my-course"


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text, path
    path.write_text(text.replace(old, new, 1))


def test_the_guide_leads_to_a_grade(walk: Path) -> None:
    with (walk / "grades/means/grades.csv").open(newline="") as file:
        assert {row["student"]: row["score"] for row in csv.DictReader(file)} == {"ada": "100.0"}


def test_its_secret_is_its_own(own: Path) -> None:
    ours = ROOT / ".dlcourse-secret"
    secret = (own / ".dlcourse-secret").read_text()
    assert len(secret.strip()) == 64
    assert not ours.exists() or ours.read_text() != secret


def test_students_get_its_assignments_and_its_data(walk: Path) -> None:
    bundle = walk / "handout"
    assert [path.name for path in (bundle / "assignments").iterdir()] == ["means"]
    assert {"heights.csv", "mnist_subset.npz"} <= {p.name for p in (bundle / "data").iterdir()}
    assert "raise NotImplementedError()" in (bundle / "assignments/means/means.py").read_text()
    assert not (bundle / "graders" / "authoring").exists()


def test_our_assignments_are_not_among_its_own(
    own: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["grade", "softmax", "submitted", "--out", "grades/softmax"]) == 2
    assert f"in {own}, which {VARIABLE} names: choose from means" in capsys.readouterr().err


def test_a_course_without_assignments_has_nothing_to_release(
    own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv(VARIABLE, str(tmp_path / "empty"))
    assert main(["release", "--out", str(tmp_path / "handout")]) == 2
    assert "has no assignment to release" in capsys.readouterr().err
    assert not (tmp_path / "handout").exists()


@pytest.mark.parametrize(
    "file", ["graders/hidden/means/test_means.py", "assignments/means/means.py"]
)
def test_what_is_no_python_is_named_with_its_line(
    own: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    file: str,
) -> None:
    folder = tmp_path / "course"
    shutil.copytree(own, folder)
    (folder / file).write_text("x = 1\ndef (:\n")
    monkeypatch.setenv(VARIABLE, str(folder))
    for command in (
        ["grade", "means", "submitted", "--out", str(tmp_path / "grades")],
        ["lint-assignment", "means"],
    ):
        assert main(command) == 2
        assert capsys.readouterr().err.endswith(
            f"{folder / file} line 2 is not Python: invalid syntax\n"
        )


WITHOUT_A_TEST = '''\
# %% nbgrader={"grade": false, "grade_id": "e", "locked": false, "schema_version": 3, "solution": true}
def extra(x):
    """A function that nobody tests."""
    ### BEGIN SOLUTION
    return x
    ### END SOLUTION


# %% nbgrader={"grade": true'''  # noqa: E501 - a cell's metadata is one line
LEAK = "# centred = x - x.mean(axis=0)\n# %%\nimport numpy"
ZEROS = '''\
"""Nothing but zeros.

task: standardise
says: the same in every row
"""


def standardise(x):
    return 0 * x
'''
FOUND = [
    ("graders/hidden/means/test_means.py", "the points sum to 95"),
    ("graders/hidden/means/test_means.py", "test_a_constant_column has no hint"),
    ("graders/hidden/means/test_means.py", "no test calls extra"),
    ("assignments/means/means.py", "the grade cell is worth 100, its hidden tests 95"),
    ("assignments/means/means.py", "a line of its solution: centred = x - x.mean(axis=0)"),
    ("tests/mutants/means/right.py", "no test of standardise fails"),
    ("tests/mutants/means/divides_by_zero.py", "the student does not read 'a fine day'"),
    ("tests/mutants/means/zeros.py", "standardise loses all 95 points by this slip"),
    ("tests/mutants/means/silent.py", "no line that begins with 'task: '"),
    ("tests/alternates/means/loops.py", "a right answer loses test_scales"),
]


def test_each_thing_that_is_wrong_is_named_with_its_file(
    own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "course"
    shutil.copytree(own, folder)
    source = folder / "assignments/means/means.py"
    hidden = folder / "graders/hidden/means/test_means.py"
    mutants = folder / "tests/mutants/means"
    right = source.read_text()
    edit(source, '# %% nbgrader={"grade": true', WITHOUT_A_TEST)
    edit(source, "# %%\nimport numpy", LEAK)
    edit(hidden, "points(40", "points(35")
    edit(hidden, ', hint="divide by 1 where the standard deviation is 0"', "")
    edit(folder / "tests/alternates/means/loops.py", "len(column)) ** 0.5", "len(column))")
    edit(mutants / "divides_by_zero.py", "where a column of x is constant", "a fine day")
    (mutants / "forgets_the_mean.py").unlink()
    (mutants / "right.py").write_text(f'"""\ntask: standardise\nsays: nothing\n"""\n{right}')
    (mutants / "zeros.py").write_text(ZEROS)
    (mutants / "silent.py").write_text('"""Says nothing."""\n')

    monkeypatch.setenv(VARIABLE, str(folder))
    assert main(["lint-assignment", "means", "--jobs", "1"]) == 1
    said = capsys.readouterr().out
    rows: dict[str, str] = {}
    for line in said.splitlines():  # the rows of a file come after its name
        if named := re.match(r" +(\S+\.py) ", line):
            file = named[1]
            rows[file] = ""
        if rows:
            rows[file] += line
    missing = {what: file for file, what in FOUND if what not in rows.get(file, "")}
    assert missing == {}, said


def test_hidden_tests_that_cannot_be_used_are_one_finding(
    own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "course"
    shutil.copytree(own, folder)
    edit(folder / "graders/hidden/means/test_means.py", "@pytest.mark.points(20", "@print(20")
    monkeypatch.setenv(VARIABLE, str(folder))
    assert main(["lint-assignment", "means", "--jobs", "1"]) == 1
    said = capsys.readouterr().out
    assert "TypeError: " in said
    assert "means: 1 to mend in 1 file; " in said


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("means", "exists already"),
        ("Means", "no name for an assignment"),
        ("../means", "no name for an assignment"),
        ("lambda", "no name for an assignment"),
        ("numpy", "is a name that is taken"),
        ("final_project", "is a name that is taken"),
    ],
)
def test_a_name_that_cannot_be_is_refused_in_one_line(
    own: Path, name: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(own.rglob("*.py"))
    assert main(["new-assignment", name]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert sorted(own.rglob("*.py")) == before


def test_a_course_that_is_not_there_is_named(
    own: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(VARIABLE, str(own / "nowhere"))
    assert main(["lint-assignment", "means"]) == 2
    assert f"{VARIABLE}={own / 'nowhere'}: no such folder" in capsys.readouterr().err
