"""A softmax at the end of forward, and a second one in the loss.

task: digit_classifier
says: return the logits
"""


class DigitClassifier(DigitClassifier):  # noqa: F821 - the right one
    def forward(self, x):
        return self.network(x).softmax(dim=1)
