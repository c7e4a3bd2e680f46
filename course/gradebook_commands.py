"""Commands around the gradebook: their options, and where each begins."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

AddCommand = Callable[[str, str, str], argparse.ArgumentParser]
COMMANDS = ("extend", "drop", "allowances", "audit")


def add_commands(add: AddCommand) -> None:
    """Describe them to the parser; ``add`` takes a name, what it is about, and an example."""
    extend = add(
        "extend",
        "give students more time for an assignment",
        'dlcourse extend softmax --student ada --until "2026-12-01 23:59 UTC" --reason ill',
    )
    extend.add_argument("name", metavar="NAME")
    extend.add_argument("--student", dest="students", nargs="+", required=True, metavar="ID")
    when = extend.add_mutually_exclusive_group(required=True)
    when.add_argument("--until", metavar="TIME", help="in UTC, unless it names another zone")
    when.add_argument("--undo", action="store_true", help="take an extension back")
    extend.add_argument("--reason", default="", metavar="TEXT")

    drop = add(
        "drop",
        "leave assignments out of the course's total, for everyone or for some",
        "dlcourse drop softmax --student ada --reason ill\n         dlcourse drop --lowest 1",
    )
    drop.add_argument("names", nargs="*", metavar="NAME")
    drop.add_argument("--student", dest="students", nargs="+", default=[], metavar="ID")
    drop.add_argument(
        "--lowest", type=int, metavar="K", help="everyone's K lowest assignments are left out"
    )
    drop.add_argument("--undo", action="store_true", help="let them count again")
    drop.add_argument("--reason", default="", metavar="TEXT")

    add("allowances", "list extensions and drops", "dlcourse allowances")

    audit = add(
        "audit",
        "every change of a score: who, when, from what to what, and why",
        "dlcourse audit grades/softmax --student ada",
    )
    audit.add_argument("folder", type=Path, metavar="DIR", help="the --out of dlcourse grade")
    audit.add_argument("--student", metavar="ID", help="default: everyone")


def run(args: argparse.Namespace) -> int:
    """Run the command that was parsed."""
    match args.command:
        case "extend":
            from graders.bookkeeping.allowing import extend

            return extend(args.name, args.students, args.until, args.reason)
        case "drop":
            from graders.bookkeeping.allowing import drop

            return drop(args.names, args.students, args.lowest, args.reason, args.undo)
        case "allowances":
            from graders.bookkeeping.allowing import listing

            return listing()
        case "audit":
            from graders.bookkeeping.trail import tell_audit

            return tell_audit(args.folder, args.student)
    raise AssertionError(args.command)
