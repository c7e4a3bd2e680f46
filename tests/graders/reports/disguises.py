"""What students do to a copy so that it looks like theirs."""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Callable

WORDS = (
    "total", "probs", "result", "values", "data", "temp", "out", "res", "loss_value", "grad",
    "weights", "batch", "picked", "rows", "cols", "labels", "target", "score", "best", "idx",
    "step", "diff", "summed", "exps", "row_max", "normed", "mean_loss", "answer", "helper",
    "arr", "first", "second", "acc", "logits", "margin", "correct", "wrong", "m", "n", "k",
    "t", "z", "s", "p", "q", "u", "v", "w", "g", "h",
)  # fmt: skip
COMMENTS = (
    "first the maximum", "now the sum", "see the lecture", "TODO check shapes", "this is stable",
    "average over the batch", "careful here", "as in the notebook", "vectorised", "works now",
)  # fmt: skip
QUOTES = {"'", '"'}
Disguise = Callable[[str, random.Random], str]


def renamed(tree: ast.Module, rng: random.Random, share: float = 1.0) -> ast.Module:
    """New names for variables and helpers; what the assignment asks for keeps its name."""
    chosen = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and _is_stored(n)}
    chosen |= {name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)
               for name in (node.name,) if name.startswith("_")}  # fmt: skip
    kept = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    free = [word for word in WORDS if word not in chosen | kept]
    rng.shuffle(free)
    new = {
        name: free.pop() if free else f"{name}_{rng.randrange(100)}"
        for name in sorted(chosen - kept)
        if rng.random() < share
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = new.get(node.id, node.id)
        elif isinstance(node, ast.FunctionDef):
            node.name = new.get(node.name, node.name)
    return tree


def commented(source: str, rng: random.Random) -> str:
    """Comments of one's own, on some lines."""
    lines, inside = [], False  # of a docstring
    for line in source.split("\n"):
        inside ^= line.count('"""') == 1
        may_end = line.endswith((")", "]", ":")) and not inside and not QUOTES & set(line)
        comment = f"  # {rng.choice(COMMENTS)}" if may_end and rng.random() < 0.15 else ""
        lines.append(line + comment)
    return "\n".join(lines)


def bare(tree: ast.Module) -> ast.Module:
    """Without docstrings."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and ast.get_docstring(node):
            node.body = node.body[1:] or [ast.Pass()]
    return tree


def functions_moved(tree: ast.Module, rng: random.Random) -> ast.Module:
    movable = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    others = [node for node in tree.body if not isinstance(node, ast.FunctionDef)]
    rng.shuffle(movable)
    tree.body = others + movable
    return tree


def statements_moved(tree: ast.Module, rng: random.Random) -> ast.Module:
    """Neighbours that do not need each other change places."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.For):
            for i in range(len(node.body) - 1):
                here, there = node.body[i : i + 2]
                simple = isinstance(here, ast.Assign) and isinstance(there, ast.Assign)
                if simple and not _touches(here, there) and not _touches(there, here):
                    node.body[i : i + 2] = [there, here]
    return tree


class _Loops(ast.NodeTransformer):
    """Loops into comprehensions, and comprehensions into loops."""

    def visit_For(self, node: ast.For) -> ast.stmt:
        self.generic_visit(node)
        match node.body:
            case [ast.Expr(ast.Call(ast.Attribute(owner, "append"), [value]))]:
                made = ast.ListComp(value, [_clause(node)])
                return ast.AugAssign(_stored(owner), ast.Add(), made)
            case [ast.AugAssign(ast.Name() as target, ast.Add(), value)]:
                total = ast.Call(ast.Name("sum"), [ast.GeneratorExp(value, [_clause(node)])], [])
                return ast.AugAssign(target, ast.Add(), total)
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.stmt | list[ast.stmt]:
        match node:
            case ast.Assign([ast.Name(name)], ast.ListComp(value, [clause])) if not clause.ifs:
                add = ast.Expr(ast.Call(ast.Attribute(ast.Name(name), "append"), [value], []))
                loop = ast.For(clause.target, clause.iter, [add], [])
                return [ast.Assign([ast.Name(name, ast.Store())], ast.List([])), loop]
        return node


def laid_out(source: str, rng: random.Random) -> str:
    """Other indentation, long lines broken, results in brackets."""
    lines = []
    for line in source.split("\n"):
        text = line.lstrip(" ")
        text = re.sub(r"^return (.+)$", r"return (\1)", text) if rng.random() < 0.5 else text
        depth = (len(line) - len(line.lstrip(" "))) // 2
        if len(text) > 50 and ", " in text and "def " not in text and not QUOTES & set(text):
            text = _broken(text, " " * (depth + 12))
        lines.append(" " * depth + text + ("\n" if rng.random() < 0.1 else ""))
    return "\n".join(lines)


def _broken(line: str, indent: str) -> str:
    """The line, with a new one behind each comma in brackets."""
    depth, text = 0, ""
    for character in line:
        depth += (character in "([{") - (character in ")]}")
        text += f",\n{indent}" if character == "," and depth > 0 else character
    return text


def _disguise(
    *steps: Callable[[ast.Module, random.Random], ast.Module], anew: bool = False
) -> Disguise:
    def disguised(source: str, rng: random.Random) -> str:
        tree = bare(ast.parse(source))
        for step in steps:
            tree = ast.parse(ast.unparse(ast.fix_missing_locations(step(tree, rng))))
        text = ast.unparse(renamed(tree, rng))
        return commented(laid_out(text, rng) if anew else text, rng)

    return disguised


def _loops(tree: ast.Module, rng: random.Random) -> ast.Module:
    return _Loops().visit(tree)


DISGUISES: dict[str, Disguise] = {
    "renamed": _disguise(),
    "functions moved": _disguise(functions_moved),
    "statements moved": _disguise(statements_moved),
    "loops": _disguise(_loops),
    "laid out anew": _disguise(anew=True),
    "all of it": _disguise(_loops, statements_moved, functions_moved, anew=True),
}


def _is_stored(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Store)


def _touches(first: ast.stmt, second: ast.stmt) -> bool:
    """Whether the second needs or changes what the first sets."""
    assert isinstance(first, ast.Assign)
    changed = {
        n.id for target in first.targets for n in ast.walk(target) if isinstance(n, ast.Name)
    }
    return any(isinstance(n, ast.Name) and n.id in changed for n in ast.walk(second))


def _clause(node: ast.For) -> ast.comprehension:
    return ast.comprehension(node.target, node.iter, [], 0)


def _stored(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.Name):
        node.ctx = ast.Store()
    return node
