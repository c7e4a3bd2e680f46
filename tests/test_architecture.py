"""Who imports whom: the two halves never meet, nothing needs `course`, rooms stand in an order."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
HALVES = ("lightning_modules", "graders")

# each room imports from rooms that stand above it, never from its own line or below
LIGHTNING_ROOMS = """
    errors seeding lightning_internals
    models datamodules distributed logging hot_path steps
    regularization transfer
    optim
    visualisation
    tasks
    callbacks
    experiments
"""

# room -> the rooms that it imports from, and each of them does
GRADERS_ROOMS = {
    "errors": "",
    "installation": "",
    "sandbox": "errors installation",
    "engine": "sandbox errors installation",
    "hidden": "engine",
    "nbgrader": "engine errors",
    "platforms": "engine errors",
    "reports": "platforms nbgrader engine errors installation",
    "bookkeeping": "reports nbgrader engine errors",
    "students": "engine sandbox errors installation",
    "authoring": "students nbgrader engine sandbox errors",
    "gradescope": "reports engine sandbox errors installation",
    "grade": "reports platforms engine sandbox errors",
}


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, at its top or inside of a function, with all its names."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_nothing_about_grades_goes_to_wandb() -> None:
    for path in (ROOT / "graders").rglob("*.py"):
        assert not any(name.split(".")[0] == "wandb" for name in imports(path)), path


def room(parts: tuple[str, ...]) -> str:
    """The folder or file of a half, of `graders/engine/cells.py` or `graders.engine.cells.run`."""
    return parts[1].removesuffix(".py") if len(parts) > 1 else "__init__"


@pytest.mark.parametrize("half", HALVES)
def test_a_half_imports_neither_the_other_nor_course(half: str) -> None:
    strangers = {*HALVES, "course", "tests"} - {half}
    for path in (ROOT / half).rglob("*.py"):
        for name in imports(path):
            assert name.partition(".")[0] not in strangers, f"{path} imports {name}"


def test_rooms_of_the_students_half_import_what_stands_above_them() -> None:
    levels = [line.split() for line in LIGHTNING_ROOMS.split("\n") if line.strip()]
    level = {name: number for number, names in enumerate(levels) for name in names}
    half = ROOT / "lightning_modules"
    found = {path.stem for path in half.iterdir() if path.suffix == ".py" or path.is_dir()}
    unplaced = found - level.keys() - {"__init__", "__pycache__"}
    assert not unplaced, f"say in LIGHTNING_ROOMS where they stand: {sorted(unplaced)}"
    for path in half.rglob("*.py"):
        own = room(path.relative_to(ROOT).parts)
        for name in imports(path):
            other = room(tuple(name.split(".")))
            if name.startswith("lightning_modules.") and other != own:
                assert level[other] < level[own], f"{path} imports {name}: {other} stands below"


def test_rooms_of_the_graders_half_import_as_drawn() -> None:
    drawn = {name: set(others.split()) for name, others in GRADERS_ROOMS.items()}
    found: dict[str, set[str]] = {}
    for path in (ROOT / "graders").rglob("*.py"):
        own = room(path.relative_to(ROOT).parts)
        others = (room(tuple(name.split("."))) for name in imports(path) if "graders." in name)
        found.setdefault(own, set()).update(set(others) - {own})
    assert found.pop("__init__") == set()
    assert found == drawn
