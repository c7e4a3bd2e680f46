"""Examples are drawn, not groups.

task: group_split
says: are on both sides
"""

import numpy as np


def group_split(groups, share, seed):
    if len(set(groups)) < 2:
        raise ValueError("one group")
    n = len(groups)
    count = min(max(1, round(share * n)), n - 1)
    order = np.random.default_rng(seed).permutation(n)
    return np.sort(order[count:]), np.sort(order[:count])
