"""How far a process that checks a student's file has come: a file of JSON lines.

It is written as things happen, so it is whole at whatever moment the student's code ends the
process, and the next one goes on from there.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from graders.engine.results import TestResult, TestStatus


@dataclass
class Progress:
    """What a report says."""

    expected: dict[str, TestResult] = field(default_factory=dict)
    """Every test, as not run."""
    results: dict[str, TestResult] = field(default_factory=dict)
    loaded: bool = False
    """Whether the file's cells have run, in the process that wrote last."""
    running: str = ""
    """The function or cell that had begun and not ended."""
    passed_over: dict[str, str] = field(default_factory=dict)
    """Cell that ended a process -> why."""
    timeouts: Counter[str] = field(default_factory=Counter)
    """Function -> how often it was stopped."""
    problems: dict[str, str] = field(default_factory=dict)
    """Cell -> why it did not run to its end."""
    not_code: str = ""
    """Why there is nothing to run."""
    broke: str = ""
    """Why the checks themselves failed."""

    @property
    def test(self) -> TestResult | None:
        """The test that runs, or will be the next."""
        waiting = (test for name, test in self.expected.items() if name not in self.results)
        return next(waiting, None)

    @property
    def over(self) -> bool:
        finished = bool(self.expected) and self.test is None
        return finished or bool(self.not_code or self.broke)

    @property
    def all_results(self) -> list[TestResult]:
        return list({**self.expected, **self.results}.values())


class Report:
    """The file, for the process that checks and for the one that waits for it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._depth = 0

    def add(self, kind: str, *values: Any) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps([kind, *values]) + "\n")

    @contextmanager
    def running(self, name: str) -> Iterator[None]:
        """Say that something of the student's begins and ends; what it calls in turn is part."""
        self._depth += 1
        if self._depth == 1:
            self.add("begins", name)
        try:
            yield
        finally:
            self._depth -= 1
            if self._depth == 0:
                self.add("ends")

    def add_end(self, progress: Progress, status: TestStatus, why: str) -> None:
        """Say how the process ended; what was running is not run again."""
        if not progress.loaded:
            self.add("passed over", progress.running, why)
            return
        if status == "timeout":
            self.add("timeout", progress.running)
        self.add_result(progress, status, why)

    def add_result(self, progress: Progress, status: TestStatus, why: str) -> None:
        """Say what became of the test that was running."""
        if progress.test is not None:
            self.add("result", asdict(replace(progress.test, status=status, message=why)))

    @property
    def size(self) -> int:
        return self.path.stat().st_size if self.path.exists() else 0

    def read(self) -> Progress:
        progress = Progress()
        text = self.path.read_text(encoding="utf-8") if self.path.exists() else ""
        for line in text.split("\n")[:-1]:
            match json.loads(line):
                case ["starts"]:
                    progress.loaded, progress.running = False, ""
                case ["expected", test]:
                    progress.expected[test["name"]] = TestResult(**test)
                case ["loaded", problems]:
                    progress.loaded, progress.problems = True, problems
                case ["begins", name]:
                    progress.running = name
                case ["ends"]:
                    progress.running = ""
                case ["result", test]:
                    progress.results[test["name"]] = TestResult(**test)
                case ["passed over", cell, why]:
                    progress.passed_over[cell] = why
                case ["timeout", name]:
                    progress.timeouts[name] += 1
                case ["not code", why]:
                    progress.not_code = why
                case ["broke", why]:
                    progress.broke = why
        return progress
