"""Every answer has the right shape and is zero.

Shapes count together with values, or with parameters that move them.
score: 0
"""

# <zeros>
