"""One function is left as it was handed out: it costs what depends on it, and says so.

score: 92
says: not written yet
"""

# <solution>


def accuracy(scores, y):
    raise NotImplementedError
