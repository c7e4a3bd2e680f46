"""Two layers are written out.

task: mlp_forward
says: scores with L = 3
"""


def mlp_forward(X, params):
    if "W2" not in params:
        return X @ params["W1"] + params["b1"]
    return sigmoid(X @ params["W1"] + params["b1"]) @ params["W2"] + params["b2"]
