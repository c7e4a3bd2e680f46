"""Where a run's numbers go: a CSV file always, Weights & Biases beside it."""

from __future__ import annotations

import netrc
import os
import socket
import sys
import threading
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from lightning.pytorch.loggers import CSVLogger, WandbLogger
from lightning.pytorch.loggers.logger import rank_zero_experiment
from lightning.pytorch.utilities import rank_zero_only

from lightning_modules.errors import Unavailable
from lightning_modules.lightning_internals import without_wandb_option

_DEFAULT_HOST = "https://api.wandb.ai"
_CONNECT_TIMEOUT_S = 2.0
_OPENING = "wandb-opening"


def csv_logger(run_dir: Path) -> CSVLogger:
    """Writes `metrics.csv` into `run_dir`."""
    return CSVLogger(run_dir.parent, name="", version=run_dir.name, flush_logs_every_n_steps=50)


class BackgroundWandbLogger(WandbLogger):
    """Opens its run in a thread while training has begun: importing and starting W&B takes seconds.

    What is logged until then waits. A failure to open is raised where the next values are logged.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        without_wandb_option(self, "anonymous")
        self._opening: threading.Thread | None = None
        self._failure: Exception | None = None
        self._hyperparameters: list[Any] = []
        self._waiting: list[tuple[Mapping[str, float], int | None]] = []

    @property
    @rank_zero_experiment
    def experiment(self) -> Any:
        """The W&B run; before training nothing, though Lightning asks, to have it made early."""
        if self._opening is None:
            return None
        if threading.current_thread() is self._opening:
            return WandbLogger.experiment.fget(self)  # type: ignore[attr-defined]
        self._opening.join()
        self._flush()
        return self._experiment

    @rank_zero_only
    def log_hyperparams(self, params: dict[str, Any] | Namespace) -> None:
        if self._opening is None:
            self._hyperparameters.append(params)
        else:
            super().log_hyperparams(params)

    @rank_zero_only
    def log_metrics(self, metrics: Mapping[str, float], step: int | None = None) -> None:
        self._waiting.append((metrics, step))
        if self._opening is None:
            self._opening = threading.Thread(target=self._open, name=_OPENING, daemon=True)
            self._opening.start()
        elif not self._opening.is_alive():
            self._flush()

    @rank_zero_only
    def finalize(self, status: str) -> None:
        if status == "success" and self._opening is not None:
            self._opening.join()
            self._flush()
        super().finalize(status)

    def _open(self) -> None:
        try:
            for params in self._hyperparameters:
                super().log_hyperparams(params)
            _ = self.experiment
        except Exception as error:  # told in the thread that trains
            self._failure = error

    def _flush(self) -> None:
        if self._failure is not None:
            raise Unavailable(
                f"W&B did not start ({self._failure}); WANDB_MODE=offline goes without its server"
            )
        waiting, self._waiting = self._waiting, []
        for metrics, step in waiting:
            super().log_metrics(metrics, step)


def wandb_logger(run_dir: Path, project: str, name: str) -> WandbLogger:
    """A logger that never asks, never waits for a network that is not there."""
    os.environ.setdefault("WANDB_SILENT", "true")
    return BackgroundWandbLogger(name=name, project=project, save_dir=run_dir, mode=wandb_mode())


def finish_wandb() -> None:
    """Closes the W&B run of this process, if there is one: a next run must not write into it."""
    for thread in threading.enumerate():
        if thread.name == _OPENING:
            thread.join()
    if "wandb" in sys.modules:
        import wandb

        wandb.finish()


def wandb_mode() -> str:
    """`WANDB_MODE` where it is set; else online for someone logged in who can reach the server."""
    configured = os.environ.get("WANDB_MODE")
    if configured:
        return configured
    host = urlsplit(os.environ.get("WANDB_BASE_URL", _DEFAULT_HOST))
    return "online" if _logged_in(host.hostname or "") and _reachable(host) else "offline"


def _logged_in(host: str) -> bool:
    if os.environ.get("WANDB_API_KEY"):
        return True
    path = Path(os.environ.get("NETRC", Path.home() / ".netrc"))
    try:
        return netrc.netrc(path).authenticators(host) is not None
    except (OSError, netrc.NetrcParseError):
        return False


def _reachable(host: SplitResult) -> bool:
    port = host.port or (443 if host.scheme == "https" else 80)
    try:
        with socket.create_connection((host.hostname, port), timeout=_CONNECT_TIMEOUT_S):
            return True
    except OSError:
        return False
