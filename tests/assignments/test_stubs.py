"""What does nothing earns nothing: neither for leaving arguments alone nor for being consistent.

Hidden tests that judge a function by its own other answers, or by what it leaves as it was, see to
it first that it does something.
"""

from __future__ import annotations

import pytest

from graders.engine.catalogue import source_path
from tests.assignments.grading import functions, grade

STUBS = {
    "one": "1.0",
    "its_argument": "args[0]",
    "zeros": "np.zeros_like(args[0], dtype=float)",
    "ones": "np.ones_like(args[0], dtype=float)",
    "its_arguments": "args[0], args[-1]",
    "zero_and_zeros": "0.0, np.zeros_like(args[0], dtype=float)",
    "its_argument_three_times": "args[0], args[0], args[0]",
}


@pytest.mark.parametrize("stub", STUBS)
@pytest.mark.parametrize("name", ["softmax", "optimizers", "backprop", "least_squares"])
def test_a_stub_earns_nothing(name: str, stub: str) -> None:
    definition = f"def {{}}(*args, **kwargs):\n    return {STUBS[stub]}\n"
    stubs = [definition.format(function.name) for function in functions(source_path(name))]
    result = grade(name, "\n".join(["import numpy as np\n", *stubs]))
    assert [test.name for test in result.tests if test.passed] == []
