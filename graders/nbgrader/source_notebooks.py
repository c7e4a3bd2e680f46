"""The notebooks that nbgrader calls the source, made from the assignments' py:percent files."""

from __future__ import annotations

from pathlib import Path

import jupytext

from graders.engine.catalogue import assignment_names, source_path
from graders.engine.results import write_atomically


def write_sources(course: Path) -> None:
    """Write ``source/NAME/NAME.ipynb`` for every assignment whose py:percent source is newer."""
    for name in assignment_names():
        source = source_path(name)
        notebook = course / "source" / name / f"{name}.ipynb"
        if not notebook.exists() or notebook.stat().st_mtime < source.stat().st_mtime:
            write_atomically(notebook, jupytext.writes(jupytext.read(source), fmt="ipynb"))
