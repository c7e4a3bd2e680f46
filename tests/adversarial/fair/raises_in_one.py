r"""One function raises: its tests show where.

score: 92
says: KeyError: 'missing' \(softmax.py line \d+: return table\[.missing.\]\)
"""

# <solution>


def accuracy(scores, y):
    table = {}
    return table["missing"]
