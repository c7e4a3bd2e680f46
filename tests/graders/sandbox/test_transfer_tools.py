"""What tests of fine-tuning see of a network, looked at in this process."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import lightning.pytorch as pl
import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from graders.sandbox import torch_tools, transfer_tools


@pytest.fixture
def model() -> transfer_tools.StagedNetwork:
    torch.manual_seed(0)
    return transfer_tools.network([3, 4, 5], 2, {"head.bias": np.array([1.0, 2.0])})


def test_a_network_holds_the_values_it_is_given_and_counts_its_runs(
    model: transfer_tools.StagedNetwork,
) -> None:
    assert model.training
    assert model.head.bias.tolist() == [1, 2]
    before = transfer_tools.passes()
    out = model(transfer_tools.images(np.ones((6, 3, 2, 2))))
    assert out.shape == (6, 2)
    assert transfer_tools.passes() == before + 2
    assert transfer_tools.wants_gradient(out)
    assert not transfer_tools.wants_gradient(out.detach())
    np.testing.assert_array_equal(transfer_tools.values_of(out), out.detach().numpy())
    with pytest.raises(TypeError, match="a tensor was expected, list came"):
        transfer_tools.values_of([1.0])


def test_parameters_are_frozen_by_the_beginnings_of_their_names(
    model: transfer_tools.StagedNetwork,
) -> None:
    transfer_tools.freeze(model, ["stages.0.", "head.b"])
    frozen = {name for name, learns in transfer_tools.trainable(model).items() if not learns}
    of_stage = {f"stages.0.{part}.{kind}" for part in (0, 1) for kind in ("weight", "bias")}
    assert frozen == {*of_stage, "head.bias"}
    transfer_tools.freeze(model, [])
    assert all(transfer_tools.trainable(model).values())


def test_modes_are_set_one_by_one_and_hooks_are_counted(
    model: transfer_tools.StagedNetwork,
) -> None:
    wanted = {**transfer_tools.modes(model), "stages.1": False, "": False}
    transfer_tools.set_modes(model, wanted)
    assert transfer_tools.modes(model) == wanted
    assert wanted["stages.1.0"], "what is inside keeps its own mode"
    assert transfer_tools.hooks(model) == 0
    handle = model.stages[0][1].register_forward_hook(lambda *args: None)
    model.register_forward_pre_hook(lambda *args: None)
    assert transfer_tools.hooks(model) == 2
    handle.remove()
    assert transfer_tools.hooks(model) == 1


def test_rates_are_told_of_each_parameter(model: transfer_tools.StagedNetwork) -> None:
    groups: list[dict[str, Any]] = [
        {"params": model.head.parameters(), "lr": 0.5},
        {"params": model.head.bias, "lr": 0.25},
    ]
    found = transfer_tools.rates(model, groups)
    assert (found["head.weight"], found["head.bias"]) == ([0.5], [0.5, 0.25])
    assert set(found) == set(dict(model.named_parameters()))
    assert found["stages.0.0.weight"] == []
    with pytest.raises(ValueError, match="no parameter of the network"):
        transfer_tools.rates(model, [{"params": [nn.Parameter(torch.ones(1))], "lr": 1.0}])
    with pytest.raises(TypeError, match="a list of dicts was expected, float came"):
        transfer_tools.rates(model, 0.1)


class Tuner(pl.LightningModule):
    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model
        self.own = nn.Parameter(torch.zeros(1))

    def training_step(self, batch: list[torch.Tensor]) -> torch.Tensor:
        loss = F.cross_entropy(self.model(batch[0]), batch[1]) + self.own.sum()
        self.log("loss", loss)
        return loss

    def configure_optimizers(self) -> torch.optim.Optimizer:
        heads = {"params": [*self.model.head.parameters(), self.own], "lr": 0.5}
        return torch.optim.SGD([heads], momentum=0.25)


def test_a_run_of_fine_tuning_is_watched(model: transfer_tools.StagedNetwork) -> None:
    x, labels = np.random.default_rng(0).standard_normal((4, 3, 2, 2)), np.arange(4) % 2
    before = torch_tools.state(model)
    seen = transfer_tools.fine_tune(Tuner(model), model, x, labels, batch_size=2, epochs=3)
    assert (seen["optimizer"], seen["momentum"]) == ("SGD", 0.25)
    assert seen["rates"]["head.bias"] == [0.5]
    assert seen["rates"]["stages.1.0.bias"] == [], "it is in no group"
    assert set(seen["logged"]) == {"loss"}
    states = [before, *seen["epochs"]]
    assert len(states) == 4
    for earlier, later in pairwise(states):
        assert not np.array_equal(earlier["head.weight"], later["head.weight"])
        np.testing.assert_array_equal(earlier["stages.0.0.weight"], later["stages.0.0.weight"])
    np.testing.assert_array_equal(states[-1]["head.weight"], model.head.weight.detach().numpy())
