"""The new head has no bias.

task: replace_head
says: has no bias
"""

from torch import nn


def replace_head(model, classes):
    model.head = nn.Linear(model.head.in_features, classes, bias=False)
