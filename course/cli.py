"""The ``dlcourse`` command. Each command imports its half of the course only when it runs."""

from __future__ import annotations

import argparse
import errno
import sys
from collections.abc import Sequence
from pathlib import Path

from course import gradebook_commands
from graders.platforms.names import PLATFORMS
from graders.reports.formats import FORMATS
from graders.sandbox.limits import Limits

LIGHTNING_COMMANDS = ("fit", "validate", "test", "predict")

BUDGETS = ("smoke", "small", "full")
NOT_IN_STUDENTS_COPY = (
    "demo",
    "release",
    "collect",
    "grade",
    "export",
    "course-report",
    "similarity",
    "gradescope",
    "leaderboard",
    "new-assignment",
    "lint-assignment",
    *gradebook_commands.COMMANDS,
)
"""Commands that need solutions, hidden tests or grades, or are for those who have them."""
EXTRAS = {
    **dict.fromkeys((*LIGHTNING_COMMANDS, "experiment"), ("lessons",)),
    **dict.fromkeys(NOT_IN_STUDENTS_COPY, ("grade",)),
    "demo": ("lessons", "grade"),
}
"""What a command needs to be installed beside the course; those not named here, nothing."""
# what the machine refuses: no space, no permission
NOT_OUR_FAULT = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EACCES, errno.EROFS)

