"""Hidden tests of the transfer assignment: 100 points.

The networks are the grader's own (``graders.sandbox.transfer_tools``), filled with numbers that are
drawn here; what they must answer is worked out in NumPy from the same numbers (``numpy_network``).

Each demand has a test of its own. ``FineTuner`` is built from two other functions. Where
``freeze_until`` is wrong, it is judged with a right one, too. Where ``parameter_groups`` is wrong,
its tests ask for the student's own rates (``own_rates``), provided that these differ.

Tolerances: the networks compute in 32-bit floats. Values are sums of at most some tens of products
of order 1, good to about 1e-6, and are checked to 1e-3; the mistakes that the tests provoke move
them by 1e-1.
"""

import contextlib
import functools

import numpy as np
import pytest

from graders.engine.compare import as_array, as_number, as_tuple, check_close, check_raises
from graders.engine.student import ByTool, Handle, StudentError
from graders.hidden.transfer.numpy_network import Network, cross_entropy, head_steps

CLOSE = {"rtol": 1e-3, "atol": 1e-3}


def right_freeze_until(model, stage):
    """For the student's code; it cannot be had in ``freeze_until``'s own tests, which are over."""
    return ByTool("freeze", (model, [f"stages.{i}." for i in range(stage)]))


CARRIED_FORWARD = {"freeze_until": {"freeze_until": right_freeze_until}}


def draw(rng, stages=None, classes=None, pixels=2):
    """A network's numbers: three or four stages of some channels each."""
    stages = stages or int(rng.integers(3, 5))
    channels = [3, *(int(c) for c in rng.integers(4, 8, stages))]
    return Network(rng, channels, classes or int(rng.integers(3, 6)))


def build(student, network):
    """The network of these numbers, on the student's side."""
    return student.tool("network", network.channels, network.classes, network.values)


def draw_images(rng, count, size=2):
    return rng.standard_normal((count, 3, size, size))


def draw_labels(rng, count, classes):
    """Labels (N,), every class among them."""
    return rng.permutation(np.arange(count) % classes)


def names_of(names):
    """Some names, as a message shows them."""
    names = sorted(names)
    return ", ".join(names[:2]) + (f" and {len(names) - 2} more" if len(names) > 2 else "")


# --- replace_head: 14 ---


def replaced(student, rng, classes=None):
    """A network, its numbers, and those that it has after replace_head."""
    network = draw(rng)
    model = build(student, network)
    classes = classes or network.classes + 2
    student.replace_head(model, classes)
    return network, model, student.tool("state", model)


def check_fresh(network, state, classes):
    weight = state.get("head.weight")
    assert weight is not None, (
        "there is no model.head with weights: assign a new nn.Linear to model.head"
    )
    features = network.channels[-1]
    assert weight.shape == (classes, features), (
        f"model.head has weights of shape {weight.shape}, not {(classes, features)}: "
        "from the last stage's channels to the classes"
    )


@pytest.mark.points(4, task="replace_head", hint="model.head = nn.Linear(in_features, classes)")
def test_replace_head_gives_as_many_logits_as_asked(student, rng):
    """The model gives as many logits as asked, and the new head's numbers decide them."""
    network, model, state = replaced(student, rng)
    classes = network.classes + 2
    check_fresh(network, state, classes)
    bias = state.get("head.bias")
    assert bias is not None, "the new head has no bias"
    x = draw_images(rng, 4)
    out = as_array(student.tool("forward", model, x), (4, classes), "the logits")
    features = network.layers(x)["stages"].mean(axis=(2, 3))
    stages = [name for name in network.values if name.startswith("stages")]
    values = {name: network.values[name] for name in stages}
    out = student.tool("forward", model, x, values=values)
    check_close(out, features @ state["head.weight"].T + bias, "the logits", **CLOSE)


@pytest.mark.points(5, task="replace_head", hint="build nothing again: only model.head is assigned")
def test_replace_head_keeps_the_stages(student, rng):
    """Every weight and every running statistic of the stages stays to the last bit."""
    network, _, state = replaced(student, rng)
    old = network.values["head.weight"]
    new = state.get("head.weight")
    assert new is None or new.shape != old.shape, "the head is the old one"
    for name, value in network.values.items():
        if name.startswith("stages"):
            found = state.get(name)
            assert np.shape(found) == value.shape, f"{name} is gone"
            assert np.array_equal(found, value.astype(np.float32)), (
                f"{name} has other numbers than before: what is kept must not be initialised again"
            )


