"""Commands that train: lessons, their data, and experiments."""

from __future__ import annotations

import argparse
from pathlib import Path

from course.commands import Add, add_cluster, add_jobs, adder

LIGHTNING = ("fit", "validate", "test", "predict")
BUDGETS = ("smoke", "small", "full")


def add_commands(add: Add) -> None:
    for name in LIGHTNING:
        # never parsed here: `main` hands everything after the name to LightningCLI
        add(name, f"{name} a lesson's model", f"dlcourse {name} --config LESSON.yaml", _unparsed)

    data = add("data", "list, fetch and verify data sets", "dlcourse data get mnist", _data)
    data.add_argument("action", choices=("list", "get", "verify"))
    data.add_argument("names", nargs="*", metavar="NAME")

    experiment = add(
        "experiment",
        "run claims of the course, or your own comparison, as controlled experiments",
        "dlcourse experiment run shift --seeds 5",
        _experiment,
    )
    _add_actions(experiment)

    wandb = add(
        "wandb",
        "send runs that stayed on this machine to W&B",
        "dlcourse wandb sync runs/lenet",
        _wandb,
    )
    wandb.add_argument("action", choices=("sync",))
    wandb.add_argument(
        "folders",
        nargs="*",
        type=Path,
        default=[Path("runs")],
        metavar="FOLDER",
        help="of one run or of many; default: runs",
    )
    wandb.add_argument("--dry-run", action="store_true", help="only say what would be sent")


def _add_actions(experiment: argparse.ArgumentParser) -> None:
    actions = adder(experiment.add_subparsers(dest="action", required=True, metavar="ACTION"))

    def add(name: str, about: str, example: str) -> argparse.ArgumentParser:
        return actions(name, about, f"dlcourse experiment {name} {example}".rstrip(), _experiment)

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
        add_jobs(parser, "runs at a time")
        add_cluster(parser)
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


def _unparsed(args: argparse.Namespace) -> int:
    raise AssertionError(args.command)


def _data(args: argparse.Namespace) -> int:
    from course import data

    return data.run(args.action, args.names)


def _experiment(args: argparse.Namespace) -> int:
    from course import experiment

    return experiment.main(args)


def _wandb(args: argparse.Namespace) -> int:
    from course.wandb_sync import sync

    return sync(args.folders, args.dry_run)
