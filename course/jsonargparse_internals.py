"""What the course uses of jsonargparse that is not in its documentation, each with the reason.

A test for each of these says which one a new version of jsonargparse has broken.
"""

from __future__ import annotations

from typing import Union, get_args

from jsonargparse import ArgumentParser


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
