"""What does nothing earns nothing: neither for leaving arguments alone nor for being consistent.

Hidden tests that judge a function by its own other answers, or by what it leaves as it was, see to
it first that it does something.
"""

from __future__ import annotations

import pytest

from graders.authoring.mutants import functions
from graders.engine.catalogue import source_path
from tests.assignments.grading import grade

STUBS = {
    "one": "1.0",
    "nan": "np.nan",
    "nans": "np.full(np.shape(args[0]), np.nan)",
    "nan_and_nans": "np.nan, np.full(np.shape(args[0]), np.nan)",
    "its_argument": "args[0]",
    "nans_and_config": "np.full(np.shape(args[0]), np.nan), dict()",
    "zeros_and_config": "np.zeros_like(args[0], dtype=float), dict()",
    "argument_and_config": "args[0], dict()",
    "zeros": "np.zeros_like(args[0], dtype=float)",
    "ones": "np.ones_like(args[0], dtype=float)",
    "its_arguments": "args[0], args[-1]",
    "zero_and_zeros": "0.0, np.zeros_like(args[0], dtype=float)",
    "its_argument_three_times": "args[0], args[0], args[0]",
}


@pytest.mark.parametrize("stub", STUBS)
@pytest.mark.parametrize(
    "name", ["softmax", "optimizers", "backprop", "least_squares", "sequences", "representations"]
)
def test_a_stub_earns_nothing(name: str, stub: str) -> None:
    definition = f"def {{}}(*args, **kwargs):\n    return {STUBS[stub]}\n"
    stubs = [definition.format(function.name) for function in functions(source_path(name))]
    result = grade(name, "\n".join(["import numpy as np\n", *stubs]))
    assert [test.name for test in result.tests if test.passed] == []
