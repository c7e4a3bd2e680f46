"""nbgrader's own gradebook, filled from results: a few bulk statements in one transaction.

A human's work is never touched: manual scores, extra credit, comments, extensions and flags stay
as they are through every regrade.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from nbgrader import api, dbutil

from graders.engine.results import ClassResults
from graders.errors import BadInput
from graders.nbgrader.backups import back_up
from graders.nbgrader.gradebook_cells import register, released
from graders.nbgrader.gradebook_rows import save
from graders.nbgrader.lateness import Penalty, no_penalty

LOCK_SECONDS = 30  # how long to wait for a formgrader that is writing


def update(
    results: ClassResults,
    tasks: dict[str, float],
    out: Path,
    due: datetime | None = None,
    *,
    source: Path | None = None,
    penalty: Penalty = no_penalty,
    extensions: Mapping[str, datetime | None] | None = None,
    trust_file_times: bool = False,
) -> list[str]:
    """Write the results into ``out/gradebook.db``, one grade per task.

    Args:
        results: the class; students who are in the gradebook but not here are left alone.
        tasks: maximum score of each task, which is the ``grade_id`` of its locked cell.
        out: folder of the gradebook, which is made if there is none.
        due: when the assignment is due; ``None`` keeps what the gradebook says.
        source: the assignment's py:percent source, for the cells that hold answers and text.
        penalty: asked for each late submission; its answer is kept within ``[0, score]``.
        extensions: student -> when the work is due for them, or None for when it is for everyone.
        trust_file_times: whether a file's own time counts as when it was handed in.

    Returns:
        The students who would be late if their files' times counted, and now are not.

    A submission that the grader broke on has no automatic score and waits for a human. One that
    is missing has no submission in the gradebook, as in nbgrader, which counts it as zero.

    Raises:
        BadInput: the file is no gradebook of this nbgrader, or something else keeps it locked.
    """
    path = out / "gradebook.db"
    with open_gradebook(path, to_write=True) as gradebook:
        notebook = released(source) if source is not None else None
        layout = register(gradebook.db, results.assignment, tasks, notebook, due)
        perhaps_late = save(
            *(gradebook.db, layout, results, tasks, penalty),
            extensions=extensions,
            trust_file_times=trust_file_times,
        )
        gradebook.db.commit()
    return perhaps_late


@contextmanager
def open_gradebook(path: Path, *, to_write: bool = False) -> Iterator[api.Gradebook]:
    """Open the gradebook at ``path``; a new one appears there whole, at the end, or not at all.

    Args:
        to_write: whether something will be written, before which what is there is backed up.

    Raises:
        BadInput: the file is no gradebook of this nbgrader, or something else keeps it locked.
    """
    is_new = not path.exists()
    file = path.with_name(f".{path.name}.new") if is_new else path
    if is_new:
        path.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)  # what a killed run left behind
    try:
        if is_new:
            _create(file)
        elif to_write:
            back_up(file, LOCK_SECONDS)
        with api.Gradebook(f"{url(file)}?timeout={LOCK_SECONDS}") as gradebook:
            yield gradebook
        if is_new:
            file.replace(path)
    except (sa.exc.DatabaseError, sqlite3.Error) as error:
        told = error.orig if isinstance(error, sa.exc.DatabaseError) else error
        raise BadInput(f"{path}: {_mend(str(told))}") from error
    finally:
        if is_new:
            file.unlink(missing_ok=True)


def url(path: Path) -> str:
    """Return SQLAlchemy's name for an SQLite file."""
    return f"sqlite:///{path.resolve()}"


def _mend(error: str) -> str:
    if "locked" in error:
        return "another program is writing to this gradebook: close it and run the command again"
    if "no such column" in error or "no such table" in error:
        return f"from another version of nbgrader ({error}): run `nbgrader db upgrade` on it"
    if "not a database" in error or "malformed" in error:
        return f"not a readable gradebook ({error}): move it away and run the command again"
    return f"{error}: mend that and run the command again"


def _create(path: Path) -> None:
    """Make an empty gradebook of the newest schema, without a subprocess as nbgrader would."""
    engine = sa.create_engine(url(path))
    with engine.begin() as connection:
        api.Base.metadata.create_all(connection)
        MigrationContext.configure(connection).stamp(ScriptDirectory(dbutil.ALEMBIC_DIR), "head")
    engine.dispose()
