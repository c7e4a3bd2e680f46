"""Accuracy in percent.

task: fine_tuner
says: it is a percentage
"""

from torch.nn import functional as F


class FineTuner(FineTuner):  # noqa: F821 - the right one
    def validation_step(self, batch, batch_idx):
        x, y = batch
        logits = self(x)
        self.log("val_loss", F.cross_entropy(logits, y))
        self.log("val_acc", 100 * (logits.argmax(dim=1) == y).float().mean())
