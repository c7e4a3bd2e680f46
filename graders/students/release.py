"""Make what students get: the course without its solutions and without its hidden tests."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from graders.engine.catalogue import assignment_names, course_root, source_path
from graders.errors import BadInput, GraderBroke
from graders.installation import ROOT, STUDENTS_EXTRAS, requirements
from graders.students.constraints import constraints_of
from graders.students.readme import readme
from graders.students.workflow import write_workflow

# What a student's copy of the course has beside the assignments. Nothing else is copied.
FOLDERS = ("course", "graders", "lightning_modules", "data")
FILES = ("pyproject.toml", "LICENSE")
# ``demo*`` plays a class of students, some of whom hand in right answers.
LEFT_OUT = shutil.ignore_patterns(
    "__pycache__", "*.pyc", ".*", "hidden", "runs", "wandb", "demo*.py", "site", "authoring"
)
LESSON = "lesson.ipynb"
CLASS_FILE = "wandb.toml"  # where the runs of a class go: lightning_modules reads it


def release(names: Sequence[str], out_dir: Path) -> None:
    """Write the student bundle of the named assignments (all, if none is named) to ``out_dir``.

    The bundle appears as a whole or not at all.

    Raises:
        BadInput: an unknown assignment, or none at all; an ``out_dir`` in use; a source that
            nbgrader refuses.
    """
    chosen = list(dict.fromkeys(names)) or assignment_names()
    if not chosen:
        raise BadInput(
            f"{course_root()} has no assignment to release: dlcourse new-assignment makes one"
        )
    sources = {name: source_path(name) for name in chosen}
    out_dir = out_dir.absolute()
    if out_dir.exists() and (not out_dir.is_dir() or any(out_dir.iterdir())):
        raise BadInput(f"{out_dir} exists already: remove it or name another folder with --out")
    out_dir.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out_dir.parent, prefix=f".{out_dir.name}.") as temporary:
        bundle = Path(temporary) / "bundle"
        bundle.mkdir()
        for name, source in sources.items():
            write_assignment(name, source, bundle / "assignments" / name)
            write_workflow(name, bundle)
        copy_course(bundle)
        write_lessons(bundle / "course")
        (bundle / "README.md").write_text(readme(chosen), encoding="utf-8")
        if out_dir.exists():
            out_dir.rmdir()  # empty, and Windows renames to free names only
        bundle.rename(out_dir)


def write_assignment(name: str, source: Path, to: Path) -> None:
    """Write the student's notebook, the same as a ``.py`` stub, and the public tests.

    Raises:
        BadInput: nbgrader refuses the source, and why.
    """
    import jupytext

    to.mkdir(parents=True)
    notebook = to / f"{name}.ipynb"
    with tempfile.TemporaryDirectory() as course:
        strip_solutions(name, source, Path(course), notebook)
    jupytext.write(jupytext.read(notebook), to / f"{name}.py", fmt="py:percent")
    public_tests = source.parent / f"test_{name}.py"
    shutil.copy(public_tests, to)


def strip_solutions(name: str, source: Path, course: Path, notebook: Path) -> None:
    """Run nbgrader's generate_assignment in the scratch folder ``course``."""
    import jupytext
    from nbgrader.converters import GenerateAssignment
    from nbgrader.converters.base import NbGraderException
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import Config

    original = course / "source" / name / f"{name}.ipynb"
    original.parent.mkdir(parents=True)
    cells = jupytext.read(source)
    for number, cell in enumerate(cells.cells):
        cell["id"] = f"cell-{number}"  # the same at every release, not drawn at random
    jupytext.write(cells, original)

    config = Config()
    config.CourseDirectory.root = str(course)
    config.CourseDirectory.assignment_id = name
    config.GenerateAssignment.no_database = True
    config.SaveCells.enabled = False  # the gradebook is written when grades are
    log = _Lines()
    logger = logging.Logger("generate_assignment", level=logging.ERROR)
    logger.addHandler(log)
    converter = GenerateAssignment(coursedir=CourseDirectory(config=config), config=config)
    converter.log = logger
    try:
        converter.start()
    except (NbGraderException, SystemExit):
        reasons = [line for line in log.lines if "Error" in line] or log.lines
        raise BadInput(f"{source}: nbgrader refuses it: {' '.join(reasons[-1:])}") from None
    released = course / "release" / name / f"{name}.ipynb"
    if not released.is_file():
        raise GraderBroke(f"{source}: nbgrader wrote no notebook")
    shutil.copy(released, notebook)


class _Lines(logging.Handler):
    """Keeps what is logged, line by line."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines += [line for line in record.getMessage().splitlines() if line.strip()]


def copy_course(bundle: Path) -> None:
    """Copy the lessons, both packages without hidden tests, the data, and what to install.

    The data are ours, and those of a course of one's own over them.
    """
    for folder in FOLDERS:
        shutil.copytree(ROOT / folder, bundle / folder, ignore=LEFT_OUT)
    own_data = course_root() / "data"
    if own_data != ROOT / "data" and own_data.is_dir():
        shutil.copytree(own_data, bundle / "data", ignore=LEFT_OUT, dirs_exist_ok=True)
    for file in FILES:
        shutil.copy(ROOT / file, bundle)
    if (own_class := course_root() / CLASS_FILE).is_file():
        shutil.copy(own_class, bundle)
    asked = [line for extra in ("", *STUDENTS_EXTRAS) for line in requirements(extra)]
    constraints = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    (bundle / "constraints.txt").write_text(constraints_of(asked, constraints), encoding="utf-8")


def write_lessons(course: Path) -> None:
    """Write each lesson's page as a notebook that was not run yet, beside it."""
    import jupytext

    for page in sorted(course.glob("[0-9]*/README.md")):
        notebook = jupytext.read(page, fmt="md:myst")
        notebook.metadata.pop("jupytext", None)  # how a page is written; this is one no longer
        for number, cell in enumerate(notebook.cells):
            cell["id"] = f"cell-{number}"  # the same at every release, not drawn at random
        jupytext.write(notebook, page.with_name(LESSON), fmt="ipynb")
