"""Fingerprints of code that survive renaming, reformatting, comments and reordering.

Winnowing (Schleimer, Wilkerson and Aiken, SIGMOD 2003, the algorithm of MOSS): hash every run of
k tokens, and in every window of w consecutive hashes keep the smallest. Any two texts that share
k + w - 1 tokens share a fingerprint; nothing shorter than k tokens is ever reported.
"""

from __future__ import annotations

import builtins
import hashlib
import keyword
import re
from dataclasses import dataclass

RUN = 10  # k: tokens in a fingerprint, about one and a half lines of NumPy
WINDOW = 5  # w

_TOKEN = re.compile(
    r"""
    (?P<skip>\#[^\n]*|\\\n|[ \t\r\f]+)
    |(?P<docstring>[rRbBuUfF]{0,2}(?:\"{3}.*?(?:\"{3}|\Z)|'{3}.*?(?:'{3}|\Z)))
    |(?P<string>[rRbBuUfF]{0,2}(?:"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?))
    |(?P<number>(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?[jJ]?|0[xXoObB][\da-fA-F_]+)
    |(?P<name>[^\W\d]\w*)
    |(?P<newline>\n)
    |(?P<operator>\*\*=?|//=?|>>=?|<<=?|->|:=|[-+*/%&|^@=!<>]=?|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_KEPT = frozenset(keyword.kwlist) | frozenset(dir(builtins))
_BEFORE_CALLS = re.compile(r"[\w\])]")  # what ends like this is called by the bracket behind it
_CALL_NOTHING = frozenset(keyword.kwlist) - {"None"}


@dataclass(frozen=True)
class Token:
    """A token in its normal form, and the line it stands on, from 0."""

    text: str
    line: int


def tokens(source: str) -> list[Token]:
    """Split code into normal tokens; anything is accepted, Python or not.

    A name that its author chose becomes ``N``. Keywords, builtins and what follows a dot stay, as
    those belong to the language and its libraries. Numbers become ``0``, strings ``S``; comments,
    line ends, layout and triple-quoted strings, which are docstrings, vanish. So do brackets that
    only group, and a comma before one that closes: ``return (a, b,)`` is ``return a, b``.
    """
    found: list[Token] = []
    line = 0
    for match in _TOKEN.finditer(source):
        text = match.group()
        match match.lastgroup:
            case "name":
                after_dot = bool(found) and found[-1].text == "."
                found.append(Token(text if after_dot or text in _KEPT else "N", line))
            case "number":
                found.append(Token("0", line))
            case "string":
                found.append(Token("S", line))
            case "operator":
                found.append(Token(text, line))
        line += text.count("\n")
    return _ungrouped(found)


def _ungrouped(found: list[Token]) -> list[Token]:
    kept: list[Token] = []
    calls: list[bool] = []
    for token in found:
        if token.text == "(":
            before = kept[-1].text if kept else ""
            calls.append(before not in _CALL_NOTHING and bool(_BEFORE_CALLS.match(before[-1:])))
            if not calls[-1]:
                continue
        elif token.text == ")":
            if kept and kept[-1].text == ",":
                kept.pop()
            if not (calls.pop() if calls else True):
                continue
        kept.append(token)
    return kept


@dataclass(frozen=True)
class Fingerprint:
    """A run of tokens: its hash, and the first and last line that it touches."""

    hash: int
    first_line: int
    last_line: int


def fingerprints(found: list[Token]) -> list[Fingerprint]:
    """Return the winnowed fingerprints of a token sequence, in order; none for fewer than k."""
    runs = [
        _hash([token.text for token in found[start : start + RUN]])
        for start in range(len(found) - RUN + 1)
    ]
    chosen: set[int] = set()
    for start in range(max(len(runs) - WINDOW + 1, min(len(runs), 1))):
        window = range(start, min(start + WINDOW, len(runs)))
        chosen.add(min(window, key=lambda i: (runs[i], -i)))  # of equals the last, as in the paper
    return [Fingerprint(runs[i], found[i].line, found[i + RUN - 1].line) for i in sorted(chosen)]


def _hash(texts: list[str]) -> int:
    # not hash(), which differs from process to process, and so would the report
    digest = hashlib.blake2b("\0".join(texts).encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big")
