"""The pytest plugin behind hidden and public tests: fixtures, markers, and honest scores.

A test earns its points by one thing alone: it was set up, run and torn down without an exception,
seen here. The same collected tests run again and again, once for each student, since collecting
costs more than running.
"""

from __future__ import annotations

import hashlib
import importlib.util
import inspect
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from graders.engine import pytest_internals
from graders.engine.assertions import explain
from graders.engine.results import TestResult, TestStatus
from graders.engine.student import StudentError, StudentTimeout
from graders.errors import BadInput, GraderBroke

MARKERS = (
    "points(points, task, hint): what a test is worth, to which task, and a word of help",
    "depends(*names): tests that must pass for this one to be run",
)


@dataclass(frozen=True)
class Spec:
    """What a test declares of itself."""

    name: str
    task: str
    points: float
    hint: str
    description: str
    depends: tuple[str, ...]

    @property
    def title(self) -> str:
        """Its demand as a quotation: the first sentence of what its author says, or its name."""
        return self.description.partition("\n")[0].rstrip(".") or self.name


class AssignmentTests:
    """The tests of one assignment, collected once and run for any number of students.

    Raises:
        BadInput: the tests cannot be collected; the message names the file.
        GraderBroke: the declared points or dependencies contradict themselves.
    """

    def __init__(self, tests: Path, reference: Path) -> None:
        if not __debug__:
            raise BadInput("Python runs without assertions, of which tests are made: "
                           "unset PYTHONOPTIMIZE and leave out -O")  # fmt: skip
        self.reference_path = reference
        self._student: Any = None
        self._seed = b""
        self._session = self._collect(tests)
        self._items = {item.name: item for item in self._session.items}
        self._one_module = len({item.parent for item in self._session.items}) == 1
        self.specs = [_spec(item) for item in self._items.values()]
        self._titles = {spec.name: spec.title for spec in self.specs}
        self._check()

    def _collect(self, tests: Path) -> pytest.Session:
        # The class's own configuration, whatever project the tests lie in; plain asserts, so that
        # a message is what its author wrote; no output, since a student's name may be in it.
        arguments = [
            *("--assert=plain", "--tb=native", "-p", "no:cacheprovider", "-p", "no:logging"),
            "--import-mode=importlib",  # hidden and public tests have the same file names
            *("-p", "no:terminalreporter", "-p", "no:faulthandler", "--capture=no"),
            *("-c", os.devnull, "--rootdir", str(tests.parents[2]), str(tests)),
        ]
        with _without_settings():
            config = pytest_internals.configured(arguments, plugin=self)
        try:
            return pytest_internals.collected(config)
        except pytest.UsageError as error:
            raise BadInput(f"{tests}: {error}") from None
        except GraderBroke:
            _forget_modules(tests)
            raise

    def _check(self) -> None:
        names = {spec.name for spec in self.specs}
        for spec in self.specs:
            unknown = set(spec.depends) - names
            if unknown:
                raise GraderBroke(f"{spec.name} depends on unknown {', '.join(sorted(unknown))}")

    def run(
        self,
        student: Any,
        seed: bytes,
        task: str | None = None,
        before: Iterable[TestResult] = (),
    ) -> Iterator[TestResult]:
        """Run every test, or every test of ``task``, for one student.

        Args:
            student: what the ``student`` fixture gives.
            seed: determines the numbers that ``rng`` draws.
            before: results of a run that was cut short; those tests are not run again.

        Raises:
            GraderBroke: a test failed in a way that no student can cause.
        """
        self._student, self._seed = student, seed
        known = {result.name: result for result in before}
        passed = {name for name, result in known.items() if result.passed}
        for spec in self.specs:
            if spec.name in known or (task is not None and spec.task != task):
                continue
            missing = [name for name in spec.depends if name not in passed]
            if missing and task is None:
                quoted = " and ".join(f'"{self._titles[name]}"' for name in missing)
                result = _result(spec, "skipped", f"not run: {quoted} did not pass", 0)
            else:
                result = self._run(spec)
            if result.passed:
                passed.add(spec.name)
            yield result

    def run_one(self, spec: Spec, student: Any, seed: bytes) -> TestResult:
        """Run one test, whatever it depends on."""
        self._student, self._seed = student, seed
        return self._run(spec)

    @property
    def carried_forward(self) -> dict[str, dict[str, Callable[..., Any]]]:
        """Task or test -> right versions of functions that later ones build on."""
        module = self._session.items[0].getparent(pytest.Module)
        named: dict[str, tuple[str, ...] | dict[str, Callable[..., Any]]] = getattr(
            module and module.obj, "CARRIED_FORWARD", {}
        )
        return {
            place: functions
            if isinstance(functions, dict)
            else {name: getattr(self._reference, name) for name in functions}
            for place, functions in named.items()
        }

    def none_run(self, why: str) -> tuple[TestResult, ...]:
        """Every test as an error, for a submission in which there is nothing to test."""
        return tuple(_result(spec, "error", why, 0.0) for spec in self.specs)

    def _run(self, spec: Spec) -> TestResult:
        item = self._items[spec.name]
        assert isinstance(item, pytest.Function)
        pytest_internals.renew_fixtures(
            item, given={"student": self._student, "rng": self._generator(item.name)}
        )
        status: TestStatus = "passed"
        message = ""
        started = time.perf_counter()
        try:
            pytest_internals.run(item, following=self._sibling(item))
        except BaseException as error:
            status, message = _judge(error)
        return _result(spec, status, message, time.perf_counter() - started)

    def _sibling(self, item: pytest.Item) -> pytest.Item | None:
        """A test to announce as the next, so that the module that they share stays set up."""
        if not self._one_module:
            return None
        return next((other for other in self._session.items if other is not item), None)

    # pytest's side

    def pytest_configure(self, config: pytest.Config) -> None:
        for marker in MARKERS:
            config.addinivalue_line("markers", marker)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            raise GraderBroke(f"{report.nodeid} cannot be collected: {report.longrepr}")

    @pytest.fixture
    def student(self) -> Any:
        return self._student

    @pytest.fixture
    def rng(self, request: pytest.FixtureRequest) -> np.random.Generator:
        """Numbers that this student meets in this test, and meets again in a regrade."""
        return self._generator(request.node.name)

    def _generator(self, test: str) -> np.random.Generator:
        digest = hashlib.sha256(self._seed + b"\0" + test.encode()).digest()
        return np.random.default_rng(int.from_bytes(digest, "little"))

    @pytest.fixture
    def reference(self) -> ModuleType:
        """The reference solution as a module."""
        return self._reference

    @cached_property
    def _reference(self) -> ModuleType:
        spec = importlib.util.spec_from_file_location(
            f"reference_{self.reference_path.stem}", self.reference_path
        )
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
        return module


