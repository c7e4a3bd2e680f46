"""What the course's pages print for readers to type or run: commands, Python, cells of a notebook.

Lessons are notebooks in MyST Markdown: a fence of ``{code-cell} python`` is a cell, whose first
lines may be options like ``:tags: [hide-input]``.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_FENCE = re.compile(r"^(`{3,})(\S*)[^\n`]*\n(.*?)^\1$", re.MULTILINE | re.DOTALL)
_FRONT_MATTER = re.compile(r"\A---\n.*?^---\n", re.MULTILINE | re.DOTALL)
_OPTIONS = re.compile(r"\A(?::[\w-]+:[^\n]*\n)*")
_TAGS = re.compile(r"^:tags: \[(.*)\]$", re.MULTILINE)
_INDENTED = re.compile(r"^ {4}(\S(?:.*\\\n)*.*)$", re.MULTILINE)
_SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_BEHIND_A_WORD = re.compile(r"\$\w+")
_SEPARATORS = {"&&", ";", "|", "||", "&"}


@dataclass(frozen=True)
class Command:
    """A command that a page prints.

    Attributes:
        page: where, relative to the repository.
        words: of the command.
        whole: stands in a block, to be typed as it is; what stands in a sentence may leave out
            arguments, or be an option alone.
    """

    page: str
    words: tuple[str, ...]
    whole: bool

    def __str__(self) -> str:
        return f"{self.page}: {shlex.join(self.words)}"


@dataclass(frozen=True)
class Cell:
    """A piece of Python that a page runs, or shows to be run.

    Attributes:
        code: without the cell's options.
        tags: of the cell, such as ``hide-input``.
        is_cell: of a notebook; else a block of Python that a page only shows.
    """

    code: str
    tags: tuple[str, ...] = ()
    is_cell: bool = True


def pages() -> list[Path]:
    """Every page of the repository that people read."""
    return [
        *(path for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md") if path.exists()),
        *sorted(ROOT.glob("data/*.md")),
        *sorted(ROOT.glob("lightning_modules/**/*.md")),
        *sorted(ROOT.glob("course/**/*.md")),
    ]


def commands(text: str, page: str, programs: set[str]) -> Iterator[Command]:
    """The commands that a page's text prints.

    Args:
        text: of the page.
        page: its name.
        programs: words by which a command in a sentence, or indented, is known to be one.
    """
    text = _FRONT_MATTER.sub("", text)
    for _, language, block in _FENCE.findall(text):
        if language in ("", "sh", "bash"):
            yield from (Command(page, words, True) for words in parsed(block))
    prose = _FENCE.sub("", text)
    for block in _INDENTED.findall(prose):
        for words in parsed(block) if block.split()[0] in programs else ():
            yield Command(page, words, True)
    for span in _SPAN.findall(_INDENTED.sub("", prose)):
        first = span.split()[0]
        if "…" in span:
            continue
        if (first in programs and " " in span) or re.match(r"--\w\S*[ =]", span):
            yield from (Command(page, words, False) for words in parsed(span))


def parsed(text: str) -> Iterator[tuple[str, ...]]:
    """The words of each simple command of a piece of shell."""
    for line in text.replace("\\\n", " ").splitlines():
        lexer = shlex.shlex(line, posix=True, punctuation_chars=";&|<>()")
        lexer.whitespace_split, lexer.commenters = True, "#"
        words: list[str] = []
        for word in [*lexer, ";"]:
            if word not in _SEPARATORS:
                words.append(_BEHIND_A_WORD.sub("0", word))
                continue
            while words and (words[0] in ("do", "then") or re.match(r"^[A-Z_]+=", words[0])):
                words.pop(0)
            if ">" in words:
                words = words[: words.index(">")]
            if words and words[0] not in ("for", "done", "cd", "source", "export"):
                yield tuple(words)
            words = []


def cells(text: str) -> list[Cell]:
    """What a page has of Python, in the order in which it runs."""
    found = []
    for _, language, block in _FENCE.findall(text):
        if language == "python":
            found.append(Cell(block, is_cell=False))
        elif language == "{code-cell}":
            options = _OPTIONS.match(block)
            assert options is not None
            names = _TAGS.findall(options[0])
            tags = tuple(name.strip() for name in names[0].split(",")) if names else ()
            found.append(Cell(block[options.end() :], tags))
    return found
