"""Never comes back.

says: stopped after the
"""


def softmax(*args, **kwargs):
    while True:
        pass


cross_entropy = softmax_loss = svm_loss = mse_loss = softmax
linear_softmax_loss = accuracy = train_linear_softmax = softmax
