"""The smallest loss of all, whatever the patience.

task: early_stopping
says: heed the patience
"""

import numpy as np


def early_stopping_epoch(val_losses, patience):
    if len(val_losses) == 0:
        raise ValueError("no losses")
    return int(np.nanargmin(val_losses))
