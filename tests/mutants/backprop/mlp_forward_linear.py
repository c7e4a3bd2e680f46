"""The hidden sigmoid is forgotten.

task: mlp_forward
says: hidden sigmoid is missing
"""


def mlp_forward(X, params):
    hidden = X
    for layer in range(1, len(params) // 2 + 1):
        hidden = hidden @ params[f"W{layer}"] + params[f"b{layer}"]
    return hidden
