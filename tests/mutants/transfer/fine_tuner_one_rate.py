"""All learn at one rate.

task: fine_tuner
says: all learn at the base rate
"""

import torch


class FineTuner(FineTuner):  # noqa: F821 - the right one
    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=self.hparams["base_rate"], momentum=0.9)
