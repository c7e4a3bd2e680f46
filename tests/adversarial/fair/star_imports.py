"""Imports everything from everywhere."""

from math import *
from random import *

import numpy as np

# <solution>
