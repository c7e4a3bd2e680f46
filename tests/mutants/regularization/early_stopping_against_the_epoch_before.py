"""Progress is measured against the epoch before.

task: early_stopping
says: not from the one before
"""

import numpy as np


def early_stopping_epoch(val_losses, patience):
    if len(val_losses) == 0:
        raise ValueError("no losses")
    waited, last = 0, len(val_losses) - 1
    for epoch in range(1, len(val_losses)):
        waited = 0 if val_losses[epoch] < val_losses[epoch - 1] else waited + 1
        if waited >= patience:
            last = epoch
            break
    return int(np.nanargmin(val_losses[: last + 1]))
