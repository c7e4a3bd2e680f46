"""Lightning's bookkeeping around each step, made cheap: it counts where a step takes a millisecond.

Measured with `python tests/benchmarks/training.py`, which trains with and without both.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import lightning.pytorch as pl
from lightning.pytorch.profilers import PassThroughProfiler

from lightning_modules.lightning_internals import HOOK_NAME

_NOTHING: AbstractContextManager[None] = nullcontext()


class LeanModule(pl.LightningModule):
    """Takes the name of the hook that runs without a search for parameters in it.

    Lightning notes it some forty times a step, and `nn.Module` looks at all that is set.
    """

    def __setattr__(self, name: str, value: Any) -> None:
        if name == HOOK_NAME:
            self.__dict__[name] = value
        else:
            super().__setattr__(name, value)


class NoProfiler(PassThroughProfiler):
    """What a trainer enters and leaves around each hook where no profiler is asked for.

    Lightning's own stand-in makes a generator each of the forty times.
    """

    def profile(self, action_name: str) -> AbstractContextManager[None]:  # type: ignore[override]
        return _NOTHING
