"""What points along the code is not taken off.

task: nt_xent_loss
says: what points along the code is to be taken off
"""

import numpy as np


def nt_xent_loss(z, temperature):
    count, length = len(z), np.linalg.norm(z, axis=1, keepdims=True)
    u = z / length
    scores = u @ u.T / temperature
    np.fill_diagonal(scores, -np.inf)
    scores -= scores.max(axis=1, keepdims=True)
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    log_p = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    rows, partner = np.arange(count), np.roll(np.arange(count), count // 2)
    loss = -np.mean(log_p[rows, partner])
    p[rows, partner] -= 1
    return loss, (p + p.T) @ u / temperature / count / length
