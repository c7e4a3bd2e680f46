"""Logical circuits made of perceptrons: weights that were thought out, not learned.

M. Nielsen, "Neural networks and deep learning" (2015), chapter 1. Bits are 0 or 1, in tensors of
any shape (...); NAND gates suffice for every circuit, so perceptrons do.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Perceptron(nn.Module):
    """1 where `w . x + b > 0`, else 0.

    Args:
        weight: w, one number for each input.
        bias: b.
    """

    weight: Tensor
    bias: Tensor

    def __init__(self, weight: list[float], bias: float) -> None:
        super().__init__()
        self.register_buffer("weight", torch.tensor(weight))  # (D,)
        self.register_buffer("bias", torch.tensor(bias))

    def forward(self, x: Tensor) -> Tensor:
        """Inputs (..., D) to bits (...)."""
        return (x @ self.weight + self.bias > 0).float()  # (...)


class Nand(Perceptron):
    """0 where both bits are 1, else 1."""

    def __init__(self) -> None:
        super().__init__([-2.0, -2.0], 3.0)

    def forward(self, a: Tensor, b: Tensor) -> Tensor:  # type: ignore[override]
        return super().forward(torch.stack([a, b], dim=-1))


class Xor(nn.Module):
    """1 where the bits differ: no single perceptron can, four NANDs do."""

    def __init__(self) -> None:
        super().__init__()
        self.nand = Nand()

    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        both = self.nand(a, b)
        return self.nand(self.nand(a, both), self.nand(b, both))


class HalfAdder(nn.Module):
    """Two bits to their sum's low bit and carry."""

    def __init__(self) -> None:
        super().__init__()
        self.nand, self.xor = Nand(), Xor()

    def forward(self, a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
        nand = self.nand(a, b)
        return self.xor(a, b), self.nand(nand, nand)  # NAND of a bit with itself is NOT


class FullAdder(nn.Module):
    """Three bits, the third carried over from the place before, to low bit and carry."""

    def __init__(self) -> None:
        super().__init__()
        self.nand, self.xor = Nand(), Xor()

    def forward(self, a: Tensor, b: Tensor, carry: Tensor) -> tuple[Tensor, Tensor]:
        half = self.xor(a, b)
        # a carry comes out where a and b are both 1, or the carry meets their sum of 1
        out = self.nand(self.nand(a, b), self.nand(half, carry))
        return self.xor(half, carry), out


class RippleAdder(nn.Module):
    """Adds two numbers of `num_bits` bits, the carry rippling from the lowest place up."""

    def __init__(self, num_bits: int = 8) -> None:
        super().__init__()
        self.first = HalfAdder()
        self.rest = nn.ModuleList(FullAdder() for _ in range(num_bits - 1))

    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        """Bits (..., num_bits), lowest first, to the bits of the sum (..., num_bits + 1)."""
        total, carry = self.first(a[..., 0], b[..., 0])
        bits = [total]
        for place, adder in enumerate(self.rest, start=1):
            total, carry = adder(a[..., place], b[..., place], carry)
            bits.append(total)
        return torch.stack([*bits, carry], dim=-1)  # (..., num_bits + 1)


def to_bits(numbers: Tensor, num_bits: int) -> Tensor:
    """Integers (...) to bits (..., num_bits), lowest first."""
    return ((numbers[..., None] >> torch.arange(num_bits)) & 1).float()


def from_bits(bits: Tensor) -> Tensor:
    """Bits (..., num_bits), lowest first, to integers (...)."""
    return (bits.long() << torch.arange(bits.shape[-1])).sum(dim=-1)
