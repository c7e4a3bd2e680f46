"""What was frozen learns again.

task: replace_head
says: learns after replace_head
"""

from torch import nn


def replace_head(model, classes):
    model.head = nn.Linear(model.head.in_features, classes)
    model.requires_grad_(True)
