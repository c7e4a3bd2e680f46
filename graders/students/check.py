"""Public tests on a student's own file or notebook, with hints. Needs no sandbox."""

from __future__ import annotations

import ast
import functools
import sys
from collections.abc import Sequence
from pathlib import Path
from textwrap import indent
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from graders.engine.catalogue import course_root, profile, source_path
from graders.engine.cells import Code
from graders.engine.names import defined_names
from graders.engine.plain_text import explanation
from graders.engine.results import TestResult, grouped_by_task
from graders.sandbox import stand_ins
from graders.sandbox.limits import Limits
from graders.sandbox.magics import without_magics
from graders.students.fresh_process import run_checks
from graders.students.local import LocalStudent
from graders.students.own_file import own_file, read_code
from graders.students.report import Progress

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
        BadInput: no such assignment, a file that is not there or not readable, or a package that
            the assignment needs and this machine lacks.
        GraderBroke: the checks themselves failed.
    """
    source_path(name)  # a known assignment
    path = file if file is not None else own_file(name)
    code = read_code(path)
    progress = run_checks(name, path, seconds=limit)
    show(name, path, progress, unavailable_imports(name, code))
    return 0


class ChecksFailed(AssertionError):
    """Some checks of a notebook's cell did not pass. The text is all that the notebook shows."""

    def _render_traceback_(self) -> list[str]:
        """What IPython shows in place of a traceback, which would lead through our files."""
        return [str(self)]


def check_cell(name: str, task: str, namespace: dict[str, Any]) -> None:
    """Run one task's public tests on what a notebook has defined so far.

    Raises:
        ChecksFailed: a test did not pass; the text has every message and hint.
    """
    student = LocalStudent(namespace, asked_names(name))
    results = list(public_tests(name).run(student, b"public", task))
    wrong = [result for result in results if not result.passed]
    if len({result.message for result in wrong}) == 1 and not wrong[0].advice:
        raise ChecksFailed(f"{task}: {wrong[0].message}") from None  # not written or run yet
    if wrong:
        failed = f"{task}: {len(results) - len(wrong)} of {len(results)} checks pass"
        raise ChecksFailed("\n".join([failed, *map(plain, wrong)])) from None
    print(f"{task}: all {len(results)} checks pass")


@functools.cache
def public_tests(name: str) -> Any:
    """The public tests of an assignment, collected once per process."""
    from graders.engine.plugin import AssignmentTests

    source = source_path(name)
    return AssignmentTests(source.with_name(f"test_{name}.py"), source)


@functools.cache
def asked_names(name: str) -> frozenset[str]:
    """What an assignment asks for by name."""
    return defined_names(source_path(name).read_text(encoding="utf-8"))


def unavailable_imports(name: str, code: Code) -> list[str]:
    """Packages that are imported when the file is graded but are not there then."""
    allowed = {*profile(source_path(name)).packages, *sys.stdlib_module_names, *stand_ins.PACKAGES}
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


def show(name: str, path: Path, progress: Progress, imports: Sequence[str]) -> None:
    """Print one row per check, and what to do about those that did not pass."""
    console = Console()
    results = progress.all_results
    passed = sum(result.passed for result in results)
    if progress.not_code:
        console.print(Text(f"{name}: {path}", style="bold"))
        console.print(Text(progress.not_code, style="bold red"))
        console.print(f"0 of {len(results)} checks pass: nothing of the file runs before that")
        return
    for cell, why in progress.problems.items():
        console.print(Text(f"stopped in {cell}: {why}", style="bold red"))
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
    console.print(f"{passed} of {len(results)} checks pass")


def plain(result: TestResult) -> str:
    """A result as lines of text."""
    return f"  {result.status}: {result.title}\n{indent(explanation(result), '    ')}"
