"""A misspelt function is asked about, and never taken for another that is asked for."""

from __future__ import annotations

import pytest

from graders.engine.catalogue import assignment_names, source_path
from graders.engine.names import LONGEST, defined_names, did_you_mean


@pytest.mark.parametrize(
    ("name", "there", "meant"),
    [
        ("softmax", ["sofmax", "np"], "sofmax"),
        ("softmax", ["Softmax"], "Softmax"),
        ("cross_entropy", ["crossEntropy"], "crossEntropy"),
        ("cross_entropy", ["cross_entropy_loss"], "cross_entropy_loss"),
        ("softmax", ["softmax_loss", "helper"], None),
        ("max_pool_forward", ["avg_pool_forward"], None),
        ("relu_forward", ["relu_backward", "forward"], None),
        ("sgd", [], None),
        ("sgd", ["x" * (LONGEST + 1)] * 10**4 + [f"name{n}" for n in range(10**4)], None),
    ],
)
def test_what_was_meant(name: str, there: list[str], meant: str | None) -> None:
    asked = {"softmax", "softmax_loss", "avg_pool_forward", "max_pool_forward", "relu_backward"}
    assert did_you_mean(name, there, asked) == (f": did you mean {meant}?" if meant else "")


def test_no_function_of_an_assignment_is_taken_for_another() -> None:
    for assignment in assignment_names():
        asked = defined_names(source_path(assignment).read_text())
        assert len(asked) > 3
        for name in asked:
            assert did_you_mean(name, asked - {name}, asked) == ""
            assert did_you_mean(name, {f"{name}s"}, asked) == f": did you mean {name}s?"
