"""The notebooks that nbgrader calls the source, made from the assignments' py:percent files."""

from __future__ import annotations

from pathlib import Path

import jupytext

from graders.engine.catalogue import assignment_names, source_path
from graders.engine.writing import write_atomically

CONFIG = '''\
"""nbgrader in this folder, which `dlcourse grade` wrote: formgrader, feedback and exports work.

Submissions are graded by `dlcourse grade`. Were nbgrader asked to, it would use the same sandbox.
"""

try:
    from graders.nbgrader.autograde import find_commands, use_sandbox

    use_sandbox()
    find_commands()
except Exception as error:
    # nbgrader would log this, drop the whole configuration, and run students' code itself
    raise SystemExit(f"nbgrader_config.py: {type(error).__name__}: {error}") from error

c = get_config()  # noqa: F821
c.ExchangeFactory.collect = "graders.platforms.nbgrader_collect.Collect"
'''


def write_sources(course: Path) -> None:
    """Write ``source/NAME/NAME.ipynb`` for every assignment whose py:percent source is newer."""
    for name in assignment_names():
        source = source_path(name)
        notebook = course / "source" / name / f"{name}.ipynb"
        if not notebook.exists() or notebook.stat().st_mtime < source.stat().st_mtime:
            write_source(course, source)


def write_course(out: Path, source: Path) -> None:
    """Make a course folder of nbgrader's of ``out``, in which formgrader lists the assignment.

    Formgrader lists what is in ``source/`` alone, whatever the gradebook knows.
    """
    write_source(out, source)
    config = out / "nbgrader_config.py"
    if not config.exists():
        write_atomically(config, CONFIG)


def write_source(course: Path, source: Path) -> None:
    """Write ``source/NAME/NAME.ipynb`` from the py:percent file ``NAME.py``, solutions included."""
    notebook = course / "source" / source.stem / f"{source.stem}.ipynb"
    write_atomically(notebook, jupytext.writes(jupytext.read(source), fmt="ipynb"))
