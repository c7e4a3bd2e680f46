"""SGD with a learning rate made for Adam.

task: digit_classifier
says: where Adam's is as long
"""

import torch


class DigitClassifier(DigitClassifier):  # noqa: F821 - the right one
    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=self.hparams["learning_rate"])
