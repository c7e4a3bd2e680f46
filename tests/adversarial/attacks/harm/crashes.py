"""Crashes the interpreter.

says: ended or crashed the interpreter
"""

import ctypes


def softmax(*args, **kwargs):
    ctypes.string_at(1)


cross_entropy = softmax_loss = svm_loss = mse_loss = softmax
linear_softmax_loss = accuracy = train_linear_softmax = softmax
