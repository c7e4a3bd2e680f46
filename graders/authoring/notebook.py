"""What is to be mended in an assignment's source, and in the notebook that students get of it."""

from __future__ import annotations

import ast
import json
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import jupytext

from graders.authoring.findings import Finding
from graders.errors import BadInput
from graders.students.release import write_assignment

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
SHORT = 24  # a line of so many characters gives nothing away
SAME_LINES = 4  # in a row are a test copied, not a phrase that two tests share
IDIOM = re.compile(r"(import|from|for|with|while|if|return None|rng = |def test_) ?.*")


def kind(cell: Any, name: str) -> bool:
    """Whether nbgrader's metadata call a cell a ``"solution"``, ``"grade"``, ``"locked"``."""
    return bool(cell.metadata.get("nbgrader", {}).get(name))


def asked_for(source: Path) -> list[str]:
    """The functions and classes that students write, in their order.

    Raises:
        BadInput: the source is not Python.
    """
    found: list[str] = []
    for cell in jupytext.read(source).cells:
        if cell.cell_type == "code" and kind(cell, "solution"):
            found += [name for name in _defined(source, cell.source) if name not in found]
    return found


def _defined(source: Path, text: str) -> list[str]:
    try:
        body = ast.parse(text).body
    except SyntaxError as error:
        raise BadInput(f"{source} is not Python: {error.msg}: {error.text}") from None
    return [node.name for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef)]


def of_cells(source: Path, points: Mapping[str, float]) -> Iterator[Finding]:
    """What is wrong with the source's cells.

    Args:
        points: task -> what its hidden tests are worth.
    """
    declared: dict[str, float] = {}
    for cell in jupytext.read(source).cells:
        if cell.cell_type != "code":
            continue
        if kind(cell, "grade") and not kind(cell, "solution"):
            task = cell.metadata["nbgrader"].get("grade_id", "")
            declared[task] = float(cell.metadata["nbgrader"].get("points", 0))
            call = f'check_cell("{source.stem}", task="{task}", namespace=globals())'
            if call not in cell.source:
                yield Finding(source, f"the grade cell {task} does not run its checks", call)
            continue
        names = ", ".join(_defined(source, cell.source))
        if not names:
            continue
        if kind(cell, "solution"):
            if BEGIN not in cell.source or END not in cell.source:
                yield Finding(
                    source,
                    f"the solution of {names} is given to students",
                    f"put it between {BEGIN} and {END}",
                )
        elif not kind(cell, "locked"):
            yield Finding(
                source,
                f"{names} stands in a cell that is neither a solution nor locked",
                '"solution": true for what students write, "locked": true for what they get',
            )
    for task in sorted(declared.keys() | points.keys()):
        cells, tests = declared.get(task, 0), points.get(task, 0)
        if cells != tests:
            yield Finding(
                source,
                f"{task}: the grade cell is worth {cells:g}, its hidden tests {tests:g}",
                "the points of a cell are the sum of its task's tests",
            )


def of_release(source: Path, hidden: Iterable[Path]) -> Iterator[Finding]:
    """What students get and should not: lines of solutions and hidden tests, or nothing at all."""
    name = source.stem
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / name
        try:
            write_assignment(name, source, folder)
        except BadInput as error:
            what = str(error).removeprefix(f"{source}: ")
            yield Finding(source, what, "students can be given nothing before that")
            return
        released = json.loads((folder / f"{name}.ipynb").read_text(encoding="utf-8"))
    given = {line.strip() for text in _strings(released) for line in text.splitlines()}
    public = source.with_name(f"test_{name}.py")
    known = _lines(public.read_text(encoding="utf-8"))
    regions = re.findall(f"{BEGIN}\n(.*?){END}", source.read_text(encoding="utf-8"), re.DOTALL)
    tests = "\n".join(path.read_text(encoding="utf-8") for path in hidden)
    for what, text in (("its solution", "\n".join(regions)), ("a hidden test", tests)):
        for line in dict.fromkeys(_lines(text)):
            if line in given and line not in known and _tells(line):
                yield Finding(
                    source,
                    f"students get a line of {what}: {line}",
                    "take it out of what stands outside of the solution's markers",
                )
    copied = _runs(known) & _runs(_lines(tests))
    for run in sorted(copied):
        yield Finding(public, f"repeats a hidden test from: {run[0]}", "other numbers, other words")


def _tells(line: str) -> bool:
    return len(line) > SHORT and not IDIOM.fullmatch(line)


def _lines(text: str) -> list[str]:
    return [stripped for line in text.splitlines() if (stripped := line.strip())]


def _runs(lines: list[str]) -> set[tuple[str, ...]]:
    code = [line for line in lines if len(line) >= 20 and not line.startswith(("@", '"""'))]
    return {tuple(code[i : i + SAME_LINES]) for i in range(len(code) - SAME_LINES + 1)}


def _strings(value: Any) -> Iterator[str]:
    """Every string in a JSON value: cells, outputs and metadata alike."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from (key, *_strings(item))
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
