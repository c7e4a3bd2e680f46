"""The loss is summed over the batch.

task: digit_classifier
says: the sum over the batch
"""

from torch.nn import functional as F


class DigitClassifier(DigitClassifier):  # noqa: F821 - the right one
    def training_step(self, batch, batch_idx):
        x, y = batch
        loss = F.cross_entropy(self(x), y, reduction="sum")
        self.log("train_loss", loss)
        return loss
