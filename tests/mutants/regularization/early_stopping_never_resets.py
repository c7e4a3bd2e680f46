"""The count goes on after progress.

task: early_stopping
says: after progress the count starts anew
"""


def early_stopping_epoch(val_losses, patience):
    if len(val_losses) == 0:
        raise ValueError("no losses")
    best, waited = 0, 0
    for epoch in range(1, len(val_losses)):
        if val_losses[epoch] < val_losses[best]:
            best = epoch
        else:
            waited += 1
        if waited >= patience:
            break
    return best
