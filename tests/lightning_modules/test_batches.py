"""Batches by index: every example where it belongs, on any number of processes."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lightning_modules.datamodules.batches import (
    Batches,
    check_batch_size,
    evaluation_indices,
    training_indices,
)
from lightning_modules.errors import BadInput
from lightning_modules.seeding import mix

sizes = st.integers(1, 200)
worlds = st.integers(1, 8)


@given(sizes, st.integers(1, 64), worlds)
def test_evaluation_sees_every_example_once_in_equally_many_batches(
    num_examples: int, batch_size: int, world_size: int
) -> None:
    parts = [
        evaluation_indices(num_examples, batch_size, rank, world_size) for rank in range(world_size)
    ]
    seen = torch.cat([rows for part in parts for rows in part])
    assert sorted(seen.tolist()) == list(range(num_examples))
    assert len({len(part) for part in parts}) == 1
    largest = max(len(rows) for part in parts for rows in part)
    assert largest <= -(-batch_size // world_size)


@given(sizes, st.integers(1, 64), worlds)
def test_evaluation_goes_through_the_examples_in_order(
    num_examples: int, batch_size: int, world_size: int
) -> None:
    """Row i of a batch is on process i % W, wherever the batch was cut."""
    parts = [
        evaluation_indices(num_examples, batch_size, rank, world_size) for rank in range(world_size)
    ]
    in_order = [
        int(shares[row % world_size][row // world_size])
        for shares in zip(*parts, strict=True)
        for row in range(sum(map(len, shares)))
    ]
    assert in_order == list(range(num_examples))


@given(sizes, st.integers(1, 40), worlds, st.integers(0, 5), st.integers(0, 2**40))
def test_processes_share_the_batches_of_one(
    num_examples: int, batch_size: int, world_size: int, epoch: int, seed: int
) -> None:
    whole = training_indices(epoch, num_examples, batch_size, seed)
    parts = [
        training_indices(epoch, num_examples, batch_size, seed, rank, world_size)
        for rank in range(world_size)
    ]
    assert len(whole) == num_examples // batch_size
    for index, rows in enumerate(whole):
        shared = torch.cat([part[index] for part in parts])
        shares = [len(part[index]) for part in parts]
        assert max(shares) - min(shares) <= 1
        assert sorted(shared.tolist()) == sorted(rows.tolist())
    seen = [row for rows in whole for row in rows.tolist()]
    assert len(seen) == len(set(seen)) == num_examples // batch_size * batch_size


def test_each_epoch_and_seed_has_its_own_order() -> None:
    orders = {
        tuple(training_indices(epoch, 100, 100, seed)[0].tolist())
        for epoch in range(5)
        for seed in range(5)
    }
    assert len(orders) == 25


def test_batches_start_where_the_checkpoint_was() -> None:
    inputs, targets = torch.arange(10.0), torch.arange(10)
    rows = list(torch.arange(10).split(2))
    done = 0
    batches = Batches(inputs, targets, indices=lambda epoch: rows, processed=lambda: done)
    iterator = iter(batches)
    done = 3  # as in a resumed run: Lightning calls iter before it knows
    assert [targets.tolist() for _, targets in iterator] == [[6, 7], [8, 9]]
    assert len(batches) == 5


@pytest.mark.parametrize(("batch_size", "world_size"), [(0, 1), (101, 1), (2, 3)])
def test_impossible_batches_are_refused(batch_size: int, world_size: int) -> None:
    with pytest.raises(BadInput, match=str(batch_size)):
        check_batch_size(batch_size, 100, world_size)


@given(st.lists(st.integers(0, 2**63), min_size=1, max_size=4), st.integers(0, 3))
def test_mixing_depends_on_every_part(parts: list[int], position: int) -> None:
    changed = list(parts)
    changed[position % len(parts)] ^= 1
    assert 0 <= mix(*parts) < 2**63
    assert mix(*parts) == mix(*parts)
    assert mix(*parts) != mix(*changed)
