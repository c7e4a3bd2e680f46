"""Prints what it does, at length."""

# <solution>

quiet_softmax = softmax


def softmax(scores):
    print("scores:", scores)
    print("x" * 5000)
    return quiet_softmax(scores)
