"""The transfer reference, and the NumPy network that it is graded with, against PyTorch."""

from __future__ import annotations

import copy
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import LeavePGroupsOut
from torch import nn
from torch.nn import functional as F

from graders.engine.catalogue import source_path
from graders.hidden.transfer.numpy_network import Network, cross_entropy, head_steps
from graders.sandbox import torch_tools, transfer_tools
from tests.assignments.grading import grade, lost
from tests.assignments.references import array, check, load_reference


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    return load_reference("transfer")


def draw() -> tuple[Network, transfer_tools.StagedNetwork, torch.Tensor, torch.Tensor]:
    """A network in NumPy and in PyTorch, in double precision, with images and labels for it."""
    network = Network(np.random.default_rng(0), [3, 4, 5, 6], 4)
    model = transfer_tools.StagedNetwork(network.channels, network.classes).double()
    torch_tools.load(model, network.values)
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(8, 3, 2, 2, generator=generator, dtype=torch.float64)
    return network, model, x, torch.arange(8) % 4


@pytest.mark.parametrize("training", [False, True])
def test_layers_agree_with_torch(training: bool) -> None:
    network, model, x, _ = draw()
    seen: dict[str, torch.Tensor] = {}

    def keep(name: str, module: nn.Module, args: Any, out: torch.Tensor) -> None:
        seen[name] = out

    for name, module in model.named_modules():
        module.register_forward_hook(partial(keep, name))
    model.train(training)(x)
    check(network.logits(array(x), training), seen.pop(""))
    ours = network.layers(array(x), training)
    assert set(ours) == set(seen)
    for name, out in seen.items():
        check(ours[name], out)


@pytest.mark.parametrize(("training", "momentum"), [(False, 0.9), (True, 0.0)])
def test_steps_of_a_head_agree_with_torch(training: bool, momentum: float) -> None:
    network, model, x, y = draw()
    optimizer = torch.optim.SGD(model.head.parameters(), lr=0.1, momentum=momentum)
    model.train(training)
    for part in (slice(0, 4), slice(4, 8), slice(2, 6)):
        loss = F.cross_entropy(model(x[part]), y[part], reduction="none")
        logits = array(model(x[part]))
        check(cross_entropy(logits, y[part].numpy()), loss)
        optimizer.zero_grad()
        loss.mean().backward()
        optimizer.step()
    batches = [(array(x[a:b]), y[a:b].numpy()) for a, b in [(0, 4), (4, 8), (2, 6)]]
    check(head_steps(network, batches, 0.1, momentum, training), model.head.weight)


def test_features_are_those_of_the_stages_run_by_hand(reference) -> None:
    _, model, x, _ = draw()
    found = reference.extract_features(model, "stages.1", x)
    with torch.no_grad():
        check(found, copy.deepcopy(model).eval().stages[:2](x))
    model.stages[0][1].running_mean += 1
    with torch.no_grad():
        moved = copy.deepcopy(model).eval().stages[:2](x)
    check(reference.extract_features(model, "stages.1", x), moved)
    assert not torch.equal(found, moved)


def test_fine_tuning_agrees_with_a_loop_without_optimizer_and_flags(reference) -> None:
    _, model, x, y = draw()
    model = model.float()  # as the tools' loader gives images
    torch.manual_seed(0)
    reference.replace_head(model, 7)
    twin = copy.deepcopy(model)
    tuner = reference.FineTuner(model, base_rate=0.1, decay=0.5, unfreeze_every=2)
    seen = transfer_tools.fine_tune(tuner, model, array(x), y.numpy(), batch_size=4, epochs=7)

    parts = [*twin.stages, twin.head]
    rate = {p: 0.1 * 0.5 ** (3 - i) for i, part in enumerate(parts) for p in part.parameters()}
    velocity = dict.fromkeys(rate, torch.tensor(0.0))
    for epoch, right in enumerate(seen["epochs"]):
        frozen = max(0, 3 - epoch // 2)
        twin.train()
        twin.stages[:frozen].eval()
        learns = [p for part in parts[frozen:] for p in part.parameters()]
        for start in (0, 4):
            out = twin(x[start : start + 4].float())
            loss = F.cross_entropy(out, y[start : start + 4])
            for p, gradient in zip(learns, torch.autograd.grad(loss, learns), strict=True):
                velocity[p] = 0.9 * velocity[p] + gradient
                p.data -= rate[p] * velocity[p]
        for name, value in twin.state_dict().items():
            check(right[name], value, 1e-4)
    assert len(seen["epochs"]) == 7


def choices_of(groups: list[int], count: int) -> list[tuple[int, ...]]:
    """The examples of every ``count`` of the groups, by scikit-learn."""
    splits = LeavePGroupsOut(count).split(groups, groups=groups)
    return [tuple(held_out.tolist()) for _, held_out in splits]


@settings(deadline=None, max_examples=20)
@given(st.lists(st.integers(0, 5), min_size=2, max_size=15), st.floats(0, 1), st.integers(0, 99))
def test_splits_are_some_that_scikit_learn_knows(reference, groups, share, seed) -> None:
    number = len(set(groups))
    if number < 2:
        with pytest.raises(ValueError, match="split"):
            reference.group_split(groups, share, seed)
        return
    train, held_out = reference.group_split(groups, share, seed)
    count = min(max(1, round(share * number)), number - 1)
    assert tuple(held_out.tolist()) in choices_of(groups, count)
    assert sorted([*train, *held_out]) == list(range(len(groups)))


def test_every_choice_of_groups_is_equally_likely(reference) -> None:
    groups = [0, 1, 1, 2, 3, 3, 3]
    drawn = [tuple(reference.group_split(groups, 0.5, seed)[1].tolist()) for seed in range(300)]
    counts = [drawn.count(choice) for choice in choices_of(groups, 2)]
    assert sum(counts) == 300
    assert all(abs(count - 50) < 39 for count in counts), counts  # six deviations


WRONG = {
    "freezes_the_head": "def freeze_until(model, stage):\n    model.requires_grad_(False)\n",
    "raises": "def freeze_until(model, stage):\n    raise ArithmeticError\n",
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_wrong_freeze_until_costs_its_own_task_alone(wrong: str) -> None:
    """FineTuner meets a right one, which a tool on the student's side carries out."""
    result = grade("transfer", f"{source_path('transfer').read_text()}\n\n# %%\n{wrong}")
    assert {t.task for t in result.tests if not t.passed} == {"freeze_until"}, lost(result)
