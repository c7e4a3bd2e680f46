"""Which pictures belong together: those of one driver, one patient, one video.

Pictures of a group are alike for other reasons than their class. A network that has seen a driver
knows his pictures again, so a validation set with the same drivers in it says nothing of new ones:
what is held out must be whole groups.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from lightning_modules.errors import BadInput


class GroupBy:
    """Says of each picture which group it is in."""

    def groups(self, paths: Sequence[str]) -> list[str]:
        """A group's name for each path, which is relative to the folder of all pictures.

        Raises:
            BadInput: a picture is in none.
        """
        raise NotImplementedError


class GroupPattern(GroupBy):
    """Groups by a part of the path.

    Args:
        pattern: a regular expression that is found in the path, as `train/c0/p012_7.jpg`; the group
            is what its parentheses hold, or all that it finds: `p[0-9]+`.
    """

    def __init__(self, pattern: str) -> None:
        try:
            self._pattern = re.compile(pattern)
        except re.error as error:
            raise BadInput(f"data.group_by.pattern '{pattern}': {error}") from error

    def groups(self, paths: Sequence[str]) -> list[str]:
        return [self._group(path) for path in paths]

    def _group(self, path: str) -> str:
        match = self._pattern.search(path)
        if match is None:
            raise BadInput(
                f"{path}: data.group_by.pattern '{self._pattern.pattern}' is not found in it"
            )
        return match[1] if self._pattern.groups else match[0]


class GroupTable(GroupBy):
    """Groups by the rows of a CSV file.

    Args:
        path: the file, whose first line names its columns.
        group: the column with the group.
        picture: the column with the picture's file name, or its path in the folder of all pictures.
    """

    def __init__(self, path: str, group: str = "group", picture: str = "picture") -> None:
        self._path, self._group, self._picture = Path(path), group, picture

    def groups(self, paths: Sequence[str]) -> list[str]:
        group_of = self._read()
        names = Counter(Path(path).name for path in paths)
        return [self._look_up(path, group_of, names) for path in paths]

    def _read(self) -> dict[str, str]:
        try:
            with self._path.open(newline="", encoding="utf-8-sig") as file:
                reader = csv.DictReader(file)
                columns = reader.fieldnames or []
                for column in (self._group, self._picture):
                    if column not in columns:
                        raise BadInput(
                            f"{self._path}: no column {column}; there are: {', '.join(columns)}"
                        )
                return {row[self._picture]: row[self._group] for row in reader}
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            reason = getattr(error, "strerror", None) or error
            raise BadInput(f"{self._path}: not a readable CSV file ({reason})") from error

    def _look_up(self, path: str, group_of: dict[str, str], names: Counter[str]) -> str:
        name = Path(path).name
        group = group_of.get(path) or (group_of.get(name) if names[name] == 1 else None)
        if not group:
            why = "has no row" if names[name] == 1 else "shares its name, and its path has no row"
            raise BadInput(f"{self._path}: {path} {why} in column {self._picture}")
        return group


def draw(num_examples: int, share: float, seed: int) -> Tensor:
    """A share of the examples, drawn at random: booleans (N,).

    Raises:
        BadInput: one side would be empty.
    """
    count = round(share * num_examples)
    if not 0 < count < num_examples:
        raise BadInput(f"a share of {share} of {num_examples} pictures leaves one side empty")
    chosen = torch.zeros(num_examples, dtype=torch.bool)
    order = torch.randperm(num_examples, generator=torch.Generator().manual_seed(seed))
    chosen[order[:count]] = True
    return chosen


def draw_groups(groups: Sequence[str], share: float, seed: int) -> Tensor:
    """Whole groups, drawn at random until they hold a share of the examples: booleans (N,).

    Raises:
        BadInput: there is no second group to keep.
    """
    names = sorted(set(groups))
    if len(names) < 2:
        raise BadInput(f"data.group_by finds one group, {names[0]}, so none can be held out")
    order = torch.randperm(len(names), generator=torch.Generator().manual_seed(seed)).tolist()
    sizes = Counter(groups)
    held_out: set[str] = set()
    for place in order[:-1]:
        if sum(sizes[name] for name in held_out) >= share * len(groups):
            break
        held_out.add(names[place])
    return torch.tensor([group in held_out for group in groups])
