"""`dlcourse experiment compare`: one's own arms, from the command line."""

from __future__ import annotations

import shlex
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

from lightning_modules.errors import BadInput
from lightning_modules.experiments.spec import Experiment, Options, read


def comparison(args: Namespace, root: Path) -> Experiment:
    """The experiment that the command line describes; the arms in the order in which they are
    expected to finish.

    Raises:
        BadInput: fewer than two arms, or one that is not `NAME=OPTIONS`.
    """
    arms = dict(_arm(text) for text in args.arm)
    if len(arms) < 2:
        raise BadInput("dlcourse experiment compare: give two --arm NAME=OPTIONS or more")
    goal = args.goal or ("min" if args.metric.endswith("loss") else "max")
    unit = "%" if args.metric.endswith("acc") else ""
    fields = {
        "question": f"Which of {', '.join(arms)} is best?",
        "claim": f"Ordered by {args.metric}, best first: {', '.join(arms)}.",
        "source": "the command line",
        "equal": f"all else in {args.config}",
        "holds": f"{args.config}",
        "config": str(args.config),
        "arms": arms,
        "metrics": {args.metric: {"goal": goal, "unit": unit}},
        "bar": [{"better": list(arms), "metric": args.metric, "smallest": args.smallest}],
    }
    path = Path("compare.yaml")
    experiment = read(fields, path, root)
    # the same command goes on where it was; another has records of its own
    hashes = experiment.setup_hash("small"), experiment.bar_hash()
    return replace(experiment, name=f"compare-{'-'.join(hashes)}")


def _arm(text: str) -> tuple[str, Options]:
    """`adam=--model.init_args.optimizer Adam` to its name and options."""
    name, given, options = text.partition("=")
    words = shlex.split(options)
    if not given or not name.strip():
        raise BadInput(f"--arm '{text}': write NAME=OPTIONS, as adam='--trainer.max_epochs 5'")
    found: Options = {}
    while words:
        key, given, value = words.pop(0).partition("=")
        if not given:
            if not words:
                raise BadInput(f"--arm {name}: {key} has no value")
            value = words.pop(0)
        found[key.removeprefix("--")] = value
    return name.strip(), found
