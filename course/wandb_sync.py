"""`dlcourse wandb sync`: what ran without W&B's server is sent to it, by W&B's own `wandb sync`."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from lightning_modules.errors import BadInput
from lightning_modules.logging.wandb_settings import require_server

SECONDS = 600  # that sending one run may take
MIB = 1 << 20


def sync(folders: list[Path], dry_run: bool) -> int:
    """Sends every offline run below `folders` that was not sent yet, the oldest first.

    Returns:
        0, or 1 where one of them could not be sent.

    Raises:
        BadInput: a folder is not there, or nobody is logged in.
        Unavailable: the server does not answer.
    """
    runs = offline_runs(folders)
    if not runs:
        print(f"nothing to send in {', '.join(map(str, folders))}")
        return 0
    for run in runs:
        print(f"{'would send' if dry_run else 'to send'}  {run}  {size(run) / MIB:.1f} MiB")
    if dry_run:
        return 0
    require_server()
    failed = 0
    for run in runs:
        why = send(run)
        failed += bool(why)
        print(f"{'not sent' if why else 'sent'}  {run}{f'  {why}' if why else ''}", flush=True)
    return int(failed > 0)


def offline_runs(folders: list[Path]) -> list[Path]:
    """The folders of W&B's offline runs that have no mark of having been sent.

    Raises:
        BadInput: a folder is not there.
    """
    found: set[Path] = set()
    for folder in folders:
        if not folder.is_dir():
            raise BadInput(f"{folder}: no such folder; name one that holds runs")
        found |= {log.parent for log in folder.rglob("offline-run-*/*.wandb")}
    return sorted((run for run in found if not was_sent(run)), key=lambda run: run.name)


def was_sent(run: Path) -> bool:
    """Whether `wandb sync` has left its mark."""
    return any(run.glob("*.wandb.synced"))


def size(run: Path) -> int:
    return sum(file.lstat().st_size for file in run.rglob("*") if not file.is_symlink())


def send(run: Path) -> str:
    """Sends a run, and says why not where it could not be."""
    # what keeps a run here keeps `wandb sync` from sending it
    environment = {name: value for name, value in os.environ.items() if name != "WANDB_MODE"}
    command = [sys.executable, "-m", "wandb", "sync", str(run)]
    with tempfile.TemporaryFile("w+", errors="replace") as said:
        try:
            subprocess.run(
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return f"it took more than {SECONDS} s; the same command goes on"
        if was_sent(run):
            return ""
        said.seek(0)
        lines = [line.strip() for line in said if line.strip()]
    return lines[-1] if lines else "wandb sync said nothing"
