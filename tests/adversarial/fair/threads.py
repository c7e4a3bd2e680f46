"""Computes in threads."""

from concurrent.futures import ThreadPoolExecutor

# <solution>

row_softmax = softmax


def softmax(scores):
    with ThreadPoolExecutor(4) as pool:
        rows = list(pool.map(lambda row: row_softmax(row[None, :])[0], scores))
    return np.array(rows)
