"""Everybody may pick itself.

task: nt_xent_loss
says: nobody may pick itself
"""

import numpy as np


def nt_xent_loss(z, temperature):
    count, length = len(z), np.linalg.norm(z, axis=1, keepdims=True)
    u = z / length
    scores = u @ u.T / temperature
    scores -= scores.max(axis=1, keepdims=True)
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    log_p = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    rows, partner = np.arange(count), np.roll(np.arange(count), count // 2)
    loss = -np.mean(log_p[rows, partner])
    p[rows, partner] -= 1
    du = (p + p.T) @ u / temperature / count
    return loss, (du - np.sum(du * u, axis=1, keepdims=True) * u) / length
