"""What W&B is told by the environment, and what of it the course decides."""

from __future__ import annotations

import netrc
import os
import socket
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from lightning_modules.errors import BadInput

_DEFAULT_HOST = "https://api.wandb.ai"
_DEFAULT_PROJECT = "dlcourse"
_CONNECT_TIMEOUT_S = 2.0
_MODES = ("online", "offline", "disabled", "shared", "dryrun", "run")
# where W&B writes outside of a run's folder, and the variables that move it
_HOME_FOLDERS = {
    "WANDB_DATA_DIR": ".local/share/wandb",  # copies of what is to be sent
    "WANDB_CACHE_DIR": ".cache/wandb",
    "WANDB_CONFIG_DIR": ".config/wandb",
}


def wandb_project() -> str:
    """`WANDB_PROJECT` where it is set; else the course's."""
    return os.environ.get("WANDB_PROJECT") or _DEFAULT_PROJECT


def wandb_tags() -> list[str]:
    """`WANDB_TAGS`, cut at commas: wandb reads it for the first run of a process alone."""
    return [tag.strip() for tag in os.environ.get("WANDB_TAGS", "").split(",") if tag.strip()]


def wandb_mode() -> str:
    """`WANDB_MODE` where it is set; else online for someone logged in who can reach the server.

    Raises:
        BadInput: W&B has no such mode.
    """
    configured = os.environ.get("WANDB_MODE")
    if configured:
        if configured not in _MODES:
            raise BadInput(f"WANDB_MODE is {configured}; it must be one of {', '.join(_MODES[:3])}")
        return configured
    host = urlsplit(os.environ.get("WANDB_BASE_URL", _DEFAULT_HOST))
    return "online" if _logged_in(host.hostname or "") and _reachable(host) else "offline"


def prepare_folders(run_dir: Path) -> None:
    """Keeps W&B quiet, and lets it write into the run's folder what it cannot write into home."""
    os.environ.setdefault("WANDB_SILENT", "true")
    for variable, place in _HOME_FOLDERS.items():
        if variable not in os.environ and not _writable(Path.home() / place):
            os.environ[variable] = str(run_dir.resolve() / "wandb" / variable.lower())


def _writable(folder: Path) -> bool:
    """Whether a folder can be written into; it is made as W&B would make it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK)


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
