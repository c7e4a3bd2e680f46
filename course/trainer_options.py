"""Options of Lightning's trainer that it takes and then breaks on, or that undo each other."""

from __future__ import annotations

import traceback
from pathlib import Path

import lightning
from jsonargparse import Namespace
from lightning.pytorch.utilities.exceptions import MisconfigurationException

_LIGHTNING = Path(lightning.__file__).parent


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
