"""Frozen stages stay in training mode.

task: fine_tuner
says: belongs in evaluation mode
"""


class FineTuner(FineTuner):  # noqa: F821 - the right one
    def train(self, mode=True):
        return super(type(self).__mro__[1], self).train(mode)
