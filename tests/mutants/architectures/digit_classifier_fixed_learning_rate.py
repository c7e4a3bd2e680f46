"""The learning rate of __init__ is not used.

task: digit_classifier
says: the first step of the optimizer
"""

import torch


class DigitClassifier(DigitClassifier):  # noqa: F821 - the right one
    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=1e-3)
