"""The factor 2 of the square is forgotten in the gradients.

task: mlp_loss
says: the factor 2 of the square
"""

import numpy as np


def mlp_loss(X, y, params, reg=0.0):
    num_layers, rows = len(params) // 2, np.arange(len(y))
    hidden, caches = X, {}
    for layer in range(1, num_layers + 1):
        scores, affine = affine_forward(hidden, params[f"W{layer}"], params[f"b{layer}"])
        hidden, active = sigmoid_forward(scores)
        caches[layer] = affine, active
    shifted = scores - scores.max(axis=1, keepdims=True)
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    loss = -log_probs[rows, y].mean()
    dout = np.exp(log_probs)
    dout[rows, y] -= 1
    dout /= len(y)
    grads = {}
    for layer in range(num_layers, 0, -1):
        affine, active = caches[layer]
        if layer < num_layers:
            dout = sigmoid_backward(dout, active)
        weights = params[f"W{layer}"]
        loss += reg * np.sum(weights**2)
        dout, dw, grads[f"b{layer}"] = affine_backward(dout, affine)
        grads[f"W{layer}"] = dw + reg * weights
    return loss, grads
