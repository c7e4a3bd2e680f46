"""Public tests on a student's own file or notebook, with hints. Needs no sandbox."""

from __future__ import annotations

import ast
import functools
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from graders.engine.catalogue import course_root, profile, source_path
from graders.engine.cells import Code, from_notebook, from_script
from graders.engine.plain_text import explanation
from graders.engine.results import TestResult, TestStatus, grouped_by_task
from graders.errors import BadInput, GraderBroke, Rejected
from graders.sandbox import stand_ins
from graders.sandbox.limits import Limits
from graders.sandbox.magics import without_magics
from graders.students.local import LocalStudent

__all__ = ["check", "check_cell", "course_root"]

STYLES = {"passed": "green", "skipped": "yellow"}


def check(name: str, file: Path | None = None, limit: float = Limits.submission_seconds) -> int:
    """Run the public tests of assignment ``name`` on ``file`` in a fresh process and show them.

    Args:
        file: a ``.py`` or ``.ipynb``; the one in the current folder or in ``assignments/`` where
            it is left out.
        limit: seconds after which the run is ended.

    Returns:
        0: the checks ran, whatever they found.

    Raises:
        BadInput: no such assignment, or a file that is not there or not readable.
        GraderBroke: the checks themselves failed.
    """
    source_path(name)  # a known assignment
    path = file if file is not None else own_file(name)
    code = read_code(path)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "results.jsonl"
        command = [
            sys.executable,
            "-P",
            "-m",
            "graders.students.check_run",
            name,
            str(path),
            str(report),
        ]
        environment = {**os.environ, "PYTHONPATH": str(course_root()), "PYTHONUTF8": "1"}
        end: tuple[TestStatus, str] = ("error", "your code ended Python here")
        try:
            subprocess.run(command, env=environment, timeout=limit, check=False)
        except subprocess.TimeoutExpired:
            end = ("timeout", f"stopped when {limit:g} s were over: is there an endless loop?")
        results = read_results(report, *end)
    show(name, path, results, unavailable_imports(name, code))
    return 0


def check_cell(name: str, task: str, namespace: dict[str, Any]) -> None:
    """Run one task's public tests on what a notebook has defined so far.

    Raises:
        AssertionError: a test did not pass; the text has every message and hint.
    """
    __tracebackhide__ = True  # the notebook shows the text, not the path through the checker
    results = list(public_tests(name).run(LocalStudent(namespace), b"public", task))
    wrong = [result for result in results if not result.passed]
    if wrong:
        raise AssertionError("\n" + "\n".join(plain(result) for result in wrong))
    print(f"{task}: all {len(results)} checks pass")


@functools.cache
def public_tests(name: str) -> Any:
    """The public tests of an assignment, collected once per process."""
    from graders.engine.plugin import AssignmentTests

    source = source_path(name)
    return AssignmentTests(source.with_name(f"test_{name}.py"), source)


def own_file(name: str) -> Path:
    """The student's file where none is named: the one with the least left to write, or newest.

    Raises:
        BadInput: there is none.
    """
    for folder in (Path(), source_path(name).parent):
        paths = [folder / f"{name}{suffix}" for suffix in (".py", ".ipynb")]
        found = [path for path in paths if path.is_file()]
        if found:
            return min(found, key=_unwritten_then_age)
    raise BadInput(f"there is no {name}.py or {name}.ipynb here: name the file to check")


def _unwritten_then_age(path: Path) -> tuple[int, float]:
    return path.read_bytes().count(b"NotImplementedError"), -path.stat().st_mtime


def read_code(path: Path) -> Code:
    """The code of a ``.py`` or ``.ipynb`` file.

    Raises:
        BadInput: it cannot be read as one.
    """
    readers = {".py": from_script, ".ipynb": from_notebook}
    if path.suffix not in readers:
        raise BadInput(f"{path} is neither a .py nor an .ipynb file")
    try:
        return readers[path.suffix](path.name, path.read_bytes())
    except FileNotFoundError:
        raise BadInput(f"{path} does not exist: name your .py or .ipynb file") from None
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from None
    except Rejected as error:
        raise BadInput(str(error)) from None


def unavailable_imports(name: str, code: Code) -> list[str]:
    """Packages that are imported when the file is graded but are not there then."""
    allowed = {*profile(name).packages, *sys.stdlib_module_names, *stand_ins.PACKAGES}
    wanted: set[str] = set()
    for cell in code.cells:
        try:
            tree = ast.parse(without_magics(cell.source))
        except SyntaxError:
            continue  # reported where the cell is run
        pending: list[ast.AST] = [tree]
        while pending:
            node = pending.pop()
            if isinstance(node, ast.If) and "__main__" in ast.unparse(node.test):
                continue
            if isinstance(node, ast.Import):
                wanted.update(alias.name.split(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                wanted.add(node.module.split(".")[0])
            pending.extend(ast.iter_child_nodes(node))
    return sorted(wanted - allowed)


def read_results(report: Path, status: TestStatus, message: str) -> list[TestResult]:
    """What the other process wrote, as far as it came.

    Args:
        status, message: for the test that was running when the process ended, if one was.

    Raises:
        GraderBroke: it wrote nothing, or wrote why it could not go on.
    """
    lines = report.read_text(encoding="utf-8").splitlines() if report.exists() else []
    results: dict[str, TestResult] = {}
    ended: set[str] = set()
    for record in map(json.loads, lines):
        if "broke" in record:
            raise GraderBroke(record["broke"])
        result = TestResult(**record)
        if result.name in results:
            ended.add(result.name)
        results[result.name] = result
    if not results:
        raise GraderBroke("the checks did not start")
    running = next((name for name in results if name not in ended), None)
    if running:
        results[running] = replace(results[running], status=status, message=message)
    return list(results.values())


def show(name: str, path: Path, results: Sequence[TestResult], imports: Sequence[str]) -> None:
    """Print one row per check, and what to do about those that did not pass."""
    console = Console()
    table = Table(
        title=f"{name}: {path}", title_justify="left", title_style="bold", box=box.SIMPLE_HEAD
    )
    table.add_column("task")
    table.add_column("check", ratio=2)
    table.add_column("result")
    table.add_column("what was found", ratio=3)
    for task, tests in grouped_by_task(results).items():
        table.add_section()
        for number, result in enumerate(tests):
            table.add_row(
                Text(task if number == 0 else "", style="bold"),
                Text(result.title),
                Text(result.status, style=STYLES.get(result.status, "bold red")),
                Text(explanation(result)),
            )
    console.print(table)
    if imports:
        console.print(
            f"{', '.join(imports)}: not there when your work is graded. Import it under "
            "\"if __name__ == '__main__':\"",
            style="yellow",
            markup=False,
        )
    passed = sum(result.passed for result in results)
    console.print(f"{passed} of {len(results)} checks pass")


def plain(result: TestResult) -> str:
    """A result as lines of text."""
    return f"  {result.status}: {result.title}\n{explanation(result, '    ')}"
