"""A class that was made: many answers to one assignment, written apart, and some that were copied.

An answer takes each function from somewhere else, the reference, an alternate or a mutant, and
writes it in a dialect of its own: `np.sum(x)` or `x.sum()`, a name for an inner result or none,
`a += b` or `a = a + b`. A copy is a disguise of one whole answer. All of it follows from a seed.
"""

from __future__ import annotations

import ast
import random
from collections import defaultdict
from dataclasses import dataclass, field

from graders.engine.catalogue import course_root, source_path
from graders.nbgrader.gradebook_cells import released
from tests.graders.reports.dialects import Dialect
from tests.graders.reports.disguises import DISGUISES, commented, renamed

Piece = list[ast.stmt]


@dataclass
class MadeClass:
    """Sources by student, and which pairs are an answer and its copy, with the disguise."""

    sources: dict[str, str] = field(default_factory=dict)
    planted: dict[frozenset[str], str] = field(default_factory=dict)


def made_class(name: str, size: int, copies: int, seed: int = 0) -> MadeClass:
    """`size` answers to the assignment `name`, of which `copies` are copies of others."""
    rng = random.Random(seed)
    variants = pieces(name)
    docstrings = given_docstrings(name)
    made = MadeClass()
    for number in range(size - copies):
        chosen = {task: rng.choice(of_task) for task, of_task in variants.items()}
        made.sources[f"student-{number:03}"] = written(chosen, docstrings, rng)
    kinds = list(DISGUISES)
    for number, victim in enumerate(rng.sample(sorted(made.sources), copies)):
        kind = kinds[number % len(kinds)]
        thief = f"copy-{number:02}"
        made.sources[thief] = DISGUISES[kind](made.sources[victim], rng)
        made.planted[frozenset((victim, thief))] = kind
    return made


def pieces(name: str) -> dict[str, list[Piece]]:
    """Every way there is to write each function: itself, below the helpers that it needs."""
    folder = course_root() / "tests"
    paths = [source_path(name)]
    for kind in ("alternates", "mutants"):
        paths += sorted((folder / kind / name).glob("*.py"))
    tasks = [n.name for n in ast.parse(paths[0].read_text()).body if isinstance(n, ast.FunctionDef)]
    found: dict[str, list[Piece]] = defaultdict(list)
    for path in paths:
        defined = {
            node.name: node
            for node in ast.parse(path.read_text()).body
            if isinstance(node, ast.FunctionDef | ast.ClassDef)
        }
        for task in filter(defined.__contains__, tasks):
            needed = [task]
            for called in needed:  # which grows
                names = (n.id for n in ast.walk(defined[called]) if isinstance(n, ast.Name))
                needed += [n for n in names if n in defined and n not in (*needed, *tasks)]
            found[task].append([defined[called] for called in reversed(needed)])
    return dict(found)


def given_docstrings(name: str) -> dict[str, str]:
    """What the released notebook says of each function, in its docstring."""
    cells = [c.source for c in released(source_path(name)).cells if c.cell_type == "code"]
    functions = (n for text in cells for n in ast.parse(text).body)
    return {
        n.name: ast.get_docstring(n, clean=False) or ""
        for n in functions
        if isinstance(n, ast.FunctionDef)
    }


def written(chosen: dict[str, Piece], docstrings: dict[str, str], rng: random.Random) -> str:
    """One student's file, in a dialect and with names of their own; most keep the docstrings."""
    dialect = Dialect(rng)
    nodes: list[ast.stmt] = [ast.parse("import numpy as np").body[0]]
    for piece in chosen.values():
        nodes += [node for node in map(dialect.rewritten, piece) if node not in nodes]
    keeps = rng.random() < 0.7
    for node in nodes:
        if isinstance(node, ast.FunctionDef):
            if ast.get_docstring(node):
                node.body = node.body[1:] or [ast.Pass()]
            if keeps and docstrings.get(node.name):
                node.body.insert(0, ast.Expr(ast.Constant(docstrings[node.name])))
    text = ast.unparse(ast.fix_missing_locations(ast.Module(nodes, [])))
    return commented(ast.unparse(renamed(ast.parse(text), rng, share=0.4)), rng)
