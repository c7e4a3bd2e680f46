"""``dlcourse new-assignment``: a small complete assignment, to be turned into another."""

from __future__ import annotations

import keyword
import re
import sys
from pathlib import Path

from graders.engine.catalogue import RANKED, course_root
from graders.errors import BadInput
from graders.sandbox.profiles import TORCH

TEMPLATE = Path(__file__).parent / "template"
PLACE = "NAME"
"""What the template's files and folders, and the text in them, call the assignment."""


def new_assignment(name: str) -> int:
    """Write the template's files as assignment ``name`` to the course at hand; the exit status.

    Raises:
        BadInput: a name that cannot be, or one of which there is something already.
    """
    check_name(name)
    root = course_root()
    files = {
        root / str(path.relative_to(TEMPLATE)).replace(PLACE, name): path
        for path in sorted(TEMPLATE.rglob("*.py"))
    }
    for folder in sorted({path.parent for path in files}):
        if folder.exists():
            raise BadInput(f"{folder} exists already: choose another name, or remove it first")
    for path, template in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        text = template.read_text(encoding="utf-8").replace(PLACE, name)
        path.write_text(text, encoding="utf-8")
        print(path)
    print(f"try it: dlcourse lint-assignment {name}")
    return 0


def check_name(name: str) -> None:
    """See to it that an assignment can be called ``name``: it becomes a module and a folder.

    Raises:
        BadInput: it cannot be.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", name) or keyword.iskeyword(name):
        raise BadInput(
            f"{name!r} is no name for an assignment: up to 40 of a-z, 0-9 and _, a letter first, "
            "and no word of Python's own"
        )
    if name in sys.stdlib_module_names or name in TORCH.packages or name == RANKED:
        raise BadInput(
            f"{name!r} is a name that is taken by a module or the project: choose another"
        )
