"""Plotting and progress bars, which no grade depends on, as modules that do nothing.

A student's ``import matplotlib.pyplot as plt`` above a function that is right should not cost
the function. Nothing here computes: a call returns another inert thing, and ``tqdm`` iterates.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import Any

PACKAGES = frozenset({"IPython", "matplotlib", "seaborn", "tqdm"})


class Inert:
    """Takes any call, attribute, item or ``with``, and has no effect."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        # tqdm(iterable) and trange(n) have to yield what they were given
        if args and hasattr(args[0], "__iter__") and not isinstance(args[0], str):
            return args[0]
        return self

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __getitem__(self, key: Any) -> Inert:
        return self

    def __setitem__(self, key: Any, value: Any) -> None:
        pass

    def __iter__(self) -> Iterator[Inert]:
        # fig, axes = plt.subplots() unpacks two
        return iter((self, self))

    def __enter__(self) -> Inert:
        return self

    def __exit__(self, *exception: object) -> None:
        pass


class InertModule(ModuleType):
    __path__: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return range if name == "trange" else Inert()


class InertFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds ``PACKAGES`` and anything below them."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname.partition(".")[0] in PACKAGES:
            return importlib.machinery.ModuleSpec(fullname, self, is_package=True)
        return None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return InertModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        pass


def install() -> None:
    sys.meta_path.append(InertFinder())
