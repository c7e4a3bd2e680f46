"""Where a run's numbers go: a CSV file always, Weights & Biases beside it."""

from __future__ import annotations

import netrc
import os
import socket
import sys
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from lightning.pytorch.loggers import CSVLogger, WandbLogger

_DEFAULT_HOST = "https://api.wandb.ai"
_CONNECT_TIMEOUT_S = 2.0


def csv_logger(run_dir: Path) -> CSVLogger:
    """Writes `metrics.csv` into `run_dir`."""
    return CSVLogger(run_dir.parent, name="", version=run_dir.name, flush_logs_every_n_steps=50)


def wandb_logger(run_dir: Path, project: str, name: str) -> WandbLogger:
    """A logger that never asks, never waits for a network that is not there."""
    os.environ.setdefault("WANDB_SILENT", "true")
    logger = WandbLogger(name=name, project=project, save_dir=run_dir, mode=wandb_mode())
    logger._wandb_init.pop("anonymous")  # Lightning passes it on, wandb warns of it
    return logger


def finish_wandb() -> None:
    """Closes the W&B run of this process, if there is one: a next run must not write into it."""
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
