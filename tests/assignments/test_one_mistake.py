"""One wrong function of many: at least half of the points stay, whoever else calls it.

Each function in turn raises whenever it is called, which is as wrong as one can be. It does so in
a correct submission whose other functions are built on each other as far as they can be.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from graders.authoring.mutants import PUT_IN_PLACE, definitions, functions
from graders.engine.catalogue import assignment_names, source_path
from tests.assignments.grading import TESTS, grade, lost

# Where another correct version reuses more of its own functions than the reference does.
BUILT_UP = {
    "softmax": [TESTS / "alternates" / "softmax" / "building_blocks.py"],
    "convolutions": [
        TESTS / "alternates" / "convolutions" / f"{name}.py" for name in ("classes", "loops")
    ],
}
WRONG = {
    ast.FunctionDef: "def {}(*args, **kwargs):\n    raise ArithmeticError('wrong')\n",
    ast.ClassDef: (
        "class {}(nn.Module):\n    def forward(self, x):\n        raise ArithmeticError('wrong')\n"
    ),
}


CASES = [
    pytest.param(
        name, base, WRONG[type(node)].format(node.name), id=f"{name}-{base.stem}-{node.name}"
    )
    for name in assignment_names()
    for base in BUILT_UP.get(name, [source_path(name)])
    for node in functions(source_path(name))
]


@pytest.mark.parametrize(("name", "base", "wrong"), CASES)
def test_one_wrong_function_costs_no_more_than_half(name: str, base: Path, wrong: str) -> None:
    result = grade(name, definitions(base) + PUT_IN_PLACE + wrong)
    assert result.score >= 50, lost(result)
