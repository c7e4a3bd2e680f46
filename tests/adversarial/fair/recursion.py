"""Adds up by recursion."""

import sys

# <solution>

sys.setrecursionlimit(20_000)


def total(numbers):
    return numbers[0] + total(numbers[1:]) if len(numbers) > 1 else numbers[0]


plain_mse_loss = mse_loss


def mse_loss(x, y):
    assert total(list(range(1500))) == 1499 * 750
    return plain_mse_loss(x, y)
