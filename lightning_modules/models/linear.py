"""Linear models: one matrix product from inputs to a number, or to class scores."""

from __future__ import annotations

from torch import Tensor, nn


class LinearRegression(nn.Module):
    """A weighted sum of the inputs: `f(x) = w . x + b`. It starts at zero.

    Args:
        in_features: D.
    """

    def __init__(self, in_features: int) -> None:
        super().__init__()
        self.linear = nn.Linear(in_features, 1)
        # one minimum, no symmetry to break: nothing is gained by a random start
        nn.init.zeros_(self.linear.weight)
        nn.init.zeros_(self.linear.bias)

    def forward(self, x: Tensor) -> Tensor:
        """Inputs (N, D) to predictions (N,)."""
        return self.linear(x).squeeze(1)  # (N,)


class SoftmaxClassifier(nn.Module):
    """Multinomial logistic regression: `logits = W x + b`; the softmax is in the loss.

    Trained with the hinge loss, the same scores are those of a linear support vector machine.

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
