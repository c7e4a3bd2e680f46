"""Where the number of classes stays, the old head does, too.

task: replace_head
says: keeps numbers of the old one
"""

from torch import nn


def replace_head(model, classes):
    if model.head.out_features != classes:
        model.head = nn.Linear(model.head.in_features, classes)
