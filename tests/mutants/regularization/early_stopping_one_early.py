"""Stops an epoch too early.

task: early_stopping
says: an epoch too early
"""


def early_stopping_epoch(val_losses, patience):
    if len(val_losses) == 0:
        raise ValueError("no losses")
    best, waited = 0, 0
    for epoch in range(1, len(val_losses)):
        if val_losses[epoch] < val_losses[best]:
            best, waited = epoch, 0
        elif waited + 1 >= max(patience - 1, 1):
            break
        else:
            waited += 1
    return best
