"""Commands that grade, and that give grades on."""

from __future__ import annotations

import argparse
from pathlib import Path

from course.commands import Add, add_cluster, add_jobs
from graders.reports.formats import FORMATS
from graders.sandbox.limits import Limits

COMMANDS = ("grade", "export", "course-report", "similarity", "leaderboard")


def add_commands(add: Add) -> None:
    grade = add(
        "grade",
        "grade a folder of submissions in the sandbox",
        "dlcourse grade softmax submitted/ --out grades/softmax --jobs 2",
        _grade,
    )
    grade.add_argument("name", metavar="NAME")
    grade.add_argument("submissions", type=Path, metavar="SUBMISSIONS")
    grade.add_argument("--out", type=Path, required=True, metavar="DIR")
    add_jobs(grade)
    add_cluster(grade)
    grade.add_argument("--force", action="store_true", help="grade again what is graded already")
    grade.add_argument(
        "--timeout",
        type=float,
        default=Limits.submission_seconds,
        metavar="S",
        help="seconds that a submission may take, default: %(default)g",
    )
    grade.add_argument(
        "--trust-file-times",
        action="store_true",
        help="late penalties also where only a file's own time tells when it was handed in",
    )
    grade.add_argument(
        "--no-sandbox",
        action="store_true",
        help="run student code WITHOUT isolation: for your own code only",
    )
    grade.add_argument(
        "--what-if",
        action="store_true",
        help="tell what would change for whom, as after a change of a hidden test; write nothing",
    )

    export = add(
        "export",
        "grades in the form that an LMS takes",
        "dlcourse export softmax --from grades/softmax --format canvas --to canvas.csv",
        _export,
    )
    export.add_argument("name", metavar="NAME")
    export.add_argument("--from", dest="folder", type=Path, required=True, metavar="DIR")
    export.add_argument("--format", choices=FORMATS, required=True)
    export.add_argument("--to", type=Path, required=True, metavar="FILE")
    export.add_argument(
        "--into",
        type=Path,
        metavar="FILE",
        help="canvas: the gradebook's export, moodle: the assignment's grading worksheet; "
        "--to is then that file with the grades in it",
    )
    export.add_argument(
        "--column", default="", metavar="TITLE", help="of --into in Canvas; default: NAME"
    )
    export.add_argument(
        "--roster", type=Path, metavar="FILE", help="if --into does not have the students' ids"
    )
    export.add_argument(
        "--collected",
        type=Path,
        metavar="DIR",
        help="feedback: the folder that dlcourse collect made",
    )

    report = add(
        "course-report",
        "pages and a table of who has what in all assignments",
        "dlcourse course-report --from grades --out course_report --roster roster.csv",
        _course_report,
    )
    report.add_argument(
        "--from",
        dest="folders",
        type=Path,
        nargs="+",
        required=True,
        metavar="DIR",
        help="the --out of dlcourse grade, of each assignment, or the folder that holds them",
    )
    report.add_argument("--out", type=Path, required=True, metavar="DIR")
    report.add_argument(
        "--roster",
        type=Path,
        metavar="FILE",
        help="the class as CSV, as in dlcourse collect: names, sections, and who is missing",
    )

    similarity = add(
        "similarity",
        "pairs of submissions that look alike",
        "dlcourse similarity softmax submitted/ --out similar.html",
        _similarity,
    )
    similarity.add_argument("name", metavar="NAME")
    similarity.add_argument("submissions", type=Path, metavar="SUBMISSIONS")
    similarity.add_argument("--out", type=Path, required=True, metavar="FILE")

    leaderboard = add(
        "leaderboard",
        "rank the final project's predictions on the held-out labels",
        "dlcourse leaderboard predictions/",
        _leaderboard,
    )
    leaderboard.add_argument("folder", type=Path, metavar="DIR")
    leaderboard.add_argument("--out", type=Path, metavar="DIR", help="for the pages; default: DIR")


def _grade(args: argparse.Namespace) -> int:
    from graders.grade import grade

    return grade(
        args.name,
        args.submissions,
        args.out,
        jobs=args.jobs,
        cluster=args.cluster,
        force=args.force,
        timeout=args.timeout,
        sandboxed=not args.no_sandbox,
        trust_file_times=args.trust_file_times,
        what_if=args.what_if,
    )


def _export(args: argparse.Namespace) -> int:
    from graders.reports import export

    into = export.Into(args.into, args.column, args.roster) if args.into else None
    ungraded = export.write(
        args.name, args.folder, args.format, args.to, into=into, collected=args.collected
    )
    print(f"written: {args.to}")
    if ungraded:
        print(f"no score yet: {', '.join(ungraded)}")
    return 0


def _course_report(args: argparse.Namespace) -> int:
    from graders.reports.course_report import course_report

    return course_report(args.folders, args.out, args.roster)


def _similarity(args: argparse.Namespace) -> int:
    from graders.reports.similarity import similarity

    return similarity(args.name, args.submissions, args.out)


def _leaderboard(args: argparse.Namespace) -> int:
    from graders.reports.leaderboard import leaderboard

    return leaderboard(args.folder, args.out)
