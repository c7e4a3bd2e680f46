"""What jsonargparse leaves undocumented and the course uses: a test each, which names what to mend.

One that fails after an update of jsonargparse says which function of `jsonargparse_internals` is
broken.
"""

from __future__ import annotations

from typing import Union

import pytest
from lightning.pytorch.cli import LightningArgumentParser

from course.jsonargparse_internals import counts_before_shares


class Trainer:
    """With its types as `typing` has them where another module wrote float first."""

    def __init__(
        self,
        limit: Union[float, int, None] = None,  # noqa: UP007
        interval: Union[float, int, str, None] = None,  # noqa: UP007
    ) -> None:
        pass


@pytest.mark.parametrize(
    ("text", "value"), [("1", 1), ("1.0", 1.0), ("0.5", 0.5), ("null", None), ("0", 0)]
)
def test_a_count_is_no_share(text: str, value: float | None) -> None:
    """`counts_before_shares`: one batch is not all of them, whatever else was imported."""
    parser = LightningArgumentParser(exit_on_error=False)
    parser.add_class_arguments(Trainer, "trainer")
    counts_before_shares(parser)
    read = parser.parse_args([f"--trainer.limit={text}", f"--trainer.interval={text}"]).trainer
    assert (read.limit, type(read.limit)) == (value, type(value))
    assert (read.interval, type(read.interval)) == (value, type(value))
