"""Whatever kills a writer, a file is the old one, and the next run leaves nothing unfinished."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from graders.engine.records import only_grader

KILLED = """
import os, pathlib, signal, sys
from graders.engine.writing import write_atomically
pathlib.Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
write_atomically(pathlib.Path(sys.argv[1]), "new")
"""


def test_a_killed_writer_costs_nothing_and_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "feedback" / "ada.html"
    path.parent.mkdir()
    path.write_text("old")
    done = subprocess.run([sys.executable, "-c", KILLED, path], check=False)
    assert done.returncode == -signal.SIGKILL
    assert path.read_text() == "old"
    assert len(list(path.parent.iterdir())) == 2
    with only_grader(tmp_path):
        assert list(path.parent.iterdir()) == [path]
