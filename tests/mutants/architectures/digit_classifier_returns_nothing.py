"""training_step logs the loss but does not return it: nothing is learnt.

task: digit_classifier
says: leaves every parameter
"""

from torch.nn import functional as F


class DigitClassifier(DigitClassifier):  # noqa: F821 - the right one
    def training_step(self, batch, batch_idx):
        x, y = batch
        self.log("train_loss", F.cross_entropy(self(x), y))
