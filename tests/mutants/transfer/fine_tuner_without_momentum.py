"""No momentum.

task: fine_tuner
says: there is no momentum
"""

import torch


class FineTuner(FineTuner):  # noqa: F821 - the right one
    def configure_optimizers(self):
        h = self.hparams
        return torch.optim.SGD(parameter_groups(self.model, h["base_rate"], h["decay"]))  # noqa: F821
