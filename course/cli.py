"""The ``dlcourse`` command. Each command imports its half of the course only when it runs."""

from __future__ import annotations

import argparse
import errno
import sys
from collections.abc import Sequence
from pathlib import Path

from course.commands import Run, adder, bookkeeping, grading, students, teaching, training

NOT_IN_STUDENTS_COPY = ("demo", *teaching.COMMANDS, *grading.COMMANDS, *bookkeeping.COMMANDS)
"""Commands that need solutions, hidden tests or grades, or are for those who have them."""
EXTRAS = {
    **dict.fromkeys((*training.LIGHTNING, "experiment", "wandb"), ("lessons",)),
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
  wandb                             send runs that stayed on this machine to W&B
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
    add = adder(parser.add_subparsers(dest="command", required=True, metavar="COMMAND"))
    demo = add("demo", "train, release and grade on the embedded data", "dlcourse demo", _demo)
    demo.add_argument("--out", type=Path, default=Path("runs/demo"), help="default: %(default)s")
    for group in (training, students, teaching, grading, bookkeeping):
        group.add_commands(add)
    add("doctor", "what this machine has and how well it isolates", "dlcourse doctor", _doctor)
    return parser


def _demo(args: argparse.Namespace) -> int:
    from course.demo import demo

    return demo(args.out)


def _doctor(args: argparse.Namespace) -> int:
    from course.doctor import doctor

    return doctor()


def main(argv: Sequence[str] | None = None) -> int:
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        if arguments and arguments[0] in training.LIGHTNING:
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
    run: Run = args.run
    return run(args)
