"""The images are reshaped to batches of 16.

task: digit_classifier
says: invalid for input
"""


class DigitClassifier(DigitClassifier):  # noqa: F821 - the right one
    def forward(self, x):
        return self.network(x.reshape(16, 1, 28, 28))