@pytest.mark.points(2, task="replace_head", hint="a new layer, whatever the number of classes is")
def test_replace_head_is_fresh(student, rng):
    """The head is a new one for the same number of classes, too, of the size that PyTorch gives."""
    network = draw(rng)
    model = build(student, network)
    student.replace_head(model, network.classes)
    new = student.tool("state", model).get("head.weight")
    assert np.ndim(new) == 2, "there is no model.head with weights"
    old = network.values["head.weight"]
    assert new.shape[1] != old.shape[1] or not np.isclose(new[0], old[0]).any(), (
        "the head keeps numbers of the old one"
    )
    assert np.ptp(new) > 1e-3, "all weights of the head are the same"
    assert np.abs(new).max() <= 1 / np.sqrt(new.shape[1]) + 1e-6, (
        "the head's weights are larger than nn.Linear makes them"
    )


@pytest.mark.points(3, task="replace_head", hint="a new nn.Linear learns; leave the others' flags")
def test_replace_head_learns(student, rng):
    """In a network that is frozen the new head learns, and the rest stays frozen."""
    network = draw(rng)
    model = build(student, network)
    student.tool("freeze", model, [""])
    student.replace_head(model, network.classes + 1)
    flags = student.tool("trainable", model)
    learns = {name for name, flag in flags.items() if flag}
    assert learns, "nothing learns after replace_head on a frozen network: a fresh layer does"
    stages = {name for name in learns if name.startswith("stages")}
    assert not stages, f"{names_of(stages)} was frozen, and learns after replace_head"


# --- freeze_until: 14 ---


def stages_that_learn(student, network, stage, before=()):
    """Of each stage and the head, whether all (True), none (False) or some (None) learns."""
    model = build(student, network)
    for earlier in before:
        student.freeze_until(model, earlier)
    student.freeze_until(model, stage)
    return by_stage(network, student.tool("trainable", model))


def by_stage(network, flags):
    """One value for each stage and the head, out of one for each parameter; None where mixed."""
    found = [set() for _ in range(network.num_stages + 1)]
    for name in network.parameters:
        found[network.stage_of(name)].add(bool(flags.get(name)))
    return [values.pop() if len(values) == 1 else None for values in found]


def right_stages(network, stage):
    return [place >= stage for place in range(network.num_stages + 1)]


def say_stages(learns, network):
    words = {True: "learns", False: "is frozen", None: "is frozen in part"}
    places = [*(f"stages[{i}]" for i in range(network.num_stages)), "the head"]
    return ", ".join(f"{place} {words[flag]}" for place, flag in zip(places, learns, strict=True))


def check_frozen(student, network, stage):
    learns = stages_that_learn(student, network, stage)
    wrong = [i for i in range(stage) if learns[i] is not False]
    told = f"after freeze_until(model, {stage}) {say_stages(learns, network)}"
    assert not wrong, f"{told}: the first {stage} stages are to be frozen"
    return learns, told


@pytest.mark.points(
    5, task="freeze_until", hint="requires_grad_(False) for each of model.stages[:stage]"
)
def test_freeze_until_freezes(student, rng):
    """The first stages get no gradient, whatever kind of layer is in them."""
    network = draw(rng)
    for stage in (1, network.num_stages - 1):
        check_frozen(student, network, stage)


@pytest.mark.points(3, task="freeze_until", hint="what comes after the stage learns")
def test_freeze_until_lets_the_rest_learn(student, rng):
    """What comes after the frozen stages learns, the head always."""
    network = draw(rng, stages=4)
    for stage in (2, 4):
        learns = stages_that_learn(student, network, stage)
        told = f"after freeze_until(model, {stage}) {say_stages(learns, network)}"
        assert {*learns} != {True}, f"{told}: nothing is frozen"
        assert all(flag is True for flag in learns[stage:]), f"{told}: what comes after learns"


@pytest.mark.points(
    4, task="freeze_until", hint="set requires_grad of every parameter, True as well as False"
)
def test_freeze_until_thaws(student, rng):
    """A second call, with a smaller number, thaws what it does not name."""
    network = draw(rng, stages=4)
    for earlier, stage in [(4, 1), (3, 0), (1, 3)]:
        once = stages_that_learn(student, network, stage)
        assert {*stages_that_learn(student, network, earlier)} != {True}, "nothing is frozen"
        twice = stages_that_learn(student, network, stage, before=[earlier])
        told = f"after calls with {earlier} and then {stage} {say_stages(twice, network)}"
        # what one call alone does is asked for elsewhere
        assert twice in (right_stages(network, stage), once), f"{told}: the last call decides"


