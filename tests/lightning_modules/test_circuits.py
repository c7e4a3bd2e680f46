"""Circuits of perceptrons, on every input there is."""

from __future__ import annotations

import torch

from lightning_modules.models.circuits import (
    FullAdder,
    HalfAdder,
    Nand,
    RippleAdder,
    Xor,
    from_bits,
    to_bits,
)

A, B, C = torch.cartesian_prod(*[torch.tensor([0, 1])] * 3).T  # each (8,), all combinations


def test_gates_answer_as_their_truth_tables() -> None:
    a, b = A.float(), B.float()
    assert torch.equal(Nand()(a, b).long(), 1 - A * B)
    assert torch.equal(Xor()(a, b).long(), A ^ B)


def test_a_half_adder_adds_two_bits_and_a_full_adder_three() -> None:
    a, b, c = A.float(), B.float(), C.float()
    low, carry = HalfAdder()(a, b)
    assert torch.equal(low + 2 * carry, a + b)
    low, carry = FullAdder()(a, b, c)
    assert torch.equal(low + 2 * carry, a + b + c)


def test_a_ripple_adder_adds_all_pairs_of_numbers() -> None:
    for num_bits in (1, 2, 5):
        numbers = torch.arange(2**num_bits)
        a, b = torch.cartesian_prod(numbers, numbers).T
        adder = RippleAdder(num_bits)
        bits = adder(to_bits(a, num_bits), to_bits(b, num_bits))
        assert bits.shape == (len(a), num_bits + 1)
        assert torch.equal(from_bits(bits), a + b)
        assert not list(adder.parameters())  # nothing of it can be trained


def test_bits_are_of_any_shape() -> None:
    a = torch.tensor([[200, 3], [255, 128]])
    assert torch.equal(from_bits(RippleAdder(8)(to_bits(a, 8), to_bits(a, 8))), 2 * a)
