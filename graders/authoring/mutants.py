"""Wrong answers that must be caught: what their author says of each, and the text to grade."""

from __future__ import annotations

import ast
import functools
import re
from dataclasses import dataclass
from pathlib import Path

from graders.engine.pieces import of_script
from graders.engine.results import SubmissionResult
from graders.errors import BadInput

PUT_IN_PLACE = "\n\n# %%\n"
"""Between a correct source and what is defined anew after it: a cell of its own."""


@dataclass(frozen=True)
class Mutant:
    """A wrong version of some functions, put in place of the reference's.

    Its file's docstring tells the mistake and ends with two lines: ``task:``, where it must be
    caught, and ``says:``, a piece of what the student must read there.
    """

    assignment: str
    name: str
    source: str
    task: str
    says: str
    replaces: tuple[str, ...]
    """The functions that students are asked for and that it has its own version of."""

    @classmethod
    def read(cls, path: Path, reference: Path) -> Mutant:
        """The mutant in the file ``path``, of an assignment whose source is ``reference``.

        Raises:
            BadInput: it is not Python, or its docstring lacks one of the two lines.
        """
        text = text_of(path)
        fields = dict(re.findall(r"^(task|says): (.+)$", text, flags=re.MULTILINE))
        for field in ("task", "says"):
            if field not in fields:
                raise BadInput(f"{path}: its docstring has no line that begins with '{field}: '")
        source = definitions(reference) + PUT_IN_PLACE + text
        asked = {node.name for node in functions(reference)}
        replaces = tuple(node.name for node in functions(path) if node.name in asked)
        name = reference.stem
        return cls(name, path.stem, source, fields["task"], fields["says"], replaces)


def what_student_reads(mutant: Mutant, result: SubmissionResult) -> str:
    """What the student reads of the tests that went wrong where ``mutant`` must be caught."""
    return "\n".join(
        f"{test.message} {test.hint}"
        for test in result.tests_of(mutant.task)
        if test.status in ("failed", "error")
    )


def functions(path: Path) -> list[ast.FunctionDef | ast.ClassDef]:
    """The functions and classes at the top level of a file.

    Raises:
        BadInput: it is not Python.
    """
    try:
        return _defined(text_of(path))
    except SyntaxError as error:
        raise BadInput(f"{path} line {error.lineno} is not Python: {error.msg}") from None


@functools.lru_cache(maxsize=8)  # a reference is asked for with each of its mutants
def _defined(text: str) -> list[ast.FunctionDef | ast.ClassDef]:
    return [n for n in ast.parse(text).body if isinstance(n, ast.FunctionDef | ast.ClassDef)]


def text_of(path: Path) -> str:
    """A file's text.

    Raises:
        BadInput: it is not text.
    """
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise BadInput(f"{path} is not UTF-8: {error.reason}") from None


def definitions(path: Path) -> str:
    """A source without its prose and its demonstrations, which compile longer than they help."""
    return _definitions(path.read_bytes())


@functools.lru_cache(maxsize=8)
def _definitions(content: bytes) -> str:
    demonstration = re.compile(r"if __name__ == .__main__.:\n")
    pieces = [piece.raw for piece in of_script("source", content)]
    codes = [re.sub(r"^#.*\n?", "", piece, flags=re.MULTILINE).strip() for piece in pieces]
    return PUT_IN_PLACE.join(code for code in codes if code and not demonstration.match(code))
