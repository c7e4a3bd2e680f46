"""Error carried forward through a cache: a backward function is judged by itself.

It can be called only with what the student's own forward function left for it. Where that one is
wrong, a right backward function may well give other numbers than the right ones: then it is judged
by the slope of the forward function as it was handed in. That takes a forward function that is
sound (the test says what that means), so that two functions that do nothing earn nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from graders.engine.compare import as_array, as_tuple, check_gradient
from graders.engine.student import StudentError

Check = Callable[[Any], None]
WRONG = (AssertionError, StudentError)
MOST_NUMBERS = 10_000  # in an output whose slope is looked at: anybody may have chosen its size


@dataclass(frozen=True)
class Layer:
    """``NAME_forward`` and ``NAME_backward`` of a student's, and what a test feeds them.

    Args:
        inputs: by name, in the order of the arguments; the gradients are called ``d`` and the name.
        options: the arguments after them.
        out: what a right forward function returns for these.
        sound: raises where the forward function is not even right in what matters most.
    """

    student: Any
    name: str
    inputs: Mapping[str, np.ndarray]
    options: tuple[Any, ...]
    out: np.ndarray
    sound: Callable[[], None]

    def forward(self, **moved: np.ndarray) -> tuple[Any, Any]:
        """out and cache, with ``moved`` in place of the inputs of these names."""
        inputs = {**self.inputs, **moved}.values()
        function = getattr(self.student, f"{self.name}_forward")
        out, cache = as_tuple(function(*inputs, *self.options), "out, cache")
        return out, cache

    def backward(self, dout: np.ndarray, cache: Any) -> dict[str, Any]:
        """Gradients by the names of the inputs."""
        result = getattr(self.student, f"{self.name}_backward")(dout, cache)
        if len(self.inputs) == 1:
            return dict.fromkeys(self.inputs, result)
        names = ", ".join(f"d{name}" for name in self.inputs)
        return dict(zip(self.inputs, as_tuple(result, names), strict=True))

    def check(self, dout: np.ndarray, **checks: Check) -> None:
        """Check the gradients for the inputs that ``checks`` names, each by its own check.

        Raises:
            AssertionError, StudentError: they are wrong, whichever way one looks at it.
        """
        out, cache = self.forward()
        try:
            gradients = self.backward(dout, cache)
            for name, check in checks.items():
                check(gradients[name])
        except WRONG:
            if self._right(out) or not self._follows(out, cache, dout, list(checks)):
                raise

    def _right(self, out: Any) -> bool:
        try:
            found = as_array(out, self.out.shape, "out")
        except AssertionError:
            return False
        return np.allclose(found, self.out, rtol=1e-4, atol=1e-5)

    def _follows(self, out: Any, cache: Any, dout: np.ndarray, names: list[str]) -> bool:
        """Whether these gradients are those of the student's own forward function."""
        if not isinstance(out, np.ndarray) or not 0 < out.size <= MOST_NUMBERS:
            return False
        weights = np.resize(dout, out.shape)
        try:
            self.sound()
            gradients = self.backward(weights, cache)
            for name in names:
                total = partial(self._total, weights, name)
                check_gradient(total, self.inputs[name], gradients[name], f"d{name}")
        except WRONG:
            return False
        return True

    def _total(self, weights: np.ndarray, name: str, value: np.ndarray) -> float:
        out, _ = self.forward(**{name: value})
        return float(np.vdot(weights, as_array(out, weights.shape, "out")))
