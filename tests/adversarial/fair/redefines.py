"""Writes everything twice; the second counts."""


def softmax(scores):
    return scores


def accuracy(scores, y):
    return 0.0


# <solution>
