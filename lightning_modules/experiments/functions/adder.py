"""An adder of NAND gates, tried on all pairs of numbers."""

from __future__ import annotations

import torch

from lightning_modules.experiments.training import Measured
from lightning_modules.models.circuits import Nand, RippleAdder, from_bits, to_bits
from lightning_modules.seeding import mix


def adder(seed: int, num_bits: int, wide_bits: int, wide_sums: int) -> Measured:
    """Sums that the adder gets wrong: every pair of `num_bits` bits, then random pairs of more.

    Args:
        seed: of the random pairs.
        num_bits: width of the numbers that are tried exhaustively.
        wide_bits: width of the others, at most 62.
        wide_sums: how many random pairs.

    Returns:
        `wrong`, the sums that are not those of integer addition, `sums` tried, and `gates`, the
        NAND gates of the narrower adder (one gate used twice in a circuit is two).
    """
    numbers = torch.arange(2**num_bits)
    narrow = torch.cartesian_prod(numbers, numbers)  # (4^num_bits, 2)
    generator = torch.Generator().manual_seed(mix(seed, 1))
    wide = torch.randint(2**wide_bits, (wide_sums, 2), generator=generator)
    small = RippleAdder(num_bits)
    wrong = _wrong(small, narrow, num_bits) + _wrong(RippleAdder(wide_bits), wide, wide_bits)
    return Measured(
        {"wrong": wrong, "sums": len(narrow) + wide_sums, "gates": _gates(small, num_bits)}
    )


def _wrong(circuit: RippleAdder, pairs: torch.Tensor, num_bits: int) -> int:
    a, b = pairs.unbind(dim=1)
    found = from_bits(circuit(to_bits(a, num_bits), to_bits(b, num_bits)))
    return int((found != a + b).sum())


def _gates(circuit: RippleAdder, num_bits: int) -> int:
    """NAND gates that answer while one sum is worked out."""
    answers = 0

    def count(*_: object) -> None:
        nonlocal answers
        answers += 1

    for module in circuit.modules():
        if isinstance(module, Nand):
            module.register_forward_hook(count)
    zero = to_bits(torch.tensor(0), num_bits)
    circuit(zero, zero)
    return answers
