"""Canvas: Assignment > Download Submissions, a zip of files that lie side by side.

A file is ``NAME_USERID_ATTACHMENTID_FILE``, with ``_LATE`` behind the name where Canvas counts it
as late; an answer typed into the page is ``NAME_USERID_text.html``. NAME is the sortable name in
lower case without punctuation. A file uploaded again is ``FILE-1.ipynb``. Canvas names files so in
https://github.com/instructure/canvas-lms, lib/content_zipper.rb. No time of hand-in is in them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from graders.engine.candidates import is_exact
from graders.engine.listing import File
from graders.platforms.handed import Handed, Who

LATE = "LATE in Canvas's eyes"
_IDS = re.compile(r"(?=_(LATE_)?(\d+)_(?:(\d+)_(.+)|((?:text|link)\.html))$)", re.DOTALL)
_ANONYMOUS = re.compile(r"(LATE_)?(anon_[^_]+)_(\d+)_(.+)", re.DOTALL)
_AGAIN = re.compile(r"(.+)-\d+(\.[^.]+)", re.DOTALL)


@dataclass(frozen=True)
class Named:
    """What the name of a file in the download says; ``attachment`` is 0 for what was typed."""

    name: str
    user: str
    attachment: int
    file: str
    late: bool


def parsed(name: str, users: Collection[str] = ()) -> Named | None:
    """Take a file's name apart, or None where Canvas does not name files so.

    Args:
        users: ids that are known, for names of people that end in a number themselves.
    """
    if anonymous := _ANONYMOUS.fullmatch(name):
        late, user, attachment, file = anonymous.groups()
        return Named("", user, int(attachment), file, bool(late))
    found = [
        Named(name[: at.start()], at[2], int(at[3] or 0), at[4] or at[5], bool(at[1]))
        for at in _IDS.finditer(name)
    ]
    known = (named for named in found if named.user in users)
    return next(known, found[0] if found else None)


def hand_ins(
    files: Iterable[File], users: Collection[str], assignments: Collection[str]
) -> list[Handed]:
    """Everybody's files, of each only the one uploaded last.

    Args:
        users: ids of Canvas's users that the roster has.
        assignments: by their names, a file ``softmax-1.ipynb`` is known to be ``softmax.ipynb``.
    """
    uploads: dict[str, list[tuple[Named, File]]] = defaultdict(list)
    for file in files:
        named = parsed(file.path.name, users)
        if named is not None and len(file.path.parts) <= 2:
            uploads[named.user].append((named, file))
    return [_of_one(user, found, assignments) for user, found in uploads.items()]


def _of_one(user: str, uploads: list[tuple[Named, File]], assignments: Collection[str]) -> Handed:
    last: dict[str, tuple[Named, File]] = {}
    earlier = []
    for named, file in sorted(uploads, key=lambda upload: upload[0].attachment):
        name = first_name(named.file, assignments)
        if name in last:
            earlier.append(last[name][0].file)
        last[name] = (named, file)
    named, file = max(last.values(), key=lambda upload: upload[0].attachment)
    remarks = [f"handed in again: before, {', '.join(earlier)}"] if earlier else []
    if named.late:
        remarks.append(LATE)
    stem = file.path.name.removesuffix(named.file)
    return Handed(
        Who(stem.rstrip("_"), named.name, (("canvas", user),)),
        tuple(replace(file, path=PurePosixPath(name)) for name, (_, file) in last.items()),
        origin=file.path.name,
        # shown under the name of the attachment, so in the same form
        back=f"{stem}feedback{'.ipynb' if named.file.endswith('.ipynb') else '.html'}"
        if named.attachment
        else "",
        order=(named.attachment,),
        remarks=tuple(remarks),
    )


def first_name(file: str, assignments: Collection[str]) -> str:
    """``softmax.ipynb`` of ``softmax-1.ipynb``; any other name as it is."""
    again = _AGAIN.fullmatch(file)
    first = f"{again[1]}{again[2]}" if again else file
    return first if any(is_exact(first, name) for name in assignments) else file
