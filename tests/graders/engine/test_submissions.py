"""Finding and reading what students handed in, whatever they handed in."""

from __future__ import annotations

import contextlib
import io
import os
import socket
import stat
import struct
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from graders.engine import submissions
from graders.engine.hand_ins import HandIn
from graders.engine.results import Receipt
from graders.engine.submissions import SubmittedFile
from graders.errors import Rejected

NAME = "softmax"


def read(path: Path) -> SubmittedFile | None:
    return submissions.read(HandIn("ada", path), NAME)


def made_zip(**members: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return made.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "ada"
    path.mkdir()
    return path


def put(path: Path, content: bytes = b"x = 1\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


# the forms


@pytest.mark.parametrize(
    "form", ["softmax.py", "softmax.ipynb", "softmax/softmax.ipynb", "softmax/softmax.py"]
)
def test_every_form_in_a_folder_is_found(folder: Path, form: str) -> None:
    put(folder / form)
    work = read(folder)
    assert work is not None
    assert (work.file, work.content) == (Path(form).name, b"x = 1\n")


@pytest.mark.parametrize(
    "member",
    ["softmax.py", "softmax.ipynb", "ada/softmax.py", "homework 1/softmax/softmax.ipynb"],
)
def test_every_form_in_a_zip_is_found(tmp_path: Path, member: str) -> None:
    path = tmp_path / "ada.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, "x = 1\n")
        archive.writestr("__MACOSX/softmax.py", "junk")
        archive.writestr(".ipynb_checkpoints/softmax.ipynb", "junk")
        archive.writestr("notes.txt", "x")
    work = read(path)
    assert work is not None
    assert (work.file, work.content) == (Path(member).name, b"x = 1\n")


def test_a_stub_beside_finished_work_does_not_count(folder: Path) -> None:
    put(folder / "softmax.py", b"raise NotImplementedError\n" * 3)
    put(folder / "softmax.ipynb", b"done")
    os.utime(folder / "softmax.ipynb", (0, 0))  # older
    work = read(folder)
    assert work is not None
    assert work.content == b"done"


def test_of_two_finished_ones_the_newer_counts(folder: Path) -> None:
    os.utime(put(folder / "softmax.py", b"old"), (1000, 1000))
    os.utime(put(folder / "softmax.ipynb", b"new"), (2000, 2000))
    work = read(folder)
    assert work is not None
    assert work.content == b"new"


def test_the_content_and_the_form_decide_the_hash() -> None:
    works = [
        SubmittedFile("a.py", b"x", Receipt(submitted_at="1")),
        SubmittedFile("a.py", b"x", Receipt(submitted_at="2")),
        SubmittedFile("b.py", b"x", Receipt(submitted_at="1")),
    ]
    assert works[0].sha256 == works[1].sha256 != works[2].sha256


# files that are not files


def test_links_are_refused(tmp_path: Path, folder: Path) -> None:
    secret = put(tmp_path / "secret", b"canary")
    (folder / "softmax.py").symlink_to(secret)
    with pytest.raises(Rejected, match=r"softmax\.py is a link"):
        read(folder)


def test_a_link_to_nowhere_is_refused(folder: Path) -> None:
    (folder / "softmax.py").symlink_to("/no/such/file")
    with pytest.raises(Rejected, match="link"):
        read(folder)


def test_a_linked_folder_is_refused(tmp_path: Path, folder: Path) -> None:
    put(tmp_path / "other" / "softmax.ipynb")
    (folder / NAME).symlink_to(tmp_path / "other")
    with pytest.raises(Rejected, match="softmax is a link"):
        read(folder)
    linked = tmp_path / "bob"
    linked.symlink_to(tmp_path / "other")
    with pytest.raises(Rejected, match="link"):
        read(linked)


def test_a_linked_zip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ada.zip").symlink_to(put(tmp_path / "x.zip", made_zip(**{"softmax.py": b""})))
    with pytest.raises(Rejected, match="link"):
        read(tmp_path / "ada.zip")


def make_socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # a socket's address has to be short
    try:
        with socket.socket(socket.AF_UNIX) as sock:
            sock.bind(path.name)
    finally:
        os.chdir(here)


@pytest.mark.parametrize("make", [os.mkfifo, make_socket, Path.mkdir], ids=lambda f: f.__name__)
@pytest.mark.parametrize("form", ["softmax/softmax.py", "softmax/timestamp.txt"])
def test_pipes_sockets_and_folders_are_refused_without_waiting(
    folder: Path, make: Callable[[Path], None], form: str
) -> None:
    (folder / "softmax").mkdir()
    if form != "softmax/softmax.py":
        put(folder / "softmax" / "softmax.py")
    make(folder / form)
    with pytest.raises(Rejected, match=Path(form).name):
        read(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes devices")
def test_devices_are_refused(folder: Path) -> None:
    os.mknod(folder / "softmax.py", stat.S_IFCHR | 0o666, os.makedev(1, 5))  # /dev/zero
    with pytest.raises(Rejected, match="not a file"):
        read(folder)


def test_a_pipe_called_zip_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "ada.zip")
    with pytest.raises(Rejected, match="not a file"):
        read(tmp_path / "ada.zip")


def test_a_huge_file_is_refused_unread(folder: Path) -> None:
    with (folder / "softmax.py").open("wb") as file:
        file.truncate(1 << 40)  # a hole of a terabyte
    with pytest.raises(Rejected, match="larger than 10 MiB"):
        read(folder)


# zips


def bomb() -> bytes:
    return made_zip(**{f"{n}.txt": bytes(90 << 20) for n in range(3)}, **{"softmax.py": b"x"})


def lying() -> bytes:
    """A member of 20 MiB whose directory entry says 10 bytes."""
    content = made_zip(**{"softmax.py": bytes(20 << 20)})
    return content.replace(struct.pack("<I", 20 << 20), struct.pack("<I", 10))


def encrypted() -> bytes:
    content = bytearray(made_zip(**{"softmax.py": b"x = 1"}))
    content[6] |= 1  # the flag in the local header
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def lzma() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("softmax.py", b"x = 1")
    return made.getvalue()


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: b"", "cannot be unpacked"),
        (lambda: b"PK\x03\x04 and then nothing", "cannot be unpacked"),
        (lambda: made_zip(**{"softmax.py": b"x" * 1000})[:-30], "cannot be unpacked"),
        (lambda: b"\x1f\x8b" + bytes(100), "cannot be unpacked"),
        (lambda: made_zip(**{f"{n}.txt": b"" for n in range(1001)}), "more than 1000 files"),
        (bomb, "unpacks to more than 200 MiB"),
        (lambda: made_zip(**{"softmax.py": bytes(11 << 20)}), "larger than 10 MiB"),
        (lying, "cannot be unpacked"),
        (encrypted, "cannot be unpacked"),
        (lzma, "unusual compression"),
        (lambda: bytes(11 << 20), "larger than 10 MiB"),
    ],
    ids=["empty", "torn", "cut", "gzip", "many", "bomb", "large", "lying", "locked", "lzma", "50M"],
)
def test_bad_zips_are_refused_in_words(tmp_path: Path, make: Callable[[], bytes], why: str) -> None:
    with pytest.raises(Rejected, match=r"ada\.zip|softmax\.py") as error:
        read(put(tmp_path / "ada.zip", make()))
    assert why in str(error.value)


def test_nothing_of_a_zip_is_written_to_disk(tmp_path: Path) -> None:
    content = made_zip(**{"../../softmax.py": b"x = 1", "/softmax.py": b"x = 1"})
    path = put(tmp_path / "in" / "ada.zip", content)
    assert read(path) is not None
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["ada.zip", "in"]


def test_a_zip_inside_a_zip_is_no_submission(tmp_path: Path) -> None:
    inner = made_zip(**{"softmax.py": b"x = 1"})
    assert read(put(tmp_path / "ada.zip", made_zip(**{"softmax.zip": inner}))) is None


@given(st.binary(max_size=60), st.integers(0, 200))
@example(b"\0\0", 98)  # a member without a name
def test_any_damage_to_a_zip_is_read_or_refused(junk: bytes, place: int) -> None:
    content = bytearray(made_zip(**{"a__softmax.py": b"x = 1\n" * 20}))
    content[place : place + len(junk)] = junk
    with tempfile.TemporaryDirectory() as folder, contextlib.suppress(Rejected):
        read(put(Path(folder) / "ada.zip", bytes(content)))
