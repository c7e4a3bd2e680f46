"""Batch normalisation over the batch of all processes, on any device.

torch's `SyncBatchNorm` runs on accelerators alone. On a CPU it is the same layer with the sums
reduced by whatever backend the process group has.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.distributed
from lightning.pytorch.plugins import TorchSyncBatchNorm
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm


class SumOverProcesses(torch.autograd.Function):
    """Adds a tensor over all processes; the gradient of a sum is the sum of the gradients."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        total = x.detach().clone()
        torch.distributed.all_reduce(total)
        return total

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        total = gradients[0].contiguous().clone()
        torch.distributed.all_reduce(total)
        return total


def normalise_over_processes(x: Tensor, eps: float) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """`(x - mean) / sqrt(var + eps)` by the moments of all processes' rows (Ioffe and Szegedy 2015,
    algorithm 1).

    The variance is summed around the common mean: `E[x^2] - E[x]^2` would lose digits.

    Args:
        x: (N, C, ...), this process's share of the batch.
        eps: keeps the root from zero.

    Returns:
        The normalised input (N, C, ...), the mean (C,), the variance (C,) over the batch, and the
        number of values behind each of them ().
    """
    over = [0, *range(2, x.ndim)]
    shape = [1, -1] + [1] * (x.ndim - 2)
    sums = torch.cat([x.sum(over), x.new_tensor([x.numel() / x.shape[1]])])  # (C + 1,)
    sums = SumOverProcesses.apply(sums)
    mean, count = sums[:-1] / sums[-1], sums[-1]  # (C,), ()
    centred = x - mean.view(shape)
    var = SumOverProcesses.apply(centred.square().sum(over)) / count  # (C,)
    return centred * (var + eps).rsqrt().view(shape), mean, var, count


class CpuSyncBatchNorm(_BatchNorm):
    """`torch.nn.SyncBatchNorm` for a CPU. Not a kind of it: torch's DDP refuses those there."""

    def _check_input_dim(self, input: Tensor) -> None:
        """Any number of dimensions, as in torch's."""

    def forward(self, input: Tensor) -> Tensor:
        """(N, C, ...) to (N, C, ...)."""
        if not self.training:
            return super().forward(input)
        x = input.to(torch.promote_types(input.dtype, torch.float32))  # half precision loses sums
        out, mean, var, count = normalise_over_processes(x, self.eps)
        if self.running_mean is not None and self.running_var is not None:
            assert self.num_batches_tracked is not None
            self.num_batches_tracked.add_(1)
            rate = self.momentum
            if rate is None:
                rate = 1.0 / float(self.num_batches_tracked)
            with torch.no_grad():
                self.running_mean.lerp_(mean, rate)
                self.running_var.lerp_(var * count / (count - 1), rate)  # unbiased
        if self.affine:
            shape = [1, -1] + [1] * (x.ndim - 2)
            out = out * self.weight.view(shape) + self.bias.view(shape)
        return out.to(input.dtype)


class SyncBatchNorm(TorchSyncBatchNorm):
    """The Lightning plugin: what `trainer.sync_batchnorm: true` does to a model here.

    Args:
        accelerator: as the trainer is given it.
    """

    def __init__(self, accelerator: str = "auto") -> None:
        self._on_cpu = accelerator == "cpu" or not torch.accelerator.is_available()

    def apply(self, model: nn.Module) -> nn.Module:
        model = super().apply(model)
        for module in model.modules():
            if self._on_cpu and type(module) is nn.SyncBatchNorm:
                module.__class__ = CpuSyncBatchNorm  # type: ignore[assignment]
        return model
