"""Worker processes: what they may take, and that they end."""

from __future__ import annotations

import numpy as np
import pytest

from graders.engine.processes import GRADER_BYTES, local_workers


def test_a_worker_cannot_take_the_machines_memory() -> None:
    """What a test makes of an answer is bounded, however the test goes about it."""
    with local_workers(1).executor(1) as executor:
        assert executor.submit(np.ones, 3).result().sum() == 3
        with pytest.raises(MemoryError):
            executor.submit(np.ones, GRADER_BYTES, np.int8).result()
