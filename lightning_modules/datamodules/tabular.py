"""Tables with a number to predict: baseball salaries and the progress of a disease."""

from __future__ import annotations

from typing import Literal

import numpy as np
import torch
from torch import Tensor

from lightning_modules.datamodules.batch_transform import BatchTransform
from lightning_modules.datamodules.in_memory import InMemory, Splits, hold_out
from lightning_modules.datamodules.manifest import Arrays
from lightning_modules.datamodules.shared import check_positive
from lightning_modules.datamodules.store import load
from lightning_modules.errors import BadInput

TARGETS = {"hitters": "Salary", "diabetes": "progression"}


def to_numbers(column: np.ndarray) -> np.ndarray:
    """A column (N,) as floats; of two categories the first in the alphabet becomes 0, the other 1.

    Raises:
        ValueError: text of more or fewer than two categories.
    """
    if column.dtype.kind == "f":
        return column
    categories = np.unique(column)
    if len(categories) != 2:
        raise ValueError(f"{len(categories)} categories; only two become 0 and 1")
    return (column == categories[1]).astype(np.float64)


def features_and_target(table: Arrays, target: str) -> tuple[Tensor, Tensor, list[str]]:
    """Rows that lack nothing: features (N, D), the target (N,), both float64, and D names."""
    names = [name for name in table if name != target]
    columns = np.stack([to_numbers(table[name]) for name in [*names, target]], axis=1)  # (N, D + 1)
    complete = torch.from_numpy(columns[~np.isnan(columns).any(axis=1)])
    return complete[:, :-1], complete[:, -1], names


class Tabular(InMemory):
    """Rows of a table: features (N, D) and a target (N,), both float32.

    Features that are numbers are standardised to mean 0 and standard deviation 1 over the training
    rows; categories are 0 or 1. Rows that lack a value, such as players without a salary, are left
    out.

    Args:
        dataset: `hitters` (263 players, 19 features, salary in thousands of dollars) or `diabetes`
            (442 patients, 10 features, progress of the disease).
        batch_size: rows per step, over all processes together.
        val_size: how many rows are held out for validation.
        test_size: how many are held out for the test.
        split_seed: of the draw of those; the same for every run, so that runs compare.
        standardise_target: measures the target in standard deviations from its training mean.
        augment: changes training batches.
        train_size: trains on this many rows alone; a larger set contains the smaller.
    """

    def __init__(
        self,
        dataset: Literal["hitters", "diabetes"] = "hitters",
        batch_size: int = 32,
        val_size: int = 50,
        test_size: int = 50,
        split_seed: int = 0,
        standardise_target: bool = True,
        augment: list[BatchTransform] | None = None,
        train_size: int | None = None,
    ) -> None:
        super().__init__(dataset, batch_size, augment, train_size)
        if dataset not in TARGETS:
            raise BadInput(f"data.dataset is {dataset}; it must be one of {', '.join(TARGETS)}")
        check_positive("val_size", val_size)
        check_positive("test_size", test_size)
        self.target = TARGETS[dataset]
        self.val_size, self.test_size, self.split_seed = val_size, test_size, split_seed
        self.standardise_target = standardise_target
        self.feature_names: list[str] = []

    def _load(self) -> Splits:
        assert self.dataset is not None
        x, y, self.feature_names = features_and_target(load(self.dataset), self.target)
        if self.val_size + self.test_size >= len(y):
            raise BadInput(
                f"data.val_size and data.test_size are {self.val_size + self.test_size} together; "
                f"it must be below {len(y)}"
            )
        outer = hold_out(x, y, self.test_size, self.split_seed)
        splits = hold_out(*outer["train"], self.val_size, self.split_seed)
        splits["test"] = outer["val"]
        train_x, train_y = splits["train"]
        numeric = ~((train_x == 0) | (train_x == 1)).all(dim=0)  # (D,)
        x_mean = torch.where(numeric, train_x.mean(dim=0), 0.0)  # (D,)
        x_std = torch.where(numeric, train_x.std(dim=0, correction=0), 1.0)
        y_mean = train_y.mean() if self.standardise_target else torch.zeros(())
        y_std = train_y.std(correction=0) if self.standardise_target else torch.ones(())
        return {
            name: (((x - x_mean) / x_std).float(), ((y - y_mean) / y_std).float())
            for name, (x, y) in splits.items()
        }
