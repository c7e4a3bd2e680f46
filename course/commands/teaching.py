"""Commands that make and take assignments: release, collect, and writing new ones."""

from __future__ import annotations

import argparse
from pathlib import Path

from course.commands import Add, add_jobs
from graders.platforms.names import PLATFORMS

COMMANDS = ("release", "collect", "gradescope", "new-assignment", "lint-assignment")


def add_commands(add: Add) -> None:
    release = add(
        "release", "make the student bundle", "dlcourse release softmax --out ../handout", _release
    )
    release.add_argument("names", nargs="*", metavar="NAME", help="default: every assignment")
    release.add_argument("--out", type=Path, required=True, metavar="DIR")

    collect = add(
        "collect",
        "make a folder of submissions from a platform's bulk download",
        "dlcourse collect submissions.zip --from canvas --roster gradebook.csv --to submitted",
        _collect,
    )
    collect.add_argument("source", type=Path, metavar="FROM", help="the zip or folder, as it came")
    collect.add_argument("--from", dest="platform", choices=PLATFORMS, required=True)
    collect.add_argument("--to", type=Path, required=True, metavar="DIR")
    collect.add_argument(
        "--roster",
        type=Path,
        metavar="FILE",
        help="the class as CSV: the export of Canvas's or Moodle's gradebook, Moodle's grading "
        "worksheet, GitHub Classroom's or Gradescope's roster, or columns of your own: id, and any "
        "of name, email, login, sis, canvas, moodle, github, section, group, submitted_at",
    )
    collect.add_argument("--assignment", metavar="NAME", help="default: what the files are called")
    collect.add_argument(
        "--due",
        metavar="TIME",
        help='like "2026-03-01 12:00 UTC"; of a clone, the last commit before it counts',
    )
    collect.add_argument(
        "--timezone", metavar="ZONE", help="of times that name none, like Europe/Berlin"
    )

    gradescope = add(
        "gradescope",
        "make an autograder that Gradescope runs on every submission",
        "dlcourse gradescope softmax --to autograder.zip",
        _gradescope,
    )
    gradescope.add_argument("name", metavar="NAME")
    gradescope.add_argument("--to", type=Path, required=True, metavar="FILE")

    new = add(
        "new-assignment",
        "write a small assignment that passes, to be turned into yours",
        "dlcourse new-assignment means",
        _new_assignment,
    )
    new.add_argument("name", metavar="NAME")

    lint = add(
        "lint-assignment",
        "what to mend in an assignment, its hidden tests and its mutants",
        "dlcourse lint-assignment means",
        _lint_assignment,
    )
    lint.add_argument("name", metavar="NAME")
    add_jobs(lint)


def _release(args: argparse.Namespace) -> int:
    from graders.students.release import release

    release(args.names, args.out)
    return 0


def _collect(args: argparse.Namespace) -> int:
    from graders.platforms.collect import Options, collect

    return collect(
        Options(
            args.source,
            args.platform,
            args.to,
            roster=args.roster,
            assignment=args.assignment,
            due=args.due,
            timezone=args.timezone,
        )
    )


def _gradescope(args: argparse.Namespace) -> int:
    from graders.gradescope.bundle import bundle

    return bundle(args.name, args.to)


def _new_assignment(args: argparse.Namespace) -> int:
    from graders.authoring.new import new_assignment

    return new_assignment(args.name)


def _lint_assignment(args: argparse.Namespace) -> int:
    from graders.authoring.lint import lint

    return lint(args.name, args.jobs)
