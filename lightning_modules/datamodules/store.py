"""Where data sets lie on this machine: those that ship, and a cache of those that were fetched.

The cache is `$DLCOURSE_DATA`, else `~/.cache/dlcourse`. A file appears there in one step, after its
arrays were checked against the manifest, so a process killed at any moment leaves no half file; a
lock makes a second process wait for the first one's result.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import zipfile
from functools import lru_cache
from pathlib import Path

import numpy as np
from filelock import FileLock

from lightning_modules.datamodules import manifest
from lightning_modules.datamodules.download import progress_bar
from lightning_modules.datamodules.formats import KEPT, PUBLISHED
from lightning_modules.datamodules.manifest import DATA_DIR, Arrays, Dataset, differences, find
from lightning_modules.datamodules.mirrors import FETCHERS
from lightning_modules.errors import BadInput, Unavailable


def cache_dir() -> Path:
    """Folder of fetched data sets."""
    configured = os.environ.get("DLCOURSE_DATA")
    return Path(configured).expanduser() if configured else Path.home() / ".cache" / "dlcourse"


def location(dataset: Dataset) -> Path:
    """Where the data set's file is, or will be once fetched."""
    return DATA_DIR / dataset.file if dataset.ships else cache_dir() / f"{dataset.name}.npz"


def load(name: str) -> Arrays:
    """The arrays of a data set that is already on this machine.

    Raises:
        BadInput: the name is unknown, the data set was not fetched, or its file is damaged.
    """
    dataset = find(name)
    path = location(dataset)
    if not path.exists():
        mend = "restore it from git" if dataset.ships else f"run `dlcourse data get {name}`"
        raise BadInput(f"{path}: {name} is not on this machine; {mend}")
    mend = f"delete it and run `dlcourse data get {name}`"
    if not dataset.ships:
        return _read(path, mend)
    kept = _read_once(path, path.stat().st_mtime_ns, mend)
    return {key: array.copy() for key, array in kept.items()}


@lru_cache(maxsize=4)
def _read_once(path: Path, modified: int, mend: str) -> Arrays:
    """Experiments load what ships once for each run; to unpack it takes ten times as long."""
    return _read(path, mend)


def _read(path: Path, mend: str) -> Arrays:
    try:
        return KEPT[path.suffix](path)
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise BadInput(f"{path}: damaged ({error}); {mend}") from error


def get(name: str) -> Path:
    """Makes sure that a data set is on this machine, fetching it from the first mirror that works.

    Returns:
        The path of its file.

    Raises:
        BadInput: the name is unknown, or the cache cannot be written.
        Unavailable: no mirror answered with the right data; the message names each and why.
    """
    dataset = find(name)
    path = location(dataset)
    if path.exists() or dataset.ships:
        return path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_suffix(".lock")):
            if not path.exists():  # another process may have fetched it while this one waited
                _fetch(dataset, path)
    except OSError as error:
        raise BadInput(
            f"{path.parent}: cannot store {name} there ({error.strerror or error}); "
            "free some space or set DLCOURSE_DATA to another folder"
        ) from error
    return path


def _fetch(dataset: Dataset, path: Path) -> None:
    downloads = path.parent / "downloads" / dataset.name
    downloads.mkdir(parents=True, exist_ok=True)
    failures = []
    with progress_bar() as progress:
        for mirror in dataset.mirrors:
            try:
                folder = FETCHERS[mirror.kind](downloads, progress, **mirror.options)
            except Unavailable as error:
                failures.append(str(error))
                continue
            try:
                arrays = PUBLISHED[mirror.format](folder)
            except (ValueError, OSError) as error:
                failures.append(f"{mirror.kind}: {error}")
                continue
            wrong = differences(arrays, dataset.arrays)
            if wrong:
                failures.append(f"{mirror.kind}: {', '.join(wrong)}")
                continue
            write_atomically(path, arrays)
            shutil.rmtree(downloads)
            return
    subset = f"{dataset.name}_subset"
    instead = subset if subset in manifest.datasets() else "mnist_subset"
    raise Unavailable(
        f"no mirror gave {dataset.name} ({'; '.join(failures)}); "
        f"try again later, or use {instead}, which ships with the course"
    )


def write_atomically(path: Path, arrays: Arrays, *, compress: bool = False) -> None:
    """Writes an `.npz` that is either whole or absent, also after a kill or a full disk."""
    temporary = path.with_name(path.name + ".tmp")
    try:
        with temporary.open("wb") as file:
            save = np.savez_compressed if compress else np.savez
            save(file, **arrays)  # type: ignore[arg-type]
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def verify(name: str) -> list[str]:
    """What is wrong with a data set's file on this machine; empty where nothing is.

    Raises:
        BadInput: the name is unknown or the file is not there.
    """
    dataset = find(name)
    path = location(dataset)
    try:
        arrays = load(name)
    except BadInput as error:
        if path.exists():
            return [str(error)]
        raise
    found = differences(arrays, dataset.arrays)
    if dataset.sha256 and hashlib.sha256(path.read_bytes()).hexdigest() != dataset.sha256:
        found.append("the file has another checksum")
    return found
