"""Only the loss of the validation is logged.

task: digit_classifier
says: val_acc is not logged
"""

from torch.nn import functional as F


class DigitClassifier(DigitClassifier):  # noqa: F821 - the right one
    def validation_step(self, batch, batch_idx):
        x, y = batch
        self.log("val_loss", F.cross_entropy(self(x), y))
