"""Each row picks among the other views alone.

task: nt_xent_loss
says: not among the other views alone
"""

import numpy as np


def nt_xent_loss(z, temperature):
    n, length = len(z) // 2, np.linalg.norm(z, axis=1, keepdims=True)
    u = z / length
    scores = u[:n] @ u[n:].T / temperature
    scores -= scores.max(axis=1, keepdims=True)
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    loss = np.mean(np.log(np.exp(scores).sum(axis=1)) - np.diag(scores))
    p -= np.eye(n)
    du = np.concatenate([p @ u[n:], p.T @ u[:n]]) / temperature / n
    return loss, (du - np.sum(du * u, axis=1, keepdims=True) * u) / length
