"""The same code as another person would write it: small choices, each by chance."""

from __future__ import annotations

import ast
import copy
import random

REDUCTIONS = ("sum", "max", "min", "mean", "argmax", "ravel")
OFTEN = 0.5
SELDOM = 0.25


class Dialect(ast.NodeTransformer):
    """Rewrites a function, choosing anew at each place."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._names = 0

    def rewritten(self, node: ast.stmt) -> ast.stmt:
        """A copy of ``node`` in this dialect."""
        found: ast.stmt = self.visit(copy.deepcopy(node))
        return found

    def _chance(self, share: float = OFTEN) -> bool:
        return self._rng.random() < share

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        match node:
            case ast.Call(ast.Attribute(ast.Name("np"), attr), [ast.Name() as first, *rest]) if (
                attr in REDUCTIONS and self._chance()
            ):
                return ast.Call(ast.Attribute(first, attr), rest, node.keywords)
            case ast.Call(ast.Attribute(owner, attr), args) if (
                attr in REDUCTIONS and not _is_numpy(owner) and self._chance()
            ):
                called = ast.Attribute(ast.Name("np"), attr)
                return self._kept_dimension(ast.Call(called, [owner, *args], node.keywords))
            case ast.Call(ast.Name("len"), [ast.Name() as first]) if self._chance():
                return ast.Subscript(ast.Attribute(first, "shape"), ast.Constant(0))
        return self._kept_dimension(node)

    def _kept_dimension(self, node: ast.Call) -> ast.expr:
        """``keepdims=True``, or an axis put in afterwards."""
        kept = [word for word in node.keywords if word.arg != "keepdims"]
        if len(kept) == len(node.keywords) or not self._chance():
            return node
        bare = ast.Call(node.func, node.args, kept)
        if self._chance():
            shape = [ast.UnaryOp(ast.USub(), ast.Constant(1)), ast.Constant(1)]
            return ast.Call(ast.Attribute(bare, "reshape"), shape, [])
        new = self._rng.choice([ast.Constant(None), ast.Attribute(ast.Name("np"), "newaxis")])
        return ast.Subscript(bare, ast.Tuple([ast.Slice(), new]))

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        if isinstance(node.op, ast.Add | ast.Mult) and self._chance(SELDOM):
            return ast.BinOp(node.right, node.op, node.left)
        if isinstance(node.op, ast.Pow) and self._chance():
            return ast.Call(ast.Attribute(ast.Name("np"), "square"), [node.left], [])
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        self.generic_visit(node)
        turned = {ast.Lt: ast.Gt, ast.Gt: ast.Lt, ast.LtE: ast.GtE, ast.GtE: ast.LtE}
        other = turned.get(type(node.ops[0]))  # type: ignore[call-overload]
        if len(node.ops) == 1 and other and self._chance():
            return ast.Compare(node.comparators[0], [other()], [node.left])
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.stmt:
        self.generic_visit(node)
        if not isinstance(node.target, ast.Name) or not self._chance():
            return node
        return ast.Assign([node.target], ast.BinOp(ast.Name(node.target.id), node.op, node.value))

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        self.generic_visit(node)
        node.body = [
            line
            for statement in node.body
            for line in (self._unfolded(statement) if self._chance() else [statement])
        ]
        return node

    def _unfolded(self, statement: ast.stmt) -> list[ast.stmt]:
        """An inner result gets a name, on a line of its own."""
        if not isinstance(statement, ast.Assign | ast.Return) or statement.value is None:
            return [statement]
        inner = [
            node
            for node in ast.walk(statement.value)
            if isinstance(node, ast.Call | ast.BinOp) and not _binds(statement.value)
        ]
        if not inner:
            return [statement]
        picked = self._rng.choice(inner)
        self._names += 1
        name = f"part{self._names}"
        first = ast.Assign([ast.Name(name, ast.Store())], picked)
        return [first, _Replaced(picked, name).visit(statement)]


class _Replaced(ast.NodeTransformer):
    def __init__(self, old: ast.expr, name: str) -> None:
        self._old, self._name = old, name

    def visit(self, node: ast.AST) -> ast.AST:
        return ast.Name(self._name) if node is self._old else self.generic_visit(node)


def _is_numpy(node: ast.expr) -> bool:
    """Whether a call on it is a function of a module's, such as ``np.random.sum``."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name) and node.id in ("np", "math", "random")


def _binds(node: ast.expr) -> bool:
    """Whether names inside of it mean nothing outside."""
    inner = (ast.ListComp, ast.GeneratorExp, ast.SetComp, ast.DictComp, ast.Lambda)
    return any(isinstance(found, inner) for found in ast.walk(node))
