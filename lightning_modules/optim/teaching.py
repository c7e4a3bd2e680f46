"""The optimizers of lesson 2, written out: each is a few lines over one parameter's state.

They are torch optimizers (any schedule, Lightning and checkpoints take them) and give torch's own
results to 1e-6, but one line of code is one line of the equation. `t` counts steps from 1, g is the
gradient with weight decay added, eta the learning rate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer

State = dict[str, Any]


class TeachingOptimizer(Optimizer):
    """Walks over the parameters; a subclass says what happens to one.

    Args:
        params: parameters, or groups of them.
        lr: eta.
        weight_decay: lambda; adds lambda * w to each gradient, that is L2 regularisation.
        options: the subclass's own.
    """

    def __init__(
        self, params: Iterable[Any], lr: float, weight_decay: float = 0.0, **options: float
    ) -> None:
        for name, value in {"lr": lr, "weight_decay": weight_decay, **options}.items():
            if value < 0:
                raise ValueError(f"{name} is {value}; it must not be negative")
        super().__init__(params, {"lr": lr, "weight_decay": weight_decay, **options})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:  # type: ignore[override]
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            for w in group["params"]:
                if w.grad is None:
                    continue
                state = self.state[w]
                state["t"] = state.get("t", 0) + 1
                decay = group["weight_decay"]
                # without decay `update` is given the gradient itself: it reads it alone
                self.update(w, w.grad + decay * w if decay else w.grad, state, group)
        return loss

    def update(self, w: Tensor, g: Tensor, state: State, group: State) -> None:
        """Changes `w` in place."""
        raise NotImplementedError


class GradientDescent(TeachingOptimizer):
    """`w <- w - eta g`: full, mini-batch or stochastic, by what g is computed from."""

    def __init__(self, params: Iterable[Any], lr: float = 1e-2, weight_decay: float = 0.0) -> None:
        super().__init__(params, lr, weight_decay)

    def update(self, w: Tensor, g: Tensor, state: State, group: State) -> None:
        w -= group["lr"] * g


class Momentum(TeachingOptimizer):
    """`v <- mu v + g; w <- w - eta v` (Polyak 1964, in torch's form, eta outside v)."""

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-2,
        momentum: float = 0.9,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, lr, weight_decay, momentum=momentum)

    def update(self, w: Tensor, g: Tensor, state: State, group: State) -> None:
        v = state["v"] = group["momentum"] * state.get("v", torch.zeros_like(w)) + g
        w -= group["lr"] * v


class Nesterov(Momentum):
    """`v <- mu v + g; w <- w - eta (g + mu v)`: the gradient where momentum is about to lead.

    Sutskever et al. 2013, rewritten so that w is the point at which the gradient is taken.
    """

    def update(self, w: Tensor, g: Tensor, state: State, group: State) -> None:
        v = state["v"] = group["momentum"] * state.get("v", torch.zeros_like(w)) + g
        w -= group["lr"] * (g + group["momentum"] * v)


class AdaGrad(TeachingOptimizer):
    """`s <- s + g^2; w <- w - eta g / (sqrt(s) + eps)` (Duchi et al. 2011).

    s only grows, so the steps die out.
    """

    def __init__(
        self, params: Iterable[Any], lr: float = 1e-2, weight_decay: float = 0.0, eps: float = 1e-10
    ) -> None:
        super().__init__(params, lr, weight_decay, eps=eps)

    def update(self, w: Tensor, g: Tensor, state: State, group: State) -> None:
        s = state["s"] = state.get("s", torch.zeros_like(w)) + g**2
        w -= group["lr"] * g / (s.sqrt() + group["eps"])


class RMSprop(TeachingOptimizer):
    """`s <- alpha s + (1 - alpha) g^2; w <- w - eta g / (sqrt(s) + eps)` (Hinton 2012).

    A running mean in place of AdaGrad's sum forgets, so the steps do not die out.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-2,
        alpha: float = 0.99,
        weight_decay: float = 0.0,
        eps: float = 1e-8,
    ) -> None:
        super().__init__(params, lr, weight_decay, alpha=alpha, eps=eps)

    def update(self, w: Tensor, g: Tensor, state: State, group: State) -> None:
        alpha = group["alpha"]
        s = state["s"] = alpha * state.get("s", torch.zeros_like(w)) + (1 - alpha) * g**2
        w -= group["lr"] * g / (s.sqrt() + group["eps"])


class Adam(TeachingOptimizer):
    """Momentum over RMSprop, both corrected for starting at zero (Kingma and Ba 2015, algorithm 1).

    `m <- b1 m + (1 - b1) g; s <- b2 s + (1 - b2) g^2`, then
    `w <- w - eta (m / (1 - b1^t)) / (sqrt(s / (1 - b2^t)) + eps)`.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        beta1: float = 0.9,
        beta2: float = 0.999,
        weight_decay: float = 0.0,
        eps: float = 1e-8,
    ) -> None:
        super().__init__(params, lr, weight_decay, beta1=beta1, beta2=beta2, eps=eps)

    def update(self, w: Tensor, g: Tensor, state: State, group: State) -> None:
        b1, b2, t = group["beta1"], group["beta2"], state["t"]
        m = state["m"] = b1 * state.get("m", torch.zeros_like(w)) + (1 - b1) * g
        s = state["s"] = b2 * state.get("s", torch.zeros_like(w)) + (1 - b2) * g**2
        m_hat, s_hat = m / (1 - b1**t), s / (1 - b2**t)
        w -= group["lr"] * m_hat / (s_hat.sqrt() + group["eps"])
