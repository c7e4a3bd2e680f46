"""What W&B is told by the environment and by the class, and what of it the course decides."""

from __future__ import annotations

import netrc
import os
import socket
import tomllib
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from lightning_modules.errors import BadInput, Unavailable

CLASS_FILE = "wandb.toml"
"""In the course's folder: where the runs of a class go. `dlcourse release` hands it out."""

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


@dataclass(frozen=True)
class Place:
    """Where a run goes, as `wandb.init` calls it; an entity is a team or a user."""

    project: str = _DEFAULT_PROJECT
    entity: str | None = None
    group: str | None = None
    tags: tuple[str, ...] = ()

    def options(self) -> dict[str, Any]:
        return asdict(self) | {"tags": list(self.tags)}


def wandb_place() -> Place:
    """What `WANDB_PROJECT`, `_ENTITY`, `_RUN_GROUP` and `_TAGS` say; else what the class does.

    wandb itself reads them for the first run of a process alone.

    Raises:
        BadInput: the class's file says something else, or is no TOML.
    """
    found = asdict(_of_class(_course() / CLASS_FILE))
    variables = {"project": "PROJECT", "entity": "ENTITY", "group": "RUN_GROUP"}
    for field, variable in variables.items():
        found[field] = os.environ.get(f"WANDB_{variable}") or found[field]
    tags = os.environ.get("WANDB_TAGS", "").split(",")
    found["tags"] = tuple(tag.strip() for tag in tags if tag.strip()) or found["tags"]
    return Place(**found)


def _course() -> Path:
    return Path(os.environ.get("DLCOURSE_ROOT") or Path(__file__).resolve().parents[2])


def _of_class(path: Path) -> Place:
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Place()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInput(f"{path}: {error}") from None
    known = [field.name for field in fields(Place)]
    for name, value in told.items():
        if name not in known:
            raise BadInput(f"{path}: {name} is none of {', '.join(known)}")
        texts = value if name == "tags" and isinstance(value, list) else [value]
        if not all(isinstance(text, str) for text in texts) or (name == "tags") != (texts is value):
            shape = 'a list, like ["spring"]' if name == "tags" else "a text"
            raise BadInput(f"{path}: {name} has to be {shape}")
    return Place(**told | {"tags": tuple(told.get("tags", ()))})


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
    host = _server()
    return "online" if _logged_in(host.hostname or "") and _reachable(host) else "offline"


def require_server() -> None:
    """Nothing, where runs can be sent.

    Raises:
        BadInput: nobody is logged in.
        Unavailable: the server does not answer.
    """
    host = _server()
    if not _logged_in(host.hostname or ""):
        raise BadInput(f"nobody is logged in to {host.hostname}: run wandb login")
    if not _reachable(host):
        raise Unavailable(f"{host.hostname} does not answer: the runs stay here, try again later")


def _server() -> SplitResult:
    return urlsplit(os.environ.get("WANDB_BASE_URL", _DEFAULT_HOST))


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
