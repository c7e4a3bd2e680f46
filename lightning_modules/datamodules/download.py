"""Downloads one published file, with a progress bar, going on where an earlier try stopped."""

from __future__ import annotations

import hashlib
import urllib.error
import urllib.request
from pathlib import Path

from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TransferSpeedColumn,
)

from lightning_modules.errors import Unavailable

_CHUNK = 1 << 16
_TIMEOUT_S = 15


def progress_bar() -> Progress:
    """Bar, size, speed and time: shared by every fetch so that they look alike."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeElapsedColumn(),
    )


def fetch_url(url: str, target: Path, md5: str, progress: Progress) -> None:
    """Downloads `url` to `target`, going on from `target.part` where an earlier try stopped.

    Args:
        url: what to fetch; a server without byte ranges is read from the start again.
        target: appears only once it is complete and its checksum is right.
        md5: the published checksum of the file.
        progress: where to show the bytes.

    Raises:
        Unavailable: no answer, or other bytes than published.
    """
    if target.exists():
        return
    part = target.with_name(target.name + ".part")
    try:
        _append(url, part, progress)
    except (OSError, urllib.error.URLError) as error:
        reason = getattr(error, "reason", None) or error
        raise Unavailable(f"{url.split('/')[2]} did not answer ({reason})") from error
    found = hashlib.md5(part.read_bytes()).hexdigest()
    if found != md5:
        part.unlink()
        raise Unavailable(f"{url} served other bytes than published (md5 {found}, not {md5})")
    part.replace(target)


def _append(url: str, part: Path, progress: Progress) -> None:
    done = part.stat().st_size if part.exists() else 0
    headers = {"User-Agent": "dlcourse"} | ({"Range": f"bytes={done}-"} if done else {})
    try:
        answer = urllib.request.urlopen(
            urllib.request.Request(url, headers=headers), timeout=_TIMEOUT_S
        )
    except urllib.error.HTTPError as error:
        if error.code == 416:  # nothing is left to send: the part is already the whole file
            return
        raise
    task = progress.add_task(part.name.removesuffix(".part"), total=None)
    with answer:
        resumed = answer.status == 206
        done = done if resumed else 0
        length = answer.headers.get("Content-Length")
        total = done + int(length) if length else None
        progress.update(task, total=total, completed=done)
        with part.open("ab" if resumed else "wb") as file:
            while chunk := answer.read(_CHUNK):
                file.write(chunk)
                progress.advance(task, len(chunk))
    if total is not None and part.stat().st_size < total:
        raise OSError(f"the connection closed after {part.stat().st_size} of {total} bytes")
