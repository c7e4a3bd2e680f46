"""Options of Lightning's trainer that it takes and then breaks on, or that undo each other."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Union, get_args

import lightning
from jsonargparse import ArgumentParser, Namespace
from lightning.pytorch.utilities.exceptions import MisconfigurationException

_LIGHTNING = Path(lightning.__file__).parent


def counts_before_shares(parser: ArgumentParser) -> None:
    """Has `limit_train_batches: 1` mean one batch, as it does in Trainer's signature.

    Python keeps one `Optional[Union[int, float]]` for both orders of the two, whichever was written
    first in the process, and Lightning itself writes both. Where it is the other one, jsonargparse
    reads 1 as 1.0, which is all batches.
    """
    for action in parser._actions:
        kinds = get_args(getattr(action, "_typehint", None))
        if int in kinds and float in kinds:
            others = [kind for kind in kinds if kind is not int]
            action._typehint = Union[(int, *others)]  # type: ignore[attr-defined]


def unworkable(options: Namespace) -> str | None:
    """Says what of the options under `trainer:` would end in an error that does not name it."""
    batches, clip = options.get("accumulate_grad_batches"), options.get("gradient_clip_val")
    if batches is not None and batches < 1:
        return f"trainer.accumulate_grad_batches is {batches}; it must be at least 1"
    if clip is not None and clip < 0:
        return f"trainer.gradient_clip_val is {clip}; it must be at least 0"
    for callback in options.get("callbacks") or []:
        if callback.class_path.endswith(".BatchSizeFinder"):
            return (
                "BatchSizeFinder changes the number of steps after the schedule was made for "
                "another: set data.init_args.batch_size"
            )
    if options.get("barebones"):
        return "trainer.barebones leaves nothing of a run that could be kept: drop it"
    return None


def refused_by_lightning(error: BaseException) -> str | None:
    """What Lightning itself says against an option, in one line; None for any other error."""
    frames = traceback.extract_tb(error.__traceback__)
    theirs = [_LIGHTNING in Path(frame.filename).parents for frame in frames]
    told = isinstance(error, MisconfigurationException)
    if isinstance(error, ValueError | TypeError | RuntimeError):
        told |= theirs[-1] and (frames[-1].line or "").startswith("raise")
    if isinstance(error, AttributeError):  # a callback asks for what this task does not have
        told |= any(theirs[-2:]) and "callbacks" in Path(frames[-2].filename).parts
    return " ".join(str(error).split()) if told else None
