"""Public checks of the transfer assignment: the notebook's worked examples, with hints.

Your grade comes from other tests of the same functions, on other networks and numbers.
"""

import numpy as np
import pytest

from graders.engine.compare import as_tuple, check_close


def small(student, classes=4, stages=3):
    """A network of 3 channels throughout, whose every stage is a batch norm and a ReLU."""
    values = {"head.weight": np.ones((classes, 3)), "head.bias": np.zeros(classes)}
    for i in range(stages):
        values[f"stages.{i}.0.weight"] = np.eye(3)[:, :, None, None]
        values[f"stages.{i}.0.bias"] = np.zeros(3)
    return student.tool("network", [3] * (stages + 1), classes, values)


@pytest.mark.points(1, task="replace_head", hint="model.head = nn.Linear(in_features, classes)")
def test_replace_head(student):
    """A head for four classes becomes one for two, and the stages stay."""
    model = small(student)
    before = student.tool("state", model)
    student.replace_head(model, 2)
    after = student.tool("state", model)
    assert "head.weight" in after, "model.head has no weights: is it an nn.Linear?"
    shape = after["head.weight"].shape
    assert shape == (2, 3), f"the head's weights are {shape} where (2, 3) were expected"
    changed = [n for n in before if n[:4] != "head" and not np.array_equal(before[n], after.get(n))]
    assert not changed, f"{changed[0]} changed: build nothing again, only the head is new"


@pytest.mark.points(1, task="freeze_until", hint="requires_grad of all, True as well as False")
def test_freeze_until(student):
    """The table of the notebook: 3, then 1, then 0 stages are frozen."""
    model = small(student)
    for stage in (3, 1, 0):
        student.freeze_until(model, stage)
        flags = student.tool("trainable", model)
        for i in range(3):
            found = {flag for name, flag in flags.items() if name.startswith(f"stages.{i}.")}
            said = "learns" if True in found else "is frozen"
            assert found == {i >= stage}, f"after freeze_until(model, {stage}) stages[{i}] {said}"
        assert flags["head.weight"], f"after freeze_until(model, {stage}) the head is frozen"


@pytest.mark.points(1, task="extract_features", hint="model.eval(), no_grad, a forward hook")
def test_extract_features(student):
    """A worked number: running mean 2, variance 4, so that 6 becomes 2; kept when asked again."""
    model = small(student)
    mean, var = np.full(3, 2.0), np.full(3, 4.0)
    moved = {"stages.0.1.running_mean": mean, "stages.0.1.running_var": var}
    student.tool("load", model, moved)
    images = student.tool("images", np.full((1, 3, 2, 2), 6.0))
    features = student.extract_features(model, "stages.0", images)
    right = np.full((1, 3, 2, 2), 2.0)
    mistakes = {"the model is in training mode: model.eval()": np.zeros_like(right)}
    found = student.tool("values_of", features)
    check_close(found, right, "the features", mistakes=mistakes, reveal=True)
    assert not student.tool("wants_gradient", features), "the features have a graph: no_grad()"
    runs = student.tool("passes")
    student.extract_features(model, "stages.0", images)
    assert student.tool("passes") == runs, "the second call runs the network again"


@pytest.mark.points(1, task="parameter_groups", hint="base_rate * decay ** (n - i)")
def test_parameter_groups(student):
    """Worked numbers: 0.0125, 0.025 and 0.05 for three stages, 0.1 for the head."""
    model = small(student)
    rates = student.tool("rates", model, student.parameter_groups(model, 0.1, 0.5))
    for part, right in [
        ("stages.0", 0.0125),
        ("stages.1", 0.025),
        ("stages.2", 0.05),
        ("head", 0.1),
    ]:
        for name in (name for name in rates if name.startswith(part)):
            assert len(rates[name]) == 1, f"{name} is in {len(rates[name])} groups: 1 is right"
            check_close(rates[name][0], right, f"the rate of {name}", reveal=True)


@pytest.mark.points(1, task="fine_tuner", hint="the head first, then a stage an epoch; train()")
def test_fine_tuner(student):
    """Epoch 0 moves the head alone, and no running mean of a frozen stage."""
    model = small(student)
    tuner = student.FineTuner(model, base_rate=0.1)
    x = np.random.default_rng(0).standard_normal((8, 3, 2, 2))
    before = student.tool("state", model)
    seen = student.tool("fine_tune", tuner, model, x, np.arange(8) % 4, 4, 2)
    moved = [
        {n for n, v in after.items() if not np.allclose(v, before[n], atol=1e-7)}
        for after in seen["epochs"]
    ]
    assert "head.weight" in moved[0], "the head does not learn in epoch 0"
    stray = sorted(name for name in moved[0] if name[:4] != "head")
    assert not stray, f"{stray[0]} moves in epoch 0: frozen stages belong in evaluation mode"
    assert "stages.2.0.weight" in moved[1], "stages[2] does not join in epoch 1"
    assert "stages.1.0.weight" not in moved[1], "stages[1] learns in epoch 1 already"
    assert "train_loss" in seen["logged"], "train_loss is not logged"
    logged = student.tool("validate", tuner, x, np.arange(8) % 4, batch_size=4)
    assert {"val_loss", "val_acc"} <= set(logged), f"logged in validation: {', '.join(logged)}"


@pytest.mark.points(1, task="group_split", hint="draw groups, then take all examples of each")
def test_group_split(student):
    """Six pictures by three drivers: one driver is held out, whole."""
    drivers = ["ann", "bob", "bob", "cem", "ann", "cem"]
    train, held_out = as_tuple(student.group_split(drivers, 1 / 3, 0), "train, held_out")
    both = {drivers[i] for i in train} & {drivers[i] for i in held_out}
    assert not both, f"{', '.join(sorted(both))} is on both sides"
    check_close(len(held_out), 2, "the number of pictures held out", reveal=True)
    assert sorted([*train, *held_out]) == list(range(6)), "not every picture is on one side"
