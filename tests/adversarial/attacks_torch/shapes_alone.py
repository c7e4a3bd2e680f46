"""Every answer has the right shape and is zero.

A test of shapes cannot tell, so that this is what shapes, and logits that say nothing, are worth.
score: 22
"""

# <zeros>