@pytest.mark.points(2, task="freeze_until", hint="raise ValueError unless 0 <= stage <= stages")
def test_freeze_until_refuses(student, rng):
    """A number of stages that there are not is a ValueError."""
    network = draw(rng)
    for stage in (-1, network.num_stages + 1):
        check_raises(ValueError, student, "freeze_until", build(student, network), stage)


# --- extract_features: 18 ---


def features_of(student, model, layer, x):
    found = student.extract_features(model, layer, student.tool("images", x))
    assert found is not None, "extract_features returned None: is a return statement missing?"
    return found


def numbers_of(student, features):
    """What the features hold; a tensor stays in the sandbox, an array comes as it is."""
    return student.tool("values_of", features) if isinstance(features, Handle) else features


def check_features(student, network, model, layer, x, elsewhere=True):
    """Check a layer's features, or ``elsewhere``, what they are in training mode."""
    features = features_of(student, model, layer, x)
    numbers = numbers_of(student, features)
    right = network.layers(x)[layer]
    in_training = network.layers(x, training=True)[layer]
    mistakes = {
        "they are those of training mode: evaluation mode is asked for": in_training,
        "they are averaged over the pixels: the layer's own output is asked for": (
            right.mean(axis=(2, 3)) if right.ndim == 4 else right
        ),
    }
    if (
        elsewhere
        and np.shape(numbers) == right.shape
        and np.allclose(numbers, in_training, **CLOSE)
    ):
        return features
    check_close(numbers, right, f"the features of {layer!r}", mistakes=mistakes, **CLOSE)
    return features


@pytest.mark.points(3, task="extract_features", hint="a forward hook on get_submodule(layer)")
def test_extract_features_of_a_stage(student, rng):
    """The output of a stage, as it is."""
    network = draw(rng)
    model = build(student, network)
    stage = int(rng.integers(0, network.num_stages))
    check_features(student, network, model, f"stages.{stage}", draw_images(rng, 4))


@pytest.mark.points(2, task="extract_features", hint="model.get_submodule(layer) finds any name")
def test_extract_features_of_any_layer(student, rng):
    """A part of a stage, all stages, or the head, each by its name."""
    network = draw(rng)
    model = build(student, network)
    x = draw_images(rng, 4)
    for layer in ("stages.1.0", "stages", "stages.2.1", "head"):
        check_features(student, network, model, layer, x)


@pytest.mark.points(3, task="extract_features", hint="model.eval() before the model is run")
def test_extract_features_in_evaluation(student, rng):
    """Batch normalisations use their running statistics, which stay as they are."""
    network = draw(rng)
    model = build(student, network)
    check_features(student, network, model, "stages.1", draw_images(rng, 4), elsewhere=False)
    state = student.tool("state", model)
    for name, value in network.values.items():
        assert np.allclose(state[name], value, **CLOSE), f"{name} is another one afterwards"


@pytest.mark.points(2, task="extract_features", hint="run the model under torch.no_grad()")
def test_extract_features_without_gradient(student, rng):
    """The features are not part of a graph, and the parameters learn as before."""
    network = draw(rng)
    model = build(student, network)
    features = check_features(student, network, model, "stages.1", draw_images(rng, 4))
    assert isinstance(features, Handle), "the features are not a tensor"
    assert not student.tool("wants_gradient", features), (
        "the features are part of a graph: their requires_grad is True"
    )
    frozen = [name for name, flag in student.tool("trainable", model).items() if not flag]
    assert not frozen, f"{names_of(frozen)} is frozen afterwards"


@pytest.mark.points(2, task="extract_features", hint="note module.training of each, set it again")
def test_extract_features_leaves_the_modes(student, rng):
    """Every module is in the mode in which it was, be it training or evaluation."""
    network = draw(rng)
    for training in (True, False):
        model = build(student, network)
        modes = dict.fromkeys(student.tool("modes", model), training)
        modes["stages.0"] = modes["stages.0.1"] = not training
        student.tool("set_modes", model, modes)
        check_features(student, network, model, "stages.1", draw_images(rng, 4))
        after = student.tool("modes", model)
        wrong = [name or "the model" for name in modes if after[name] != modes[name]]
        assert not wrong, f"{names_of(wrong)} is in another mode afterwards"


