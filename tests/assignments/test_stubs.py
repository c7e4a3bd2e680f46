"""What does nothing earns nothing: neither for leaving arguments alone nor for being consistent."""

from __future__ import annotations

import pytest

from tests.assignments.grading import grade

STUBS = {
    "nothing": "None",
    "zero": "0.0",
    "one": "1.0",
    "its_first_argument": "args[0]",
    "zeros": "np.zeros_like(args[0], dtype=float)",
    "ones": "np.ones_like(args[0], dtype=float)",
    "argument_and_rest": "args[0], args[-1]",
    "number_and_argument": "1.0, args[0]",
    "zero_and_zeros": "0.0, np.zeros_like(args[0], dtype=float)",
    "three_arguments": "args[0], args[0], args[0]",
}


@pytest.mark.parametrize("stub", STUBS)
@pytest.mark.parametrize("name", ["softmax", "optimizers", "backprop", "least_squares"])
def test_a_stub_earns_nothing(name: str, stub: str) -> None:
    from graders.engine.catalogue import source_path
    from tests.assignments.test_one_mistake import functions

    source = "import numpy as np\n" + "".join(
        f"\ndef {function}(*args, **kwargs):\n    return {STUBS[stub]}\n"
        for function, _ in functions(source_path(name))
    )
    result = grade(name, source)
    earned = [(test.name, test.score) for test in result.tests if test.score]
    assert not earned