OVERVIEW = """\
students
  fit | validate | test | predict   train and evaluate a lesson's model (LightningCLI)
  data                              list, fetch and verify data sets
  check                             public tests on your own file, with hints
  submit                            hand in your file
  regrade-request                   ask for a test to be looked at again
  experiment                        a claim, or your own comparison, over several seeds
instructors
  release                           make the student bundle
  collect                           a platform's download into a folder of submissions
  grade                             grade a folder of submissions in the sandbox
  export                            grades for an LMS
  course-report                     all assignments together, for you and for each student
  gradescope                        an autograder to upload to Gradescope
  extend | drop | allowances        more time, or out of the total: for one, for all; the list
  regrades                          what students ask to be looked at again, and your answers
  audit                             every change of a score
  forget                            delete what there is of one student
  similarity                        submissions that look alike
  new-assignment                    an assignment that passes, to be turned into yours
  lint-assignment                   what to mend in an assignment
both
  demo                              the whole course once, small
  leaderboard                       final project: ranking on the held-out labels
  doctor                            what this machine has and how well it isolates
"""


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dlcourse",
        description="A deep-learning course that runs.\n\n" + OVERVIEW,
        epilog="example: dlcourse fit --config course/01_linear_models/softmax.yaml",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, about: str, example: str) -> argparse.ArgumentParser:
        return commands.add_parser(
            name,
            help=about,
            description=about,
            epilog=f"example: {example}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )

    demo = add("demo", "train, release and grade on the embedded data", "dlcourse demo")
    demo.add_argument("--out", type=Path, default=Path("runs/demo"), help="default: %(default)s")

    for name in LIGHTNING_COMMANDS:
        # Never parsed here: main() hands everything after the name to LightningCLI.
        add(name, f"{name} a lesson's model", f"dlcourse {name} --config LESSON.yaml")

    data = add("data", "list, fetch and verify data sets", "dlcourse data get mnist")
    data.add_argument("action", choices=("list", "get", "verify"))
    data.add_argument("names", nargs="*", metavar="NAME")

    experiment = add(
        "experiment",
        "run claims of the course, or your own comparison, as controlled experiments",
        "dlcourse experiment run shift --seeds 5",
    )
    _add_experiment_actions(experiment)

    release = add("release", "make the student bundle", "dlcourse release softmax --out ../handout")
    release.add_argument("names", nargs="*", metavar="NAME", help="default: every assignment")
    release.add_argument("--out", type=Path, required=True, metavar="DIR")

    check = add("check", "run the public tests on your own file", "dlcourse check softmax")
    check.add_argument("name", metavar="NAME")
    check.add_argument("file", nargs="?", type=Path, metavar="FILE")

    submit = add(
        "submit",
        "check your file and hand it in",
        "dlcourse submit softmax --student ada --to /srv/submitted",
    )
    submit.add_argument("name", metavar="NAME")
    submit.add_argument("file", nargs="?", type=Path, metavar="FILE")
    submit.add_argument("--student", required=True, metavar="ID")
    submit.add_argument("--to", type=Path, required=True, metavar="DIR")
    submit.add_argument(
        "--force", action="store_true", help="hand in what looks like a mistake without a question"
    )

    collect = add(
        "collect",
        "make a folder of submissions from a platform's bulk download",
        "dlcourse collect submissions.zip --from canvas --roster gradebook.csv --to submitted",
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

    grade = add(
        "grade",
        "grade a folder of submissions in the sandbox",
        "dlcourse grade softmax submitted/ --out grades/softmax --jobs 2",
    )
    grade.add_argument("name", metavar="NAME")
    grade.add_argument("submissions", type=Path, metavar="SUBMISSIONS")
    grade.add_argument("--out", type=Path, required=True, metavar="DIR")
    _add_jobs(grade)
    grade.add_argument(
        "--cluster", metavar="ADDRESS", help="a Dask scheduler, e.g. tcp://10.0.0.1:8786"
    )
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

    gradescope = add(
        "gradescope",
        "make an autograder that Gradescope runs on every submission",
        "dlcourse gradescope softmax --to autograder.zip",
    )
    gradescope.add_argument("name", metavar="NAME")
    gradescope.add_argument("--to", type=Path, required=True, metavar="FILE")

    gradebook_commands.add_commands(add)

    similarity = add(
        "similarity",
        "pairs of submissions that look alike",
        "dlcourse similarity softmax submitted/ --out similar.html",
    )
    similarity.add_argument("name", metavar="NAME")
    similarity.add_argument("submissions", type=Path, metavar="SUBMISSIONS")
    similarity.add_argument("--out", type=Path, required=True, metavar="FILE")

    leaderboard = add(
        "leaderboard",
        "rank the final project's predictions on the held-out labels",
        "dlcourse leaderboard predictions/",
    )
    leaderboard.add_argument("folder", type=Path, metavar="DIR")
    leaderboard.add_argument("--out", type=Path, metavar="DIR", help="for the pages; default: DIR")

    new = add(
        "new-assignment",
        "write a small assignment that passes, to be turned into yours",
        "dlcourse new-assignment means",
    )
    new.add_argument("name", metavar="NAME")

    lint = add(
        "lint-assignment",
        "what to mend in an assignment, its hidden tests and its mutants",
        "dlcourse lint-assignment means",
    )
    lint.add_argument("name", metavar="NAME")
    _add_jobs(lint)

    add("doctor", "what this machine has and how well it isolates", "dlcourse doctor")
    return parser


def _add_jobs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--jobs", type=int, metavar="N", help="worker processes; default: one per core"
    )


def _add_experiment_actions(experiment: argparse.ArgumentParser) -> None:
    actions = experiment.add_subparsers(dest="action", required=True, metavar="ACTION")

    def add(name: str, about: str, example: str) -> argparse.ArgumentParser:
        return actions.add_parser(
            name,
            help=about,
            description=about,
            epilog=f"example: dlcourse experiment {name} {example}".rstrip(),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )

    add("list", "every experiment of the course and its claim", "")
    run = add("run", "make the runs that are missing, and judge them", "shift --jobs 2")
    rerun = add("rerun", "one seed of each arm again: do the digits agree?", "shift --threads 2")
    rerun.add_argument("--threads", type=int, default=1, metavar="N", help="(%(default)s)")
    for parser in (run, rerun):
        parser.add_argument(
            "names", nargs="*", metavar="NAME", help="of the course, or a YAML file"
        )
        parser.add_argument("--all", action="store_true", help="every experiment of the course")
    compare = add(
        "compare",
        "your own arms, the one that you expect to win first",
        "--config course/02_optimization/sgd.yaml\n"
        '  --arm momentum="--model.init_args.optimizer_args {momentum: 0.9}" --arm plain=',
    )
    compare.add_argument("--config", type=Path, required=True, metavar="FILE")
    compare.add_argument(
        "--arm", action="append", default=[], metavar="NAME=OPTIONS", help="twice or more"
    )
    compare.add_argument("--metric", default="last/val_loss", help="default: %(default)s")
    compare.add_argument("--goal", choices=("max", "min"), help="default: min for a loss, else max")
    compare.add_argument(
        "--smallest", type=float, default=0.0, help="difference that matters (%(default)s)"
    )
    for parser in (run, rerun, compare):
        parser.add_argument(
            "--jobs", type=int, metavar="N", help="runs at a time; default: one per core"
        )
        parser.add_argument(
            "--cluster", metavar="ADDRESS", help="a Dask scheduler, e.g. tcp://10.0.0.1:8786"
        )
    for parser in (run, compare):
        parser.add_argument("--seeds", type=int, metavar="N", help="default: 5, or its file's")
        parser.add_argument("--again", action="store_true", help="drop the runs that are there")
        parser.add_argument("--wandb", action="store_true", help="send each run to W&B, too")
    report = add("report", "judge all that have runs together, and write the pages", "--ledger")
    report.add_argument("--out", type=Path, metavar="DIR", help="default: beside the runs")
    for parser in (run, rerun, report):
        parser.add_argument("--budget", choices=BUDGETS, default="small", help="(%(default)s)")
        parser.add_argument(
            "--ledger", action="store_true", help="course/ledger in place of runs/experiments"
        )
    compare.set_defaults(budget="small", ledger=False)


def main(argv: Sequence[str] | None = None) -> int:
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        if arguments and arguments[0] in LIGHTNING_COMMANDS:
            from course.fit import main as lightning_main

            return lightning_main(arguments)
        return _run(build_parser().parse_args(arguments))
    except KeyboardInterrupt:
        print("dlcourse: interrupted; what was finished is kept", file=sys.stderr)
        return 130
    except ModuleNotFoundError as error:
        lacking = _lacking(arguments[0])
        if lacking is None:
            raise
        print(f"dlcourse: {arguments[0]} finds no {error.name}: {lacking}", file=sys.stderr)
        return 2
    except OSError as error:
        if error.errno not in NOT_OUR_FAULT:
            raise
        where = f"{error.filename}: " if error.filename else ""
        print(f"dlcourse: {where}{error.strerror}", file=sys.stderr)
        return 1
    except Exception as error:
        status = getattr(error, "exit_status", None)
        if status is None:
            raise
        print(f"dlcourse: {error}", file=sys.stderr)
        return int(status)


def _lacking(command: str) -> str | None:
    """How to install what a command needs and is not here, or None if nothing is amiss."""
    from graders.installation import install_command, installed, requirements

    needed = EXTRAS.get(command, ())
    if all(installed(line.name) for extra in ("", *needed) for line in requirements(extra)):
        return None
    return install_command(*needed)


def _run(args: argparse.Namespace) -> int:
    from graders.engine.catalogue import is_students_copy
    from graders.errors import BadInput

    if args.command in NOT_IN_STUDENTS_COPY and is_students_copy():
        raise BadInput(
            f"{args.command} works in the instructor's copy of the course: this one, for students, "
            "has no solutions, no hidden tests and no grades"
        )
    if args.command in (*gradebook_commands.COMMANDS, *gradebook_commands.OF_STUDENTS):
        return gradebook_commands.run(args)
    match args.command:
        case "demo":
            from course.demo import demo

            return demo(args.out)
        case "data":
            from course import data

            return data.run(args.action, args.names)
        case "experiment":
            from course import experiment

            return experiment.main(args)
        case "release":
            from graders.students.release import release

            release(args.names, args.out)
            return 0
        case "check":
            from graders.students.check import check

            return check(args.name, args.file)
        case "collect":
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
        case "grade":
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
        case "submit":
            from graders.students.submit import submit

            return submit(args.name, args.file, args.student, args.to, force=args.force)
        case "export":
            from graders.reports import export

            into = export.Into(args.into, args.column, args.roster) if args.into else None
            ungraded = export.write(
                args.name, args.folder, args.format, args.to, into=into, collected=args.collected
            )
            print(f"written: {args.to}")
            if ungraded:
                print(f"no score yet: {', '.join(ungraded)}")
            return 0
        case "course-report":
            from graders.reports.course_report import course_report

            return course_report(args.folders, args.out, args.roster)
        case "gradescope":
            from graders.gradescope.bundle import bundle

            return bundle(args.name, args.to)
        case "similarity":
            from graders.reports.similarity import similarity

            return similarity(args.name, args.submissions, args.out)
        case "leaderboard":
            from graders.reports.leaderboard import leaderboard

            return leaderboard(args.folder, args.out)
        case "new-assignment":
            from graders.authoring.new import new_assignment

            return new_assignment(args.name)
        case "lint-assignment":
            from graders.authoring.lint import lint

            return lint(args.name, args.jobs)
        case "doctor":
            from course.doctor import doctor

            return doctor()
    raise AssertionError(args.command)