@pytest.mark.points(1, task="extract_features", hint="handle.remove() when the features are there")
def test_extract_features_leaves_no_hook(student, rng):
    """No forward hook is left on the model."""
    network = draw(rng)
    model = build(student, network)
    check_features(student, network, model, "stages.1", draw_images(rng, 4))
    left = student.tool("hooks", model)
    assert left == 0, f"{left} hooks are left on the model: remove the handle"


@pytest.mark.points(3, task="extract_features", hint="look in FEATURES first, under a key")
def test_extract_features_keeps(student, rng):
    """The same question a second time does not run the network."""
    network = draw(rng)
    model = build(student, network)
    x = draw_images(rng, 4)
    before = student.tool("passes")
    first = numbers_of(student, check_features(student, network, model, "stages.1", x))
    once = student.tool("passes")
    assert once > before, "the network was not run at all"
    again = numbers_of(student, check_features(student, network, model, "stages.1", x))
    assert np.array_equal(first, again), "the same question gets another answer"
    assert student.tool("passes") == once, "the second call ran the network again: keep the answer"


@pytest.mark.points(2, task="extract_features", hint="layer, weights and images are in the key")
def test_extract_features_notices_changes(student, rng):
    """With other weights, other statistics, other images or another layer the answer is another."""
    network = draw(rng)
    model = build(student, network)
    x = draw_images(rng, 4)
    check_features(student, network, model, "stages.1", x)
    moves = {"weights": "stages.0.0.weight", "running statistics": "stages.1.1.running_mean"}
    for what, name in moves.items():
        network.values[name] = network.values[name] + 0.5
        student.tool("load", model, {name: network.values[name]})
        stale(student, network, model, "stages.1", x, f"the {what} have changed")
    stale(student, network, model, "stages.1", x[::-1].copy(), "the images are others")
    stale(student, network, model, "stages.0", x[::-1].copy(), "another layer is asked for")


def stale(student, network, model, layer, x, why):
    try:
        check_features(student, network, model, layer, x)
    except AssertionError as error:
        raise AssertionError(f"{why}, and the features are not right: {error}") from None


# --- parameter_groups: 16 ---


def draw_rates(rng):
    return float(rng.uniform(0.02, 0.2)), float(rng.uniform(0.3, 0.8))


def right_rates(network, base_rate, decay):
    """Of each parameter, its learning rate."""
    n = network.num_stages
    return {name: base_rate * decay ** (n - network.stage_of(name)) for name in network.parameters}


def rates_of(student, network, base_rate, decay, frozen=False):
    """Of each stage and the head, the rates of the groups that hold its parameters."""
    model = build(student, network)
    if frozen:
        student.tool("freeze", model, [""])
    groups = student.parameter_groups(model, base_rate, decay)
    assert groups is not None, "parameter_groups returned None: is a return statement missing?"
    return student.tool("rates", model, groups)


def rate_by_stage(network, rates):
    """The one rate of each stage and the head."""
    found = [set() for _ in range(network.num_stages + 1)]
    for name in network.parameters:
        found[network.stage_of(name)].update(rates[name])
    for place, values in enumerate(found):
        where = "the head" if place == network.num_stages else f"stages[{place}]"
        assert values, f"no group holds a parameter of {where}"
        assert np.ptp(list(values)) < 1e-9, f"{where} has parameters of different rates"
    return np.array([values.pop() for values in found])


@pytest.mark.points(4, task="parameter_groups", hint="list(stage.parameters()), for every stage")
def test_parameter_groups_hold_each_parameter_once(student, rng):
    """Each parameter of the network is in exactly one group, and rates differ among these."""
    network = draw(rng)
    rates = rates_of(student, network, *draw_rates(rng))
    missing = [name for name in network.parameters if not rates[name]]
    assert not missing, f"no group holds {names_of(missing)}"
    twice = [name for name in network.parameters if len(rates[name]) > 1]
    assert not twice, f"more than one group holds {names_of(twice)}"
    assert len({rate for values in rates.values() for rate in values}) > 1, (
        "all parameters have the same rate"
    )


@pytest.mark.points(3, task="parameter_groups", hint='{"params": head, "lr": base_rate}')
def test_parameter_groups_head(student, rng):
    """The head learns at the base rate, and no stage does."""
    network = draw(rng)
    base_rate, decay = draw_rates(rng)
    found = rate_by_stage(network, rates_of(student, network, base_rate, decay))
    assert np.ptp(found) > 1e-6, "all parameters have the same rate"
    check_close(found[-1], base_rate, "the head's rate")


