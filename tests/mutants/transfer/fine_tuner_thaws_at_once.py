"""All stages learn from the first epoch on.

task: fine_tuner
says: in epoch 0
"""


class FineTuner(FineTuner):  # noqa: F821 - the right one
    def on_train_epoch_start(self):
        self.num_frozen = 0
        freeze_until(self.model, 0)  # noqa: F821
        self.train()
