"""Linear classifiers: one matrix product from pixels to class scores."""

from __future__ import annotations

from torch import Tensor, nn


class SoftmaxClassifier(nn.Module):
    """Multinomial logistic regression: `logits = W x + b`; the softmax is in the loss.

    Args:
        in_features: number of values of one input, flattened.
        num_classes: C.
    """

    def __init__(self, in_features: int = 784, num_classes: int = 10) -> None:
        super().__init__()
        self.linear = nn.Linear(in_features, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Inputs (N, ...) to logits (N, C)."""
        return self.linear(x.flatten(1))  # (N, C)
