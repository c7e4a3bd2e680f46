"""forward gives logits, but the losses are taken of their softmax.

task: digit_classifier
says: a softmax comes before cross_entropy
"""

from torch.nn import functional as F


class DigitClassifier(DigitClassifier):  # noqa: F821 - the right one
    def training_step(self, batch, batch_idx):
        x, y = batch
        loss = F.cross_entropy(self(x).softmax(dim=1), y)
        self.log("train_loss", loss)
        return loss
