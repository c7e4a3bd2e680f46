"""One function was deleted: its tests say which.

score: 92
says: there is no accuracy in your submission
"""

# <solution>

del accuracy
