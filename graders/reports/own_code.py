"""What of a submission its student wrote: not what was handed out, nor a notebook's metadata."""

from __future__ import annotations

import re
from dataclasses import dataclass

from graders.engine.printable import printable
from graders.reports.fingerprints import Fingerprint, fingerprints, tokens

_DOCSTRING = re.compile(r'[rR]?(?:"{3}.*?(?:"{3}|\Z)|\'{3}.*?(?:\'{3}|\Z))', re.DOTALL)
_METADATA = re.compile(r"\A# ---\n(?:#.*\n)*?# ---\n")  # of a notebook that is kept as a script


@dataclass(frozen=True)
class Stub:
    """What everyone was given, which is nobody's own."""

    cells: frozenset[str]
    hashes: frozenset[int]
    texts: frozenset[str]
    """Docstrings and lines of comment, without the space in them."""

    @classmethod
    def of(cls, sources: list[str]) -> Stub:
        docstrings = (text for source in sources for text in _DOCSTRING.findall(source))
        lines = (line for source in sources for line in source.split("\n"))
        comments = (line for line in lines if line.lstrip().startswith("#"))
        return cls(
            frozenset({""} | {_essence(source) for source in sources}),
            frozenset(p.hash for source in sources for p in fingerprints(tokens(source))),
            frozenset(_unspaced(text) for text in (*docstrings, *comments)),
        )

    def taken_out_of(self, source: str) -> str:
        """``source`` without the lines of docstrings and comments that were handed out."""
        ours = [m.span() for m in _DOCSTRING.finditer(source) if _unspaced(m[0]) in self.texts]
        for start, end in reversed(ours):
            source = source[:start].rstrip() + source[end:]
        lines = [line for line in source.split("\n") if _unspaced(line) not in self.texts]
        return re.sub(r"\n(?:[ \t]*\n)+", "\n\n", "\n".join(lines)).strip("\n")


@dataclass(frozen=True)
class Submission:
    """One student's own code: cells that differ from every released one, and fingerprints."""

    student: str
    lines: tuple[str, ...]
    fingerprints: tuple[Fingerprint, ...]


def prepare(student: str, sources: list[str], stub: Stub) -> Submission:
    """Take what is a student's own out of their cells: no released cell, no empty one."""
    own = [
        stub.taken_out_of(_METADATA.sub("", source))
        for source in sources
        if _essence(source) not in stub.cells
    ]
    text = printable("\n\n".join(own))
    found = [p for p in fingerprints(tokens(text)) if p.hash not in stub.hashes]
    return Submission(student, tuple(text.split("\n")), tuple(found))


def _unspaced(text: str) -> str:
    return "".join(text.split())


def _essence(source: str) -> str:
    return " ".join(token.text for token in tokens(source))
