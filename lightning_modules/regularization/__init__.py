"""Methods against overfitting, one per file: a pure function, and a class to switch it on with.

Each file opens with a card: what the method does, its equation and paper, when it helps and when it
does not, and the line of a config that switches it on. README.md lists them all. Imported here,
they can be named in a config without their module, as Lightning's own callbacks can.
"""

from lightning_modules.regularization.batch_norm import BatchNorm
from lightning_modules.regularization.dropout import Dropout
from lightning_modules.regularization.elastic_net import ElasticNet
from lightning_modules.regularization.l1 import L1
from lightning_modules.regularization.l2 import L2
from lightning_modules.regularization.max_norm import MaxNorm
from lightning_modules.regularization.mixup import Mixup
from lightning_modules.regularization.stochastic_depth import StochasticDepth

__all__ = [
    "L1",
    "L2",
    "BatchNorm",
    "Dropout",
    "ElasticNet",
    "MaxNorm",
    "Mixup",
    "StochasticDepth",
]
