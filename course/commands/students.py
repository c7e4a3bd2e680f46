"""Commands for students: check, hand in, ask again."""

from __future__ import annotations

import argparse
from pathlib import Path

from course.commands import Add


def add_commands(add: Add) -> None:
    check = add("check", "run the public tests on your own file", "dlcourse check softmax", _check)
    check.add_argument("name", metavar="NAME")
    check.add_argument("file", nargs="?", type=Path, metavar="FILE")

    submit = add(
        "submit",
        "check your file and hand it in",
        "dlcourse submit softmax --student ada --to /srv/submitted",
        _submit,
    )
    submit.add_argument("name", metavar="NAME")
    submit.add_argument("file", nargs="?", type=Path, metavar="FILE")
    submit.add_argument("--student", required=True, metavar="ID")
    submit.add_argument("--to", type=Path, required=True, metavar="DIR")
    submit.add_argument(
        "--force", action="store_true", help="hand in what looks like a mistake without a question"
    )

    ask = add(
        "regrade-request",
        "ask your instructor to look at a test again",
        "dlcourse regrade-request softmax --test test_softmax_is_stable --note TEXT "
        "--student ada --to /srv/submitted",
        _regrade_request,
    )
    ask.add_argument("name", metavar="NAME")
    ask.add_argument("--test", required=True, metavar="TEST", help="as your feedback calls it")
    ask.add_argument("--note", required=True, metavar="TEXT", help="why you think that it is wrong")
    ask.add_argument("--student", metavar="ID")
    ask.add_argument(
        "--to", type=Path, metavar="DIR", help="default: a file in this folder, to be handed in"
    )


def _check(args: argparse.Namespace) -> int:
    from graders.students.check import check

    return check(args.name, args.file)


def _submit(args: argparse.Namespace) -> int:
    from graders.students.submit import submit

    return submit(args.name, args.file, args.student, args.to, force=args.force)


def _regrade_request(args: argparse.Namespace) -> int:
    from graders.students.regrade_request import regrade_request

    return regrade_request(args.name, args.test, args.note, args.student, args.to)