@pytest.mark.points(5, task="parameter_groups", hint="base_rate * decay ** (n - i) for stages[i]")
def test_parameter_groups_fall(student, rng):
    """From each stage to the one below, towards the image, the rate falls by the decay."""
    network = draw(rng, stages=4)
    base_rate, decay = draw_rates(rng)
    found = rate_by_stage(network, rates_of(student, network, base_rate, decay))[:-1]
    assert (found > 0).all(), "a rate is not above 0"
    assert not np.allclose(found[:-1] / found[1:], 1 / decay), (
        "the rates grow towards the image: it is the stages near the head that learn fastest"
    )
    check_close(found[:-1] / found[1:], np.full(3, decay), "each rate over the next one's")


@pytest.mark.points(2, task="parameter_groups", hint="the last stage has base_rate * decay already")
def test_parameter_groups_last_stage(student, rng):
    """The stage below the head learns at the base rate times the decay."""
    network = draw(rng)
    base_rate, decay = draw_rates(rng)
    found = rate_by_stage(network, rates_of(student, network, base_rate, decay))
    shown = found[:-1].max()  # the fastest, should they be the other way round
    mistakes = {"it is the base rate: the decay begins with the last stage": base_rate}
    check_close(shown, base_rate * decay, "the last stage's rate", mistakes=mistakes)


@pytest.mark.points(2, task="parameter_groups", hint="do not look at requires_grad")
def test_parameter_groups_hold_what_is_frozen(student, rng):
    """Frozen parameters are in the groups, since they may thaw."""
    network = draw(rng)
    base_rate, decay = draw_rates(rng)
    thawed = rates_of(student, network, base_rate, decay)
    assert len({rate for values in thawed.values() for rate in values}) > 1, (
        "all parameters have the same rate"
    )
    frozen = rates_of(student, network, base_rate, decay, frozen=True)
    missing = [name for name in network.parameters if thawed[name] and not frozen[name]]
    assert not missing, f"no group holds {names_of(missing)} where it is frozen"


# --- fine_tuner: 22 ---


def tune(student, rng, epochs, examples=8, batch_size=4, network=None, **options):
    """Fine-tune a network for some epochs: its numbers, images, labels, and what was seen."""
    network = network or draw(rng)
    model = build(student, network)
    tuner = student.FineTuner(model, **options)
    x = draw_images(rng, examples)
    labels = draw_labels(rng, examples, network.classes)
    seen = student.tool("fine_tune", tuner, model, x, labels, batch_size, epochs)
    return network, model, tuner, x, labels, seen


def moved(network, before, after, kind=None):
    """Of each stage and the head, whether its parameters moved; of a kind, its statistics."""
    names = network.parameters
    if kind:
        names = [name for name in network.values if name.endswith(kind)]
    found = [False] * (network.num_stages + 1)
    for name in names:
        difference = np.max(np.abs(np.asarray(after[name]) - before[name]))
        found[network.stage_of(name)] |= bool(difference > 1e-7)
    return found


def states(network, seen):
    """The network's state at the beginning of each epoch, and after the last."""
    start = {name: value.astype(np.float32) for name, value in network.values.items()}
    return [start, *seen["epochs"]]


