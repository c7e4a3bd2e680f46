"""Spends for ever inside C, where no exception reaches.

says: stopped after the
"""

import re


def softmax(*args, **kwargs):
    re.match("(a+)+$", "a" * 60 + "b")


cross_entropy = softmax_loss = svm_loss = mse_loss = softmax
linear_softmax_loss = accuracy = train_linear_softmax = softmax
