"""Each assignment's source, its hidden tests and its public tests agree with each other."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jupytext
import pytest

from graders.engine.catalogue import assignment_names, profile, source_path
from graders.engine.plugin import AssignmentTests
from graders.engine.results import points_by_task
from tests.assignments.grading import grader

pytestmark = pytest.mark.parametrize("name", assignment_names())


def cells(name: str) -> list[Any]:
    return list(jupytext.read(source_path(name)).cells)


def nbgrader_cells(name: str, kind: str) -> dict[str, Any]:
    found = [cell for cell in cells(name) if cell.metadata.get("nbgrader", {}).get(kind)]
    return {cell.metadata["nbgrader"]["grade_id"]: cell for cell in found}


def test_grade_cells_carry_the_points_of_their_task(name: str) -> None:
    points = {
        grade_id: cell.metadata["nbgrader"]["points"]
        for grade_id, cell in nbgrader_cells(name, "grade").items()
    }
    assert points == points_by_task(grader(name).tests.specs)
    assert sum(points.values()) == 100


def test_grade_cells_check_their_own_task(name: str) -> None:
    for grade_id, cell in nbgrader_cells(name, "grade").items():
        assert cell.metadata["nbgrader"]["locked"]
        assert f'check_cell("{name}", task="{grade_id}", namespace=globals())' in cell.source


def test_every_function_is_a_solution_cell(name: str) -> None:
    solutions = nbgrader_cells(name, "solution")
    for grade_id, cell in solutions.items():
        assert not cell.metadata["nbgrader"]["locked"]
        assert cell.source.count("### BEGIN SOLUTION") >= 1, grade_id
    for cell in cells(name):
        nbgrader = cell.metadata.get("nbgrader", {})
        is_solution = nbgrader.get("solution", False)
        assert is_solution or "### BEGIN SOLUTION" not in cell.source
        is_given = nbgrader.get("locked", False)  # a helper that students get as it is
        if cell.cell_type == "code" and not is_solution and not is_given:
            assert not re.search(r"^(def|class) ", cell.source, flags=re.MULTILINE), cell.source


def test_public_tests_cover_every_task(name: str) -> None:
    source = source_path(name)
    public = AssignmentTests(source.with_name(f"test_{name}.py"), source)
    assert {spec.task for spec in public.specs} == set(points_by_task(grader(name).tests.specs))


def test_messages_to_students_are_plain(name: str) -> None:
    for spec in grader(name).tests.specs:
        assert spec.description.endswith("."), spec.name
        assert "\n" not in spec.description, spec.name
        assert spec.hint, spec.name


def test_nothing_is_imported_that_is_not_there_when_graded(name: str) -> None:
    source = source_path(name).read_text(encoding="utf-8")
    unguarded = re.findall(r"^(?:import|from) (\w+)", source, flags=re.MULTILINE)
    assert set(unguarded) <= {
        "math",
        "itertools",
        "hashlib",
        "collections",
        "typing",
        *profile(source_path(name)).packages,
    }
    assert Path(source_path(name)).stem == name
