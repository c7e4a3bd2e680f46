"""Its functions are methods, partial functions, instances and cached functions."""

import functools

# <solution>


class Functions:
    def __init__(self, inner):
        self.inner = inner

    def softmax(self, scores):
        return self.inner(scores)

    def __call__(self, scores, y):
        return plain_accuracy(scores, y)


plain_softmax, plain_accuracy, plain_cross_entropy = softmax, accuracy, cross_entropy
softmax = Functions(plain_softmax).softmax
accuracy = Functions(None)
cross_entropy = functools.partial(plain_cross_entropy)
svm_loss = functools.wraps(svm_loss)(lambda x, y, inner=svm_loss: inner(x, y))
