"""The autograder runs at Gradescope's own paths, in containers that allow more and less."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from course.cli import main
from graders.engine.catalogue import source_path
from graders.sandbox import seccomp
from graders.sandbox.bubblewrap import bwrap
from graders.sandbox.isolation import Isolation
from graders.sandbox.syscalls import ARCHITECTURES, DENIED
from graders.sandbox.usage import is_of
from graders.sandbox.users import ALONE

PROBE = """
import os, socket, time

def tried(what, *arguments):
    try:
        return f"{what.__name__} {arguments}: {what(*arguments)!r}"[:90]
    except Exception:
        return ""

def write(path):
    with open(path, "w") as file:
        return file.write("{}")

SEEN = [
    tried(lambda path: open(path, "rb").read(9), path)
    for path in (
        "/autograder/source/course/assignments/softmax/softmax.py",
        "/autograder/source/course/graders/hidden/softmax/test_softmax.py",
        "/autograder/source/course/.dlcourse-secret",
        "/autograder/submission_metadata.json",
        f"/proc/{os.getppid()}/environ",
    )
]
SEEN += [tried(write, "/autograder/results/results.json"), tried(os.setuid, 0)]
SEEN += [tried(socket.create_connection, ("127.0.0.1", 9), 1)]
SEEN += [tried(os.kill, os.getppid(), 0)] if os.getppid() else []
SEEN += [tried(lambda: __import__("graders.hidden"))]

if os.fork() == 0:
    os.setsid()
    time.sleep(600)

def accuracy(scores, y):
    raise ValueError(f"got out: {[seen for seen in SEEN if seen]}")
"""


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What Gradescope makes of the zip: ``/autograder``, with a Python that the tests have."""
    folder = tmp_path_factory.mktemp("gradescope")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DLCOURSE_SECRET", "secret")
        assert main(["gradescope", "softmax", "--to", str(folder / "autograder.zip")]) == 0
    with zipfile.ZipFile(folder / "autograder.zip") as archive:
        archive.extractall(folder / "autograder" / "source")
    made = folder / "autograder"
    run = (made / "source" / "run_autograder").read_bytes()
    (made / "run_autograder").write_bytes(run)
    (made / "run_autograder").chmod(0o755)
    (made / "venv").symlink_to(sys.prefix)
    (made / "submission").mkdir()
    return made


def as_docker_has_it() -> int:
    """A descriptor of the filter that containers have by default: no new namespaces, no mounts."""
    calls = ARCHITECTURES[os.uname().machine]
    namespaces = ("unshare", "setns", "mount", "umount2", "pivot_root")
    denied = [DENIED[name][list(ARCHITECTURES).index(os.uname().machine)] for name in namespaces]
    lines = seccomp.program(replace(calls, denied=tuple(filter(None, denied))))
    # of a program of ours, what stands before its judgement of sockets, which Docker does not share
    socket = next(i for i, line in enumerate(lines) if line[3] == calls.calls["socket"])
    lines = [*lines[:socket], (seccomp.RETURN, 0, 0, seccomp.ALLOW)]
    reader, writer = os.pipe()
    os.write(writer, b"".join(struct.pack("<HBBI", *line) for line in lines))
    os.close(writer)
    return reader


def run(made: Path, source: str, *, confined: bool) -> tuple[dict[str, Any] | None, str]:
    """What ``run_autograder`` writes and says, with ``made`` as ``/autograder``."""
    (made / "submission" / "softmax.py").write_text(source)
    metadata = {"id": 1, "users": [{"email": "ada@x.edu"}]}
    (made / "submission_metadata.json").write_text(json.dumps(metadata))
    results = made / "results" / "results.json"
    results.unlink(missing_ok=True)
    words = [str(bwrap())]
    for path in sorted(Path("/").iterdir()):
        if path.is_symlink():
            words += ["--symlink", str(path.readlink()), str(path)]
        elif path.name not in ("root", "autograder", "tmp") and path.is_dir():
            words += ["--dev-bind", str(path), str(path)]
    words += ["--perms", "1777", "--tmpfs", "/tmp"]
    for prefix in (sys.base_prefix, sys.prefix):
        # Python may lie in a home that is closed to other users, as Gradescope's does not
        for path in reversed(Path(prefix).parents):
            if path.parts[1:2] == ("root",):
                words += ["--perms", "0755", "--dir", str(path)]
        words += ["--ro-bind", prefix, prefix]
    words += ["--bind", str(made), "/autograder", "--die-with-parent"]
    filters = (as_docker_has_it(),) if confined else ()
    words += ["--seccomp", str(filters[0]), "--cap-drop", "CAP_SYS_ADMIN"] if confined else []
    done = subprocess.run(
        [*words, "/autograder/run_autograder"],
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8"},
        pass_fds=filters,
        check=False,
    )
    for descriptor in filters:
        os.close(descriptor)
    said = done.stdout + done.stderr
    return (json.loads(results.read_text()) if results.exists() else None), said


def test_a_right_solution_has_all_points_and_every_test_is_told(unpacked: Path) -> None:
    results, said = run(unpacked, source_path("softmax").read_text(), confined=False)
    assert results is not None, said
    assert results["score"] == 100.0
    assert sum(test["max_score"] for test in results["tests"]) == 100
    assert {test["status"] for test in results["tests"]} == {"passed"}
    assert results["extra_data"]["isolation"] in said
    assert results["extra_data"]["isolation"] in (Isolation.NESTED, Isolation.SINGLE)


@pytest.mark.parametrize("confined", [False, True])
def test_what_decides_is_out_of_reach_at_every_level(unpacked: Path, confined: bool) -> None:
    results, said = run(unpacked, source_path("softmax").read_text() + PROBE, confined=confined)
    if confined and os.geteuid() != 0:  # no namespaces, and no right to another user: not graded
        assert results is None
        assert "not graded: the sandbox did not start" in said
        return
    assert results is not None, said
    wrong = [test for test in results["tests"] if test["status"] == "failed"]
    assert {tag for test in wrong for tag in test["tags"]} == {"accuracy"}
    assert "got out: []" in wrong[0]["output"]
    assert results["extra_data"]["isolation"] in said
    assert (results["extra_data"]["isolation"] == Isolation.USER) == confined
    deadline = time.monotonic() + 30  # by which the kernel has ended what was killed
    while any(map(runs_as_student, Path("/proc").iterdir())):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def runs_as_student(process: Path) -> bool:
    try:
        return process.name.isdecimal() and is_of(process, ALONE)
    except OSError:  # it ended meanwhile
        return False


def test_nothing_handed_in_and_nonsense_are_scored_and_told(unpacked: Path) -> None:
    results, said = run(unpacked, "def softmax(:", confined=False)
    assert results is not None, said
    assert results["score"] == 0
    assert "line 1" in results["tests"][0]["output"]


def test_the_zip_holds_what_grading_needs_and_no_other_solution(unpacked: Path) -> None:
    names = {str(path.relative_to(unpacked)) for path in (unpacked / "source").rglob("*")}
    assert "source/course/graders/hidden/softmax/test_softmax.py" in names
    assert not [name for name in names if "backprop" in name or "__pycache__" in name]
    assert (unpacked / "source/course/.dlcourse-secret").read_text().strip() != "secret"
    for script in ("setup.sh", "run_autograder"):
        subprocess.run(["bash", "-n", str(unpacked / "source" / script)], check=True)
    lines = (unpacked / "source/requirements.txt").read_text().split()
    pinned = (unpacked / "source/constraints.txt").read_text()
    assert all(f"\n{line}==" in pinned for line in lines)
