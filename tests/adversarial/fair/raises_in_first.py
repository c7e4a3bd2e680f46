r"""A function in an early part of the script raises: its tests show the line.

score: 92
says: ValueError: early \(softmax.py line \d+: raise ValueError\(.early.\)\)
"""


# %%
def wrong():
    raise ValueError("early")


# %%
# <solution>


def accuracy(scores, y):
    return wrong()
