"""The scores go through a sigmoid too.

task: mlp_forward
says: only hidden layers
"""


def mlp_forward(X, params):
    hidden = X
    for layer in range(1, len(params) // 2 + 1):
        hidden = sigmoid(hidden @ params[f"W{layer}"] + params[f"b{layer}"])
    return hidden
