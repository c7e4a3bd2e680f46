"""Layers are taken in the order of their names as texts, W10 before W2.

task: mlp_forward
says: W10 precedes W2
"""


def mlp_forward(X, params):
    hidden = X
    keys = sorted(key for key in params if key.startswith("W"))
    for key in keys:
        scores = hidden @ params[key] + params["b" + key[1:]]
        hidden = sigmoid(scores)
    return scores
