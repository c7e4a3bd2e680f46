"""The names that an assignment asks for, and what a student may have called one instead."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Collection, Iterable

LONGEST = 64  # names are compared letter by letter, and anybody may have chosen them
MOST = 1000
KINDS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
LIKENESS = 0.8  # "max_pool_forward" and "avg_pool_forward" have 0.87, but both are asked for


def defined_names(source: str) -> frozenset[str]:
    """The functions and classes that a script defines at its top level.

    Raises:
        SyntaxError: it is not Python.
    """
    return frozenset(node.name for node in ast.parse(source).body if isinstance(node, KINDS))


def written_names(source: str) -> frozenset[str]:
    """Those of ``defined_names`` that are more than a stub.

    Raises:
        SyntaxError: it is not Python.
    """
    stub = "raise NotImplementedError"
    return frozenset(
        node.name
        for node in ast.parse(source).body
        if isinstance(node, KINDS) and stub not in ast.unparse(node)
    )


def did_you_mean(name: str, there: Iterable[str], asked: Collection[str]) -> str:
    """A question to add where ``name`` is missing, or nothing.

    Args:
        there: what the student's file defines.
        asked: what it should define: none of these is another one misspelt.
    """
    others = (other for other in there if other not in asked and len(other) <= LONGEST)
    plain = {_plain(other): other for other, _ in zip(others, range(MOST), strict=False)}
    like = difflib.get_close_matches(_plain(name), plain, 1, LIKENESS)
    return f": did you mean {plain[like[0]]}?" if like else ""


def _plain(name: str) -> str:
    return name.replace("_", "").lower()
