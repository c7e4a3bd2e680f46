"""The draw is another one each time.

task: group_split
says: another split
"""

import numpy as np


def group_split(groups, share, seed):
    names = sorted(set(groups))
    if len(names) < 2:
        raise ValueError("one group")
    count = min(max(1, round(share * len(names))), len(names) - 1)
    chosen = set(np.random.default_rng().choice(names, count, replace=False).tolist())
    held_out = np.array([group in chosen for group in groups])
    return np.flatnonzero(~held_out), np.flatnonzero(held_out)
