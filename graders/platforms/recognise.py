"""Telling a platform's download, as it came, from a folder of submissions."""

from __future__ import annotations

import shlex
from pathlib import Path, PurePosixPath

from graders.engine.hand_ins import is_zip
from graders.errors import BadInput
from graders.platforms import canvas, moodle
from graders.platforms.gradescope import METADATA
from graders.platforms.handed import files_of
from graders.platforms.names import TITLES, Platform


def refuse_download(path: Path, assignment: str) -> None:
    """Do nothing where ``path`` is a folder of submissions.

    Raises:
        BadInput: it is a platform's download; the message is the command that collects it.
    """
    platform = recognised(path)
    if platform is None:
        return
    to = "collected" if path.resolve() == Path("submitted").resolve() else "submitted"
    raise BadInput(
        f"{path} is a download from {TITLES[platform]}: first run "
        f"dlcourse collect {shlex.quote(str(path))} --from {platform} --assignment {assignment} "
        f"--to {to} (--roster FILE.csv names the students), then grade {to}"
    )


def recognised(path: Path) -> Platform | None:
    """Whose download a folder or zip is, or None."""
    if path.is_dir():
        entries = list(path.iterdir())
        folders = [entry.name for entry in entries if entry.is_dir()]
        return _of_names(folders, [entry.name for entry in entries if not entry.is_dir()])
    if not (is_zip(path) and path.is_file()):
        return None
    with files_of(path) as files:
        paths = [file.path for file in files]
    for root in (0, 1):  # some zips hold one folder that holds the rest
        below = [PurePosixPath(*p.parts[root:]) for p in paths if len(p.parts) > root]
        folders = list({p.parts[0] for p in below if len(p.parts) > 1})
        names = [p.name for p in below if len(p.parts) == 1]
        if (platform := _of_names(folders, names)) is not None:
            return platform
        if len(folders) != 1 or names:
            return None
    return None


def _of_names(folders: list[str], files: list[str]) -> Platform | None:
    if METADATA in files:
        return "gradescope"
    if any(moodle.is_folder(name) for name in folders):
        return "moodle"
    if any(moodle.is_folder(name) for name in files):
        return "moodle"
    named = sum(canvas.parsed(name) is not None for name in files)
    return "canvas" if named and named >= len(folders) else None
