"""The new layer is put on top of the old head.

task: replace_head
says: there is no model.head with weights
"""

from torch import nn


def replace_head(model, classes):
    model.head = nn.Sequential(model.head, nn.Linear(model.head.out_features, classes))
