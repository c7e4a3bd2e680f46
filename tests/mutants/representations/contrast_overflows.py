"""exp of scores of 2000.

task: nt_xent_loss
says: subtract each row's maximum
"""

import numpy as np


def nt_xent_loss(z, temperature):
    count, length = len(z), np.linalg.norm(z, axis=1, keepdims=True)
    u = z / length
    odds = np.exp(u @ u.T / temperature)
    np.fill_diagonal(odds, 0)
    p = odds / odds.sum(axis=1, keepdims=True)
    rows, partner = np.arange(count), np.roll(np.arange(count), count // 2)
    loss = -np.mean(np.log(p[rows, partner]))
    p[rows, partner] -= 1
    du = (p + p.T) @ u / temperature / count
    return loss, (du - np.sum(du * u, axis=1, keepdims=True) * u) / length
