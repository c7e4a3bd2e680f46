"""Which version of the grader a score is from: it changes with what can change a score alone.

A finished submission is graded again when its hidden tests, the reference solution, the sandbox or
a module that takes part in grading one changed, and not when a page or an export did.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from graders.engine import secret, worker
from graders.engine.catalogue import parsed
from graders.engine.settings import GradingSettings

GRADERS = Path(__file__).resolve().parents[1]


def version(settings: GradingSettings) -> str:
    """A hash of all that decides the score of a submission, given its bytes and its seed.

    Raises:
        BadInput: a hidden test, or what it imports, is not Python.
    """
    about = (settings.assignment, settings.limits, settings.isolated)
    digest = hashlib.sha256(repr(about).encode())
    for source in scoring_sources(settings):
        digest.update(hashlib.sha256(source.read_bytes()).digest())
    return digest.hexdigest()


def scoring_sources(settings: GradingSettings) -> list[Path]:
    """The files that decide a score: tests, reference, sandbox, and whatever these import."""
    tests = settings.tests.rglob("*.py")
    sandbox = (GRADERS / "sandbox").glob("*.py")  # it runs as a script, which no import names
    grading = (Path(str(module.__file__)) for module in (worker, secret))
    return sorted({settings.reference} | _with_imports([*tests, *sandbox, *grading]))


def _with_imports(sources: Iterable[Path]) -> set[Path]:
    """``sources`` and every module of this package that they import, directly or not."""
    found: set[Path] = set()
    waiting = list(sources)
    while waiting:
        source = waiting.pop()
        if source not in found:
            found.add(source)
            waiting += _imported(source)
    return found


def _imported(source: Path) -> Iterator[Path]:
    """The files of this package that a file's import statements name."""
    for node in ast.walk(parsed(source)):
        names: list[str] = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for package, *parts in (name.split(".") for name in names):
            path = GRADERS.joinpath(*parts)
            for file in (path.with_suffix(".py"), path / "__init__.py"):
                if package == GRADERS.name and file.is_file():
                    yield file
