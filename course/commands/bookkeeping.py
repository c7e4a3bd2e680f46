"""Commands around the gradebook: more time, drops, regrades, who changed what."""

from __future__ import annotations

import argparse
from pathlib import Path

from course.commands import Add

COMMANDS = ("extend", "drop", "allowances", "regrades", "audit", "forget")


def add_commands(add: Add) -> None:
    extend = add(
        "extend",
        "give students more time for an assignment",
        'dlcourse extend softmax --student ada --until "2026-12-01 23:59 UTC" --reason ill',
        _extend,
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
        _drop,
    )
    drop.add_argument("names", nargs="*", metavar="NAME")
    drop.add_argument("--student", dest="students", nargs="+", default=[], metavar="ID")
    drop.add_argument(
        "--lowest", type=int, metavar="K", help="everyone's K lowest assignments are left out"
    )
    drop.add_argument("--undo", action="store_true", help="let them count again")
    drop.add_argument("--reason", default="", metavar="TEXT")

    add("allowances", "list extensions and drops", "dlcourse allowances", _allowances)

    regrades = add(
        "regrades",
        "list what students ask to be looked at again, or answer one of them",
        "dlcourse regrades softmax submitted --out grades/softmax\n"
        "         dlcourse regrades softmax submitted --out grades/softmax --student ada "
        "--test test_softmax_is_stable --answer TEXT --points 14",
        _regrades,
    )
    regrades.add_argument("name", metavar="NAME")
    regrades.add_argument("submissions", type=Path, metavar="SUBMISSIONS")
    regrades.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="the --out of dlcourse grade"
    )
    regrades.add_argument("--student", metavar="ID", help="whose request --answer answers")
    regrades.add_argument("--test", metavar="TEST", help="on which test")
    regrades.add_argument("--answer", metavar="TEXT", help="what the student will read")
    regrades.add_argument(
        "--points", type=float, metavar="P", help="for the test's whole task; default: as they are"
    )

    audit = add(
        "audit",
        "every change of a score: who, when, from what to what, and why",
        "dlcourse audit grades/softmax --student ada",
        _audit,
    )
    audit.add_argument("folder", type=Path, metavar="DIR", help="the --out of dlcourse grade")
    audit.add_argument("--student", metavar="ID", help="default: everyone")

    forget = add(
        "forget",
        "list what there is of a student, and delete it with --yes",
        "dlcourse forget ada --submitted submitted --grades grades --exports lms.csv",
        _forget,
    )
    forget.add_argument("student", metavar="STUDENT")
    for kind, about in (
        ("submitted", "folders of submissions"),
        ("grades", "folders that dlcourse grade wrote, or that hold such"),
        ("exports", "tables, reports and what else was made of the grades"),
    ):
        forget.add_argument(
            f"--{kind}", nargs="+", type=Path, default=[], metavar="PLACE", help=about
        )
    forget.add_argument(
        "--known-as", nargs="+", default=[], metavar="ID", help="other ids, in tables of platforms"
    )
    forget.add_argument("--yes", action="store_true", help="delete what is listed")


def _extend(args: argparse.Namespace) -> int:
    from graders.bookkeeping.allowing import extend

    return extend(args.name, args.students, args.until, args.reason)


def _drop(args: argparse.Namespace) -> int:
    from graders.bookkeeping.allowing import drop

    return drop(args.names, args.students, args.lowest, args.reason, args.undo)


def _allowances(args: argparse.Namespace) -> int:
    from graders.bookkeeping.allowing import listing

    return listing()


def _audit(args: argparse.Namespace) -> int:
    from graders.bookkeeping.trail import tell_audit

    return tell_audit(args.folder, args.student)


def _forget(args: argparse.Namespace) -> int:
    from graders.bookkeeping.forget import Places, forget

    places = Places(args.submitted, args.grades, args.exports)
    return forget(args.student, places, args.known_as, args.yes)


def _regrades(args: argparse.Namespace) -> int:
    from graders.bookkeeping.regrades import Answer, regrades
    from graders.errors import BadInput

    named = (args.student, args.test, args.answer)
    if not all(named) and any(it is not None for it in (*named, args.points)):
        raise BadInput("--student, --test and --answer go together; --points may go with them")
    answer = Answer(*named, points=args.points) if all(named) else None
    return regrades(args.name, args.submissions, args.out, answer)
