"""Libraries that a run may not need, imported at their first use.

Lightning imports torchmetrics, which imports what any of its metrics may ask for: a third of the
time until the first step goes into matplotlib, scipy and torchvision, of which that step needs
none (`python tests/benchmarks/fit_start.py`). `importlib.util.LazyLoader` does not help, since
`from torchvision import transforms` looks into the module at once.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

LIBRARIES = ("matplotlib", "scipy", "torchvision")


@contextmanager
def deferred(libraries: Sequence[str] = LIBRARIES) -> Iterator[None]:
    """Within, what is imported gets stand-ins for `libraries` and for all that it takes from them.

    A stand-in becomes the real thing when it is used afterwards. A library that is already
    imported is left as it is. Nor is garbage collected, of which importing makes next to none: to
    look for it takes a quarter of the time that Lightning takes.
    """
    stand_ins = _StandIns([name for name in libraries if name not in sys.modules])
    sys.meta_path.insert(0, stand_ins)
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
        sys.meta_path.remove(stand_ins)
        for name in filter(stand_ins.stands_for, list(sys.modules)):
            del sys.modules[name]
        stand_ins.importing = False


class _StandIns(MetaPathFinder, Loader):
    """Finds stand-ins where a module of one of the libraries is asked for."""

    def __init__(self, libraries: Sequence[str]) -> None:
        self.libraries = libraries
        self.importing = True

    def stands_for(self, module: str) -> bool:
        return module.partition(".")[0] in self.libraries

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> ModuleSpec | None:
        if not self.stands_for(fullname):
            return None
        return ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _StandIn(self, lambda: import_module(spec.name))  # type: ignore[return-value]

    def exec_module(self, module: ModuleType) -> None:
        """There is nothing in it to execute."""


class _StandIn:
    """Notes attributes and calls while importing goes on; afterwards makes them on the real thing.

    At import torchmetrics calls matplotlib, too: it decorates with `plt.style.context(...)`.
    """

    def __init__(self, among: _StandIns, find: Callable[[], Any]) -> None:
        self._among, self._find = among, find

    def _use(self, how: Callable[[Any], Any]) -> Any:
        if self._among.importing:
            return _StandIn(self._among, lambda: how(self._real()))
        return how(self._real())

    def _real(self) -> Any:
        if "_found" not in vars(self):
            self._found = self._find()
        return self._found

    def __getattr__(self, name: str) -> Any:
        if self._among.importing and name.startswith("__"):
            raise AttributeError(name)  # typing, inspect and others ask what a thing is
        return self._use(lambda real: getattr(real, name))

    def __call__(self, *args: Any, **options: Any) -> Any:
        return self._use(lambda real: real(*args, **options))

    def __instancecheck__(self, instance: object) -> bool:
        return isinstance(instance, self._real())
