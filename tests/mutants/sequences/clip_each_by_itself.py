"""Every array has a norm of its own.

task: clip_by_norm
says: each array is clipped by itself
"""

import numpy as np


def clip_by_norm(grads, max_norm):
    norm = np.sqrt(sum(np.sum(g**2) for g in grads.values()))
    own = {name: max(np.linalg.norm(g), 1e-12) for name, g in grads.items()}
    return {name: g * min(1, max_norm / own[name]) for name, g in grads.items()}, norm
