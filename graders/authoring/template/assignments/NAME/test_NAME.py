"""Public checks of the NAME assignment: small worked numbers, and hints.

Your grade comes from other tests of the same function, on other numbers and more cases.
"""

import numpy as np
import pytest

from graders.engine.compare import check_close


@pytest.mark.points(1, task="standardise", hint="mean and standard deviation along axis 0")
def test_two_columns(student):
    """The columns (1, 3) and (10, 30) both become (-1, 1)."""
    z = student.standardise(np.array([[1.0, 10.0], [3.0, 30.0]]))
    wrong = {"it is divided by the variance: take its square root": [[-1, -0.1], [1, 0.1]]}
    check_close(z, [[-1.0, -1.0], [1.0, 1.0]], "z", mistakes=wrong, reveal=True)


@pytest.mark.points(1, task="standardise", hint="divide by 1 where the standard deviation is 0")
def test_a_constant_column(student):
    """The column (5, 5) becomes (0, 0)."""
    z = student.standardise(np.array([[5.0, 1.0], [5.0, 3.0]]))
    check_close(z, [[0.0, -1.0], [0.0, 1.0]], "z", reveal=True)
