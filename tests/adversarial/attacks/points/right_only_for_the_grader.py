"""Says that its arguments are unchanged and its answers whatever came in."""

import numpy as np


def softmax(scores, *args, **kwargs):
    return scores


def softmax_loss(x, y, *args):
    return x, y


def accuracy(*args):
    return True


cross_entropy = accuracy
svm_loss = mse_loss = linear_softmax_loss = softmax_loss


def train_linear_softmax(X, y, num_classes, *args, **kwargs):
    return np.zeros((X.shape[1], num_classes))
