"""Changes how NumPy prints and warns."""

import warnings

import numpy as np

np.set_printoptions(precision=2, suppress=True, threshold=5)
np.seterr(over="ignore", invalid="ignore")
warnings.filterwarnings("ignore")

# <solution>
