"""What a human grades from in formgrader is the student's work in the released frame."""

import json
from dataclasses import replace

import jupytext
import nbformat
import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from nbconvert.filters import markdown2html
from nbgrader import utils
from nbgrader.preprocessors import CheckCellMetadata

from graders.engine.catalogue import source_path
from graders.engine.pieces import Piece
from graders.engine.results import ClassResults, SubmissionResult
from graders.engine.submissions import HandIn, SubmittedFile, read
from graders.errors import Rejected
from graders.nbgrader.autograded import (
    Frame,
    notebook_of,
    printable_markdown,
    write_notebooks,
)
from graders.nbgrader.gradebook_cells import released
from tests.graders.class_results import outcome

SOURCE = source_path("softmax")
TEMPLATE = released(SOURCE)
FRAME = Frame.of(TEMPLATE)
TASKS = [c.metadata.nbgrader.grade_id for c in TEMPLATE.cells if utils.is_grade(c)]
RESULT = SubmissionResult(
    "ada",
    "graded",
    tests=(
        outcome("test_a", "softmax", 10.0),
        outcome("test_b", "softmax", 4.0, "failed", "2 of 6 entries differ"),
    ),
)


def valid(notebook):
    """Return the notebook after nbformat and nbgrader have accepted it."""
    nbformat.validate(notebook)
    node = nbformat.from_dict(notebook)
    CheckCellMetadata().preprocess(node, {})
    return node


def by_id(notebook):
    return {
        cell.metadata.nbgrader.grade_id: cell
        for cell in notebook.cells
        if "nbgrader" in cell.metadata
    }


def work(name, text):
    return SubmittedFile(name, text.encode(), "2026-03-01T12:00:00+00:00")


@pytest.mark.parametrize("form", ["ipynb", "py:percent"])
def test_both_forms_of_a_submission_give_the_same_answers(form):
    handed_in = jupytext.read(SOURCE)
    text = jupytext.writes(handed_in, fmt=form)
    name = "softmax.ipynb" if form == "ipynb" else "softmax.py"
    notebook = valid(notebook_of(FRAME, work(name, text).pieces(), RESULT))
    cells = by_id(notebook)
    assert "exponentials.sum(axis=1" in cells["softmax-code"].source
    assert "maximum" in cells["svm_loss-code"].source
    assert [name for name in cells if name in TASKS] == TASKS
    prose = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    assert any("$$p_{ij}" in text for text in prose)


def test_a_grade_cell_tells_what_its_tests_said():
    notebook = valid(notebook_of(FRAME, [], RESULT))
    (output,) = by_id(notebook)["softmax"].outputs
    assert output.text.splitlines() == [
        "What test_a asks. (10 of 10 points, passed)",
        "",
        "What test_b asks. (0 of 4 points, failed)",
        "",
        "    2 of 6 entries differ",
        "Hint: Hint of test_b.",
    ]


def test_an_error_that_every_test_met_is_told_once_in_a_cell():
    message = "SyntaxError: '(' was never closed"
    tests = tuple(replace(t, status="error", score=0.0, message=message) for t in RESULT.tests)
    notebook = valid(notebook_of(FRAME, [], replace(RESULT, tests=tests)))
    (output,) = by_id(notebook)["softmax"].outputs
    assert output.text == f"Every test met the same error:\n\n    {message}"


def test_plain_python_without_cells_is_shown_whole():
    notebook = valid(notebook_of(FRAME, work("softmax.py", "x = 1\ny = 2\n").pieces(), RESULT))
    assert notebook.cells[0].source.strip() == "x = 1\ny = 2"
    assert [c.metadata.nbgrader.grade_id for c in notebook.cells[1:]] == TASKS


def test_nothing_that_a_student_claims_of_a_cell_is_believed():
    given_ = [
        Piece("code", "print('forged')", "softmax"),
        Piece("code", "first", "softmax-code"),
        Piece("code", "second", "softmax-code"),
        Piece("code", "mine", "no-such-cell"),
    ]
    notebook = valid(notebook_of(FRAME, given_, RESULT))
    cells = by_id(notebook)
    ours = by_id(TEMPLATE)
    assert cells["softmax"].source == ours["softmax"].source
    assert cells["softmax"].metadata.nbgrader == ours["softmax"].metadata.nbgrader
    assert cells["softmax-code"].source == "second"
    assert "no-such-cell" not in cells
    assert {"first", "mine"} <= {cell.source for cell in notebook.cells}


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](&#106;avascript:alert(1))",
        "[x](java\tscript:alert(1))",
        "![x](data:text/html,<script>alert(1)</script>)",
        "[x]: javascript:alert(1)\n[x]",
        "`` ` <script>alert(1)</script> ``",
        "$<script>alert(1)</script>$",
        "<javascript:alert(1)>",
        "<<script>alert(1)</script>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "&#60;script&#62;alert(1)",
        "<!-- --><a href='javascript:alert(1)'>x</a>",
        "[x] [y]\n\n[y]:\n    javascript:alert(1)",
    ],
)
def test_markdown_of_a_student_runs_nothing(attack):
    page = BeautifulSoup(markdown2html(printable_markdown(attack)), "html.parser")
    assert not page.select("script, svg, iframe, a[href], img")


def test_formulas_survive():
    html = markdown2html(printable_markdown("$a < b$ & **bold**"))
    text = BeautifulSoup(html, "html.parser").get_text()
    assert "$a < b$ & bold" in text


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["source", "metadata", "nbgrader", "grade_id", "cell_type", "cells"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(json_values)
def test_any_json_is_rejected_or_becomes_a_valid_notebook(cell):
    text = json.dumps({"cells": [cell, cell], "worksheets": cell})
    try:
        given_ = work("softmax.ipynb", text).pieces()
    except Rejected:
        return
    valid(notebook_of(FRAME, given_, RESULT))


def test_old_notebooks_are_read():
    sheet = {"cells": [{"cell_type": "code", "input": ["x = ", "1"]}]}
    text = json.dumps({"worksheets": [sheet], "nbformat": 3})
    assert work("softmax.ipynb", text).pieces() == [Piece("code", "x = 1")]


def test_only_the_file_that_was_graded_is_shown(tmp_path):
    for student in ("ann", "ben"):
        (tmp_path / student).mkdir()
        (tmp_path / student / "softmax.py").write_text("x = 1\n")
    students = [HandIn(student, tmp_path / student) for student in ("ann", "ben", "cleo")]
    graded = [
        SubmissionResult(found.student, "graded", sha256=read(found, "softmax").sha256)
        for found in students[:2]
    ]
    (tmp_path / "ben" / "softmax.py").write_text("x = 2\n")
    results = ClassResults("softmax", 100.0, "", (*graded, SubmissionResult("cleo", "missing")))
    write_notebooks(results, SOURCE, students, tmp_path / "out")
    written = list((tmp_path / "out" / "autograded").rglob("*.ipynb"))
    assert [path.parts[-3:] for path in written] == [("ann", "softmax", "softmax.ipynb")]
    before = written[0].stat().st_ino
    write_notebooks(results, SOURCE, students, tmp_path / "out")
    assert written[0].stat().st_ino == before
    assert valid(json.loads(written[0].read_text())).metadata.kernelspec
    again = replace(results, submissions=(replace(graded[0], status="failed", message="full"),))
    write_notebooks(again, SOURCE, students, tmp_path / "out")
    assert "failed\\n\\n    full" in written[0].read_text()
