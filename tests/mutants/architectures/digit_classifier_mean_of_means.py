"""Each batch counts alike, the short last one too.

task: digit_classifier
says: a short last batch
"""

import torch
from torch.nn import functional as F


class DigitClassifier(DigitClassifier):  # noqa: F821 - the right one
    def on_validation_epoch_start(self):
        self.losses, self.shares = [], []

    def validation_step(self, batch, batch_idx):
        x, y = batch
        logits = self(x)
        self.losses.append(F.cross_entropy(logits, y))
        self.shares.append((logits.argmax(dim=1) == y).float().mean())

    def on_validation_epoch_end(self):
        self.log("val_loss", torch.stack(self.losses).mean())
        self.log("val_acc", torch.stack(self.shares).mean())
