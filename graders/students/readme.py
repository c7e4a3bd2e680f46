"""The README of a student's copy of the course: one page, from installing to the receipt."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from graders.engine.catalogue import uses_torch

EXAMPLE = "softmax"  # which the other pages show, too
WIDTH = 100

README = """\
# Deep learning: your copy of the course

From here to your first receipt. You need Python 3.11 or newer. Type everything in the folder of
this file.

**Install**, once. This is all that assignments in NumPy need:

    python3 -m venv .venv
    source .venv/bin/activate
    pip install --constraint constraints.txt --editable .
    dlcourse doctor

On Windows the first two lines are `py -m venv .venv` and `.venv\\Scripts\\activate`; the second one
comes first in every new terminal. Of what `doctor` says, ✗ has to be mended, and – is for later.

To work in notebooks, add JupyterLab. (Any other editor of notebooks will do.)

    pip install --constraint constraints.txt --editable ".[notebooks]"
    jupyter lab

**Work.** Each assignment is a notebook, `assignments/{first}/{first}.ipynb`, and the same thing as
a plain Python file, `{first}.py` beside it. Work in one of them, and write each function where it
says `YOUR CODE HERE`. There are
{assignments}.

**Check** as often as you like. It says what is wrong, and often why:

    dlcourse check {first}
    dlcourse check {first} assignments/{first}/{first}.ipynb

The first takes whichever of the two files has less left to write. Your grade comes from other tests
of the same functions, on other numbers.

**Hand in**, under the name and to the folder that your instructor told you:

    dlcourse submit {first} --student ada --to /srv/submitted

What it prints is your receipt. Keep it: `sha256` is the checksum of what was stored, `public` says
how many of the checks pass, `due` when it is due, where a date is set. Hand in as often as you
like: the last one counts. (Where your class has a platform for it, upload one of the files there.)

    received   {first} from ada, 2026-03-01T09:30:00+00:00
    stored as  /srv/submitted/ada/{first}/{first}.py

**Train.** Lessons need PyTorch and Lightning, which bring what graphics cards need: gigabytes.
{torch}

    pip install --constraint constraints.txt --editable ".[lessons,notebooks]"
    dlcourse fit --config course/01_linear_models/softmax.yaml

On Linux without a graphics card, `--extra-index-url https://download.pytorch.org/whl/cpu` before
`--editable` takes a fraction of it.

**Read on.** `course/` has a folder for each lesson: `README.md` to read, `lesson.ipynb` to run as a
notebook. Begin with `course/01_linear_models`; `course/13_final_project` is the project.
`course/ledger/README.md` says what the course claims and what its runs show,
`lightning_modules/README.md` how to train on many devices and from Python. `dlcourse --help` lists
all commands.
"""


def readme(names: Sequence[str]) -> str:
    """The page, for a copy with the assignments ``names``."""
    heavy = [f"`{name}`" for name in names if uses_torch(name)]
    light = [name for name in names if not uses_torch(name)]
    return README.format(
        first=EXAMPLE if EXAMPLE in names else [*light, *names][0],
        assignments=textwrap.fill(", ".join(f"`{name}`" for name in names), WIDTH),
        torch=f"Of the assignments these do, too: {', '.join(heavy)}." if heavy else "",
    )
