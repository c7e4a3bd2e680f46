"""Ends a run of several processes when one of them is gone: the others would wait for it for ever.

Processes of a run meet in every step. When one is killed (no memory, a dead node, kill -9), some
backends report it and some wait for half an hour. This watches the processes themselves.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from typing import Any

import lightning.pytorch as pl
from lightning.pytorch.utilities import rank_zero_only

from lightning_modules.errors import PeerLost
from lightning_modules.lightning_internals import dismiss_process_observer

_POLL_S = 0.5
_GRACE_S = 10.0  # for a process that is ending by itself, for a reason it will say
# what gloo and NCCL say where the other end is gone
_CONNECTION = re.compile(r"gloo|NCCL|[Cc]onnection (closed|reset|refused)|Broken pipe|TCPStore")


def lost_connection(error: BaseException) -> bool:
    """Whether an error is only the echo of another process's end."""
    return isinstance(error, RuntimeError) and _CONNECTION.search(str(error)) is not None


def process_rank() -> int:
    """This process's place among those of the run, whatever started them."""
    return int(getattr(rank_zero_only, "rank", 0))


class WatchPeers(pl.Callback):
    """The first process watches those that it started; each of those watches the first.

    Under torchrun or SLURM processes are children of the launcher, which does the first's part.
    """

    def __init__(self) -> None:
        self._parent = os.getppid()
        self._launcher: Any = None
        self._done = threading.Event()

    def watch(self, trainer: pl.Trainer) -> None:
        """Begins before the processes are started: they may fail before they ever meet."""
        if trainer.num_devices * trainer.num_nodes > 1:
            self._launcher = trainer.strategy.launcher
            threading.Thread(target=self._watch, daemon=True, name="watch-peers").start()

    def on_exception(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, exception: BaseException
    ) -> None:
        self._done.set()  # the main thread ends by itself, and says why

    def teardown(self, trainer: pl.Trainer, pl_module: pl.LightningModule, stage: str) -> None:
        self._done.set()

    @property
    def _peers(self) -> list[subprocess.Popen]:
        """The processes that this one started: none where it is not the first."""
        return getattr(self._launcher, "procs", [])

    def lost(self, wait: float = 0.0) -> str | None:
        """What became of the process whose loss ends the run, if one is gone.

        Args:
            wait: seconds until its end must show.
        """
        end = time.monotonic() + wait
        while True:
            for rank, process in enumerate(self._peers, start=1):
                if status := process.poll():
                    return f"process {rank} of {len(self._peers) + 1} {_describe(status)}"
            if not self._peers and os.getppid() != self._parent:
                return "the first process is gone"
            if time.monotonic() >= end:
                return None
            time.sleep(0.05)

    def loss(self) -> PeerLost:
        """The error to raise where a connection broke; the processes that are left are killed."""
        what = self.lost(wait=2.0)
        self._end_all()
        if what and process_rank():
            self._say(what)  # the first process cannot
        return PeerLost(_ending(what or "another process of the run is gone"))

    def _say(self, what: str) -> None:
        if process_rank() < 2:  # once is enough
            print(f"dlcourse: {_ending(what)}", file=sys.stderr, flush=True)

    def _end_all(self) -> None:
        for process in self._peers:
            process.kill()  # one that hangs in a collective heeds no other signal
        for process in self._peers:
            process.wait()

    def _watch(self) -> None:
        while not self._done.wait(_POLL_S):
            if self._peers:
                dismiss_process_observer()
            what = self.lost()
            if what is None:
                continue
            if self._done.wait(_GRACE_S):
                return
            self._end_all()
            self._say(what)
            os._exit(PeerLost.exit_status)


def _ending(what: str) -> str:
    return f"{what}, so the run ends; go on from its last checkpoint with --ckpt_path"


def _describe(status: int) -> str:
    if status > 0:
        return f"failed with exit status {status}"
    return f"was killed by {signal.Signals(-status).name}"