def _forget_modules(tests: Path) -> None:
    """Let the next attempt import them again: Python keeps what ran of one up to its error."""
    folder = tests if tests.is_dir() else tests.parent
    for name, module in list(sys.modules.items()):
        if folder in Path(getattr(module, "__file__", None) or "").parents:
            del sys.modules[name]


@contextmanager
def _without_settings() -> Iterator[None]:
    """No plugins or options from whoever's environment this is: they could change a score."""
    names = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS")
    kept = {name: os.environ.pop(name, None) for name in names}
    kept["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = os.environ.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        yield
    finally:
        for name, value in kept.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def _judge(error: BaseException) -> tuple[TestStatus, str]:
    """The status and the student's message for what a test raised.

    Raises:
        GraderBroke: no student can cause this.
    """
    match error:
        case StudentTimeout():
            return "timeout", str(error)
        case StudentError():
            return "error", str(error)
        case AssertionError():
            return "failed", explain(error)
        case pytest.fail.Exception():
            return "failed", error.msg or ""
        case GraderBroke() | BadInput() | OSError() | ImportError():
            raise error
        case MemoryError() if type(error) is MemoryError:
            raise error  # NumPy's own kind, for one array that is too large, is an answer's doing
        case Exception():
            # Reference and alternates pass, so the test itself works: it met an answer of a
            # type or form that its author did not think of.
            return "failed", f"your answer could not be used: {type(error).__name__} in its check"
    raise error


def _result(spec: Spec, status: TestStatus, message: str, seconds: float) -> TestResult:
    return TestResult(
        name=spec.name,
        task=spec.task,
        points=spec.points,
        score=spec.points if status == "passed" else 0.0,
        status=status,
        message=message,
        seconds=round(seconds, 4),
        description=spec.description,
        hint="" if status == "passed" else spec.hint,
    )


def _spec(item: pytest.Item) -> Spec:
    marker = item.get_closest_marker("points")
    if marker is None:
        raise GraderBroke(f"{item.name} declares no points")
    depends = [name for mark in item.iter_markers("depends") for name in mark.args]
    function = getattr(item, "function", None)
    return Spec(
        name=item.name,
        task=str(marker.kwargs["task"]),
        points=float(marker.args[0]),
        hint=str(marker.kwargs.get("hint", "")),
        description=inspect.getdoc(function) or "",
        depends=tuple(depends),
    )
