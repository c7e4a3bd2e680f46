"""Experiments and records that tests make up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lightning_modules.experiments.records import Record
from lightning_modules.experiments.spec import Experiment, read

FUNCTION = "lightning_modules.experiments.functions.gradient_noise.gradient_noise"


def fields(**changed: Any) -> dict[str, Any]:
    """Of a small experiment of two arms, `a` and `b`, by the metric `score`."""
    return {
        "question": "Which?",
        "claim": "a beats b.",
        "source": "nowhere",
        "equal": "all",
        "holds": "numbers that a test made up",
        "function": FUNCTION,
        "arms": {"a": {}, "b": {}},
        "metrics": {"score": {"label": "score"}},
        "bar": [{"better": ["a", "b"], "metric": "score", "smallest": 0.5}],
        **changed,
    }


def experiment(name: str = "made_up", **changed: Any) -> Experiment:
    return read(fields(**changed), Path(f"{name}.yaml"), Path())


def records(
    of: Experiment, values: Mapping[str, Sequence[float | None]], metric: str = "score"
) -> list[Record]:
    """One run for each value, with seeds from 0."""
    return [
        Record(
            of.name, "small", arm, seed, {}, of.setup_hash("small"), of.bar_hash(),
            metrics={metric: value},
        )
        for arm, column in values.items()
        for seed, value in enumerate(column)
    ]  # fmt: skip
