"""Gradescope: Review Grades > Export Submissions, a zip with ``submission_metadata.yml``.

The file maps each folder ``submission_NUMBER`` to its submitters (name, sid, e-mail), the time at
which it was created, and more. Its keys are Ruby's symbols, its values are read as text: a student
number that begins with a nought is no number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

import yaml

from graders.engine.listing import File
from graders.engine.timestamps import read_time
from graders.errors import BadInput, Rejected
from graders.platforms.handed import Handed, Who

METADATA = "submission_metadata.yml"


def metadata_file(files: Iterable[File]) -> File | None:
    """The platform's own: students may have handed in files of that name, in their folders."""
    depths = [(len(file.path.parts), file) for file in files if file.path.name == METADATA]
    top = min((depth for depth, _ in depths), default=0)
    found = [file for depth, file in depths if depth == top <= 2]
    return found[0] if len(found) == 1 else None


def hand_ins(files: Iterable[File]) -> list[Handed]:
    """Everybody's submissions; one of several submitters is each one's.

    Raises:
        BadInput: the metadata are not there or cannot be read.
    """
    listed = list(files)
    metadata = metadata_file(listed)
    if metadata is None:
        raise BadInput(f"there is no {METADATA} in it: export the submissions from Review Grades")
    root = metadata.path.parent
    folders: dict[str, list[File]] = defaultdict(list)
    for file in listed:
        if file.path.is_relative_to(root) and len(file.path.relative_to(root).parts) > 1:
            folder, *rest = file.path.relative_to(root).parts
            folders[folder].append(replace(file, path=PurePosixPath(*rest)))
    records = _records(metadata)
    found = []
    for folder, mine in folders.items():
        record = records.get(folder)
        record = record if isinstance(record, dict) else {}
        moment, problem = _moment(record.get(":created_at"))
        for who in _submitters(record.get(":submitters")) or [Who(folder)]:
            found.append(
                Handed(
                    who,
                    tuple(mine),
                    origin=folder,
                    moment=moment,
                    source=METADATA if moment else "",
                    known=moment is not None,
                    order=(moment.timestamp() if moment else 0.0,),
                    remarks=(problem,) if problem else (),
                )
            )
    return found


def _records(metadata: File) -> dict[str, Any]:
    try:
        # every value as the text that it is, whatever its tag says
        records = yaml.load(metadata.read(), getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    except Rejected as error:
        raise BadInput(str(error)) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        line = " ".join(str(error).split())
        raise BadInput(f"{METADATA} cannot be read ({line}): export it again") from None
    if not isinstance(records, dict):
        raise BadInput(f"{METADATA} names no submission: export it again")
    return records


def _submitters(record: Any) -> list[Who]:
    found = []
    for item in record if isinstance(record, list) else []:
        if isinstance(item, dict):
            name, sid, email = (str(item.get(f":{key}") or "") for key in ("name", "sid", "email"))
            keys = tuple((kind, key) for kind, key in (("sis", sid), ("email", email)) if key)
            found.append(Who(name or sid or email, name, keys))
    return found


def _moment(text: Any) -> tuple[datetime | None, str]:
    if not isinstance(text, str) or not text:
        return None, ""
    try:
        return read_time(text.encode()), ""
    except ValueError as error:
        return None, f"{METADATA}: {error}"
