"""Warnings, logging and progress bars on standard error."""

import logging
import sys
import warnings

from tqdm import tqdm, trange
from tqdm.notebook import tqdm as notebook_tqdm

logging.basicConfig(level=logging.DEBUG)

# <solution>

quiet_softmax = softmax


def softmax(scores):
    warnings.warn("overflow is near", RuntimeWarning, stacklevel=1)
    logging.getLogger("student").info("softmax of %s", scores.shape)
    print("progress", file=sys.stderr, flush=True)
    with tqdm(total=3) as bar:
        for number in trange(3):
            bar.update(number)
    for _ in notebook_tqdm(range(2), desc="rows"):
        pass
    return quiet_softmax(scores)
