"""What all tests share."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import urllib.error
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

# jupytext teaches yaml's base class to write notebooks. jsonargparse, where it comes first, gives
# `SafeDumper` a table of its own, which that no longer reaches. No command needs both.
import jupytext  # noqa: F401
import pytest

from tests.scheduling import ByScope, rank

gc.disable()  # until all is imported: to look for garbage takes a quarter of the time

# Every `Trainer` looks for callbacks among the entry points of all that is installed.
metadata.entry_points = cache(metadata.entry_points)

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as under `make test &` in a script
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One more than there are cores: a quarter of the time a test waits for other processes."""
    return len(os.sched_getaffinity(0)) + 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByScope:
    return ByScope(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: rank(item.nodeid))


def pytest_collection_finish() -> None:
    """A twelfth of a worker's time goes into the search of all that it imported for cycles."""
    gc.freeze()
    gc.set_threshold(20_000)
    gc.enable()


@pytest.fixture
def no_weights_to_fetch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """torchvision has no pretrained weights on this machine, and no network to get them."""
    import torch

    def unreachable(*args: object, **options: object) -> None:
        raise urllib.error.URLError("Name or service not known")

    monkeypatch.setattr(torch.hub, "download_url_to_file", unreachable)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))


@dataclass(frozen=True)
class Demo:
    """What `dlcourse demo` left in `out` and said."""

    out: Path
    said: str


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demo, run once for all tests that look at a trained run or a graded class."""
    out = tmp_path_factory.mktemp("demo") / "run"
    command = [sys.executable, "-m", "course", "demo", "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return Demo(out, done.stdout)
