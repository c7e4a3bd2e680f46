"""The cases: attacks and honest oddities, each a file whose first lines say what it is.

A case is a submission, or, in a folder ``files``, a function that makes one. The text in front
may end in lines that say what is expected of the result::

    status: rejected        (else: graded)
    score: 92               (else: 0 for an attack, 100 for an honest one)
    says: a regular expression that some message of its tests, or of all of it, has to match
    notes: one that the message of the whole has to match; without it, there is none
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from graders.engine.catalogue import source_path
from graders.engine.hand_ins import find

HERE = Path(__file__).parent
_HEADER = re.compile(r'\Ar?"""(.*?)"""', re.DOTALL)
_FIELD = re.compile(r"^(status|score|says|notes): (.*)$", re.MULTILINE)
SOLUTION = source_path("softmax").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Case:
    path: Path
    fair: bool
    fields: dict[str, str]

    @classmethod
    def read(cls, path: Path) -> Case:
        header = _HEADER.match(path.read_text(encoding="utf-8"))
        assert header is not None, f"{path} does not say what it tries"
        return cls(path, path.is_relative_to(HERE / "fair"), dict(_FIELD.findall(header[1])))

    @property
    def name(self) -> str:
        return "_".join(self.path.relative_to(HERE).with_suffix("").parts[1:])

    @property
    def status(self) -> str:
        return self.fields.get("status", "graded")

    @property
    def score(self) -> float:
        return float(self.fields.get("score", 100 if self.fair else 0))

    def hand_in(self, submissions: Path) -> str:
        """Put it among ``submissions`` and return the name that its student has there."""
        before = _students(submissions)
        folder = submissions / self.name
        folder.mkdir()
        if self.path.parent.name == "files":
            build = _build_of(self.path)
            build(folder, SOLUTION) if self.fair else build(folder)
        else:
            source = self.path.read_text(encoding="utf-8")
            source = source.replace("# <solution>\n", f"{SOLUTION}\n\n# %%\n" if self.fair else "")
            (folder / "softmax.py").write_text(source, encoding="utf-8")
        (student,) = _students(submissions) - before
        return student


def _students(submissions: Path) -> set[str]:
    return {found.student for found in find(submissions)} if any(submissions.iterdir()) else set()


def _build_of(path: Path) -> Callable[..., None]:
    spec = importlib.util.spec_from_file_location(f"build_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    build: Callable[..., None] = module.build
    return build


def attacks() -> list[Case]:
    return [Case.read(path) for path in sorted((HERE / "attacks").rglob("*.py"))]


def fair() -> list[Case]:
    return [Case.read(path) for path in sorted((HERE / "fair").rglob("*.py"))]