@pytest.mark.points(
    4, task="fine_tuner", hint="freeze_until(model, max(0, n - current_epoch // unfreeze_every))"
)
def test_fine_tuner_thaws_by_and_by(student, rng):
    """One more stage learns after every unfreeze_every epochs, from the head down."""
    for every in (1, 2):
        network = draw(rng, stages=3)
        epochs = 3 * every + 2
        *_, seen = tune(student, rng, epochs, network=network, unfreeze_every=every)
        at = states(network, seen)
        assert len(at) == epochs + 1, "a run of training ended early"
        for epoch in range(epochs):
            learns = moved(network, at[epoch], at[epoch + 1])
            assert learns == right_stages(network, max(0, 3 - epoch // every)), (
                f"with unfreeze_every={every}, in epoch {epoch} {say_stages(learns, network)}"
            )


@pytest.mark.points(4, task="fine_tuner", hint="SGD(parameter_groups(...), momentum=0.9)")
def test_fine_tuner_trains_the_head(student, rng):
    """In epoch 0 the head makes the steps of SGD with momentum, at its rate."""
    base_rate, decay = draw_rates(rng)
    base_rate += 0.1  # at a low one three steps with and without momentum end close together
    network, _, _, x, labels, seen = tune(
        student, rng, 1, examples=12, base_rate=base_rate, decay=decay
    )
    found = seen["epochs"][0]["head.weight"]
    batches = [(x[i : i + 4], labels[i : i + 4]) for i in (0, 4, 8)]
    steps = functools.partial(head_steps, network, batches, base_rate)
    right = steps()
    assert not np.allclose(found, network.values["head.weight"], atol=1e-6), (
        "the head does not move in the first epoch"
    )
    mistakes = {
        "there is no momentum": steps(momentum=0),
        "the rate is not base_rate": head_steps(network, batches, 0.01),
        "the loss is the sum over the batch: take the mean": head_steps(
            network, batches, 4 * base_rate
        ),
    }
    # by batch statistics: what is frozen is asked for elsewhere; a rate: where groups are judged
    others = [steps(training=True)]
    with contextlib.suppress(AssertionError, StudentError):
        own = rate_by_stage(network, rates_of(student, network, base_rate, decay))[-1]
        if own > 0:
            others += [head_steps(network, batches, own, training=t) for t in (False, True)]
    near = {"rtol": 1e-4, "atol": 1e-4}  # where a network is sure of its labels steps are short
    if not any(np.allclose(found, other, **near) for other in others):
        check_close(found, right, "the head after three steps", mistakes=mistakes, **near)


def own_rates(student, network, base_rate, decay):
    """The student's own parameter_groups, where they are more than one rate."""
    with contextlib.suppress(AssertionError, StudentError):
        rates = rates_of(student, network, base_rate, decay)
        if len({rate for values in rates.values() for rate in values}) > 1:
            return {name: values[0] if values else None for name, values in rates.items()}
    return None


@pytest.mark.points(3, task="fine_tuner", hint="parameter_groups(model, base_rate, decay)")
def test_fine_tuner_has_rates(student, rng):
    """The optimizer knows all parameters from the beginning, each with its rate."""
    base_rate, decay = draw_rates(rng)
    network, *_, seen = tune(student, rng, 1, base_rate=base_rate, decay=decay)
    found = {name: rates[0] if rates else None for name, rates in seen["rates"].items()}
    right = right_rates(network, base_rate, decay)
    if found == own_rates(student, network, base_rate, decay):
        return
    missing = [name for name in network.parameters if found.get(name) is None]
    assert not missing, f"the optimizer does not know {names_of(missing)}"
    mistakes = {"all learn at the base rate": np.full(len(right), base_rate)}
    values = [found[name] for name in right]
    check_close(values, list(right.values()), "the rates in the optimizer", mistakes=mistakes)


@pytest.mark.points(
    4, task="fine_tuner", hint="frozen stages in eval(): running statistics are no parameters"
)
def test_fine_tuner_keeps_frozen_statistics(student, rng):
    """The running statistics of a frozen stage stay, and those of one that learns move."""
    network = draw(rng, stages=3)
    *_, seen = tune(student, rng, 4, network=network)
    at = states(network, seen)
    assert any(moved(network, at[0], at[1])), "nothing learns in the first epoch"
    assert False in moved(network, at[0], at[1]), "nothing is frozen in the first epoch"
    learned = 0
    for epoch in range(4):
        learns = moved(network, at[epoch], at[epoch + 1])
        for kind in ("running_mean", "running_var"):
            drifts = moved(network, at[epoch], at[epoch + 1], kind)
            for i in range(network.num_stages):
                told = f"in epoch {epoch} stages[{i}]"
                assert learns[i] or not drifts[i], (
                    f"{told} is frozen, but its {kind} moves: a frozen stage belongs in "
                    "evaluation mode"
                )
                assert drifts[i] or not learns[i], (
                    f"{told} learns, but its {kind} stays: what learns belongs in training mode"
                )
                learned += learns[i]
    assert learned, "no stage learns in four epochs"


@pytest.mark.points(2, task="fine_tuner", hint="override train(): super().train(mode), then eval()")
def test_fine_tuner_stays_frozen_in_train(student, rng):
    """Frozen stages stay in evaluation mode where .train() is called on the whole module."""
    network, model, tuner, x, _, _ = tune(student, rng, 1)
    before = student.tool("state", model)
    flags = by_stage(network, student.tool("trainable", model))[:-1]
    assert False in flags, "no stage is frozen after the first epoch"
    out = student.tool("forward", tuner, x, training=True)
    as_array(out, (len(x), network.classes), "the logits")
    drifts = moved(network, before, student.tool("state", model), "running_mean")
    wrong = [i for i, flag in enumerate(flags) if flag is False and drifts[i]]
    assert not wrong, (
        f"after .train() the running mean of stages[{', '.join(map(str, wrong))}] moves, which is "
        "frozen: override train"
    )
    modes = student.tool("modes", model)
    assert modes["head"], "after .train() the head is in evaluation mode"
    student.tool("forward", tuner, x, training=False)
    assert not any(student.tool("modes", model).values()), "after .eval() something is in training"


def logged_value(logged, name):
    assert name in logged, (
        f"{name} is not logged; what is logged: {', '.join(map(str, logged)) or 'nothing'}"
    )
    return as_number(logged[name], name)


@pytest.mark.points(1, task="fine_tuner", hint='self.log("train_loss", loss) in training_step')
def test_fine_tuner_logs_train_loss(student, rng):
    """train_loss is the mean cross-entropy of the batch that is learnt from."""
    network, *_, x, labels, seen = tune(student, rng, 1, batch_size=8)
    loss = logged_value(seen["logged"], "train_loss")
    losses = cross_entropy(network.logits(x), labels)
    in_training = cross_entropy(network.logits(x, training=True), labels).mean()
    if not np.isclose(loss, in_training, **CLOSE):  # which is judged elsewhere
        sums = {"it is the sum over the batch: take the mean": losses.sum()}
        check_close(loss, losses.mean(), "train_loss", mistakes=sums, **CLOSE)


def validated(student, rng, name):
    """What is logged as ``name`` for 12 images in batches of 8, with logits and labels.

    Most of the images of the last, short batch are read rightly.
    """
    network = draw(rng)
    model = build(student, network)
    tuner = student.FineTuner(model)
    x = draw_images(rng, 12)
    logits = network.logits(x)
    labels = draw_labels(rng, 12, network.classes)
    labels[8:11] = logits[8:11].argmax(axis=1)
    labels[:4] = logits[:4].argmin(axis=1)
    logged = student.tool("validate", tuner, x, labels, batch_size=8)
    return logged_value(logged, name), logits, labels


def mean_of_means(values):
    return (values[:8].mean() + values[8:].mean()) / 2


UNWEIGHTED = "the mean of the batches' means came: a short last batch counts for less"


@pytest.mark.points(2, task="fine_tuner", hint='self.log("val_loss", F.cross_entropy(logits, y))')
def test_fine_tuner_logs_val_loss(student, rng):
    """val_loss is the mean cross-entropy over all validation images."""
    loss, logits, labels = validated(student, rng, "val_loss")
    losses = cross_entropy(logits, labels)
    mistakes = {UNWEIGHTED: mean_of_means(losses)}
    check_close(loss, losses.mean(), "val_loss", mistakes=mistakes, **CLOSE)


@pytest.mark.points(2, task="fine_tuner", hint="(logits.argmax(dim=1) == y).float().mean()")
def test_fine_tuner_logs_val_acc(student, rng):
    """val_acc is the share of validation images that are read rightly."""
    share, logits, labels = validated(student, rng, "val_acc")
    right = (logits.argmax(axis=1) == labels).astype(float)
    mistakes = {
        UNWEIGHTED: mean_of_means(right),
        "it is a percentage: a share from 0 to 1 is asked for": 100 * right.mean(),
        "it is the share of errors": 1 - right.mean(),
    }
    check_close(share, right.mean(), "val_acc", mistakes=mistakes, **CLOSE)


# --- group_split: 16 ---


def draw_names(rng, count):
    """Names of groups that are in no order."""
    return [
        f"{letter}{number}"
        for letter, number in zip(
            rng.choice(list("abcdefgh"), count), rng.permutation(100)[:count], strict=True
        )
    ]


def draw_groups(rng, count, size=None):
    """A shuffled list of examples' groups, of the same size or of different ones."""
    sizes = np.full(count, size) if size else rng.integers(1, 6, count)
    names = np.repeat(draw_names(rng, count), sizes)
    return [str(name) for name in rng.permutation(names)]


def split(student, groups, share, seed):
    """The two lists of indices, each example once on one side."""
    parts = as_tuple(student.group_split(groups, share, seed), "train, held_out")
    parts = [numbers_of(student, part) for part in parts]
    sides = []
    for part, name in zip(parts, ("train", "held_out"), strict=True):
        numbers = as_array(part, (np.size(part),), name)
        assert (numbers == numbers.round()).all(), f"{name} holds more than whole numbers"
        sides.append(numbers.astype(int))
    assert all(map(len, sides)), "one side is empty"
    together = np.sort(np.concatenate(sides))
    assert np.array_equal(together, np.arange(len(groups))), (
        f"{len(groups)} examples come back as {len(together)} indices, of which "
        f"{len(set(together))} are different: each belongs on one side, once"
    )
    return sides


def names_on(groups, side):
    return {groups[i] for i in side}


@pytest.mark.points(5, task="group_split", hint="draw groups, then take all examples of each")
def test_group_split_keeps_groups_whole(student, rng):
    """No group is on both sides."""
    for seed in range(3):
        groups = draw_groups(rng, 7, size=6)
        train, held_out = split(student, groups, 0.3, seed)
        both = names_on(groups, train) & names_on(groups, held_out)
        assert not both, f"{len(both)} of 7 groups are on both sides"


@pytest.mark.points(3, task="group_split", hint="round(share * groups), at least 1, one kept")
def test_group_split_share(student, rng):
    """As many groups are held out as asked, at least one, and at least one is kept."""
    for count, share in [(10, 0.2), (8, 0.25), (5, 0.6), (4, 0.01), (4, 0.99)]:
        groups = draw_groups(rng, count, size=4)
        right = min(max(1, round(share * count)), count - 1)
        _, held_out = split(student, groups, share, int(rng.integers(100)))
        # in groups' worth of examples: whether these are whole, is asked for elsewhere
        found = len(held_out) / 4
        if share in (0.01, 0.99) and round(found) != found:
            continue
        assert found == right, (
            f"of {count} groups of 4 examples, with a share of {share}, {len(held_out)} examples "
            f"are held out where {4 * right} were expected"
        )


@pytest.mark.points(2, task="group_split", hint="the share is one of groups, not of examples")
def test_group_split_counts_groups(student, rng):
    """Where groups differ in size, their number decides, not that of the examples."""
    for seed in range(3):
        names = draw_names(rng, 6)
        groups = list(rng.permutation(np.repeat(names, [40, 1, 2, 2, 1, 30])))
        groups = [str(name) for name in groups]
        _, held_out = split(student, groups, 0.5, seed)
        found = len(names_on(groups, held_out))
        assert found == 3, f"{found} of 6 groups are held out where a half was asked for"


@pytest.mark.points(4, task="group_split", hint="np.random.default_rng(seed) draws the groups")
def test_group_split_draws(student, rng):
    """The seed decides: the same gives the same split, and in the long run each group is drawn."""
    groups = draw_groups(rng, 5, size=3)
    drawn = {}
    for seed in range(40):
        _, held_out = split(student, groups, 0.2, seed)
        drawn[seed] = tuple(sorted(held_out))
    assert len(set(drawn.values())) > 1, "40 seeds give the same split"
    for seed in range(8):  # unheeded, it repeats once in 5 ** 8
        _, again = split(student, groups, 0.2, seed)
        assert tuple(sorted(again)) == drawn[seed], "the same seed gives another split"
    ever = {groups[i] for held_out in drawn.values() for i in held_out}
    # a group misses 40 draws of one in five with a probability of 1e-4, any of them with 7e-4 --
    # for one student and these seeds always or never
    assert len(ever) == 5, f"in 40 splits only {len(ever)} of 5 groups are ever held out"


@pytest.mark.points(1, task="group_split", hint="sorted(set(groups)) works for numbers and texts")
def test_group_split_numbers(student, rng):
    """Groups may be numbers, in any order, and both sides are in ascending order."""
    groups = [int(number) for number in rng.permutation(np.repeat([7, 70, 3, 1000, -2], 3))]
    for side in split(student, groups, 0.4, 1):
        assert (np.diff(side) > 0).all(), "the indices are not in ascending order"


@pytest.mark.points(1, task="group_split", hint="raise ValueError for fewer than two groups")
def test_group_split_refuses_one_group(student, rng):
    """A single group cannot be split."""
    check_raises(ValueError, student, "group_split", ["only"] * int(rng.integers(3, 7)), 0.5, 0)
