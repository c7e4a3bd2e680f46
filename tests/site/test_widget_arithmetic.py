"""What widgets compute in a browser is what the course computes in Python."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.datasets import make_circles, make_moons
from torch import nn
from torch.nn import functional as F

from course.site.extensions import digit_networks
from lightning_modules.datamodules.augmentation import translate
from lightning_modules.datamodules.digits import normalise
from lightning_modules.datamodules.store import load
from lightning_modules.optim import teaching
from lightning_modules.regularization.l1 import soft_threshold
from tests.assignments.references import load_reference

Compute = Callable[..., Any]


@pytest.mark.parametrize(
    ("n", "k", "s", "p", "d"), [(7, 3, 1, 0, 1), (9, 3, 2, 1, 2), (12, 5, 3, 4, 2)]
)
def test_convolutions(n: int, k: int, s: int, p: int, d: int, compute: Compute) -> None:
    generator = np.random.default_rng(0)
    x, w = generator.normal(size=(n, n + 1)), generator.normal(size=(k, k))
    theirs = F.conv2d(
        torch.from_numpy(x)[None, None], torch.from_numpy(w)[None, None],
        stride=s, padding=p, dilation=d,
    )[0, 0]  # fmt: skip
    image = {"values": x.ravel().tolist(), "height": n, "width": n + 1}
    kernel = {"values": w.ravel().tolist(), "size": k}
    given = {"image": image, "kernel": kernel, "how": {"stride": s, "padding": p, "dilation": d}}
    ours = compute(
        "(({values, ...shape}) => ({...shape, values: [...values]}))"
        "(conv.correlate(image, kernel, how))",
        "conv",
        **given,
    )
    assert [ours["height"], ours["width"]] == list(theirs.shape)
    np.testing.assert_allclose(ours["values"], theirs.flatten(), rtol=1e-12, atol=1e-12)
    row, column = theirs.shape[0] - 1, theirs.shape[1] - 1
    last = f"conv.total(conv.products(image, kernel, {row}, {column}, how))"
    assert compute(last, "conv", **given) == pytest.approx(float(theirs[-1, -1]))


def test_a_window_that_does_not_fit_has_no_place(compute: Compute) -> None:
    assert compute("[conv.outputSize(5, 3, 1, 0, 3), conv.outputSize(7, 3, 1, 0, 3)]", "conv") == [
        0,
        1,
    ]


def test_receptive_fields_are_those_that_a_gradient_sees(compute: Compute) -> None:
    layers = [(5, 1, 1), (2, 2, 1), (3, 1, 2), (3, 2, 1)]
    x = torch.zeros(1, 1, 64, requires_grad=True)
    h: torch.Tensor = x
    for kernel, stride, dilation in layers:
        h = F.conv1d(h, torch.ones(1, 1, kernel), stride=stride, dilation=dilation)
    h[0, 0, h.shape[2] // 2].backward()
    assert x.grad is not None
    seen = x.grad[0, 0].nonzero()
    named = [dict(zip(("kernel", "stride", "dilation"), layer, strict=True)) for layer in layers]
    assert compute("conv.receptiveField(layers)", "conv", layers=named) == int(
        seen.max() - seen.min() + 1
    )


@torch.no_grad()
def test_networks_give_torchs_scores(compute: Compute, untrained: dict[str, nn.Module]) -> None:
    images = torch.from_numpy(load("mnist_subset")["test_images"][:3])
    script = digit_networks.module(untrained, images.repeat(40, 1, 1), torch.arange(120) % 10)
    known = json.loads(script.removeprefix("export const TRAINED = ").removesuffix(";\n"))
    ours = compute(
        """known.networks.map(({layers}) => images.map(image => {
          const values = networks.normalised(image.flat(), known);
          const x = {values, channels: 1, height: 28, width: 28};
          return [...networks.forward(networks.decoded(layers), x)];
        }))""",
        "networks",
        known=known,
        images=images.tolist(),
    )
    theirs = torch.stack([network(normalise(images)) for network in untrained.values()])
    assert [network["name"] for network in known["networks"]] == list(untrained)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-4)
    shares = compute("networks.softmax(z)", "networks", z=(1000 * theirs[0, 0]).tolist())
    np.testing.assert_allclose(shares, (1000 * theirs[0, 0].double()).softmax(0), atol=1e-4)


def test_digits_move_as_the_courses_do(compute: Compute) -> None:
    image = torch.from_numpy(load("mnist_subset")["test_images"][:1]).float()[None]
    moved = translate(image, torch.tensor([-5]), torch.tensor([9]), border="zero")
    ours = compute("[...networks.shifted(image, 28, 9, -5)]", "networks", image=flat(image))
    assert ours == flat(moved)
    inwards = translate(image, torch.tensor([3]), torch.tensor([-2]), border="zero")
    back = compute("networks.toCentre(image, 28)", "networks", image=flat(inwards))
    assert np.abs(np.array(back) - [2, -3]).max() <= 1  # MNIST's centres are rounded, too
    assert compute("networks.toCentre([0, 0, 0, 0], 2)", "networks") == [0, 0]


def test_the_networks_of_the_site_learn_and_are_the_same_each_time() -> None:
    arrays = load("mnist_subset")
    inputs = normalise(torch.from_numpy(arrays["train_images"][:600]))
    labels = torch.from_numpy(arrays["train_labels"][:600]).long()
    build = digit_networks.NETWORKS["softmax"]
    one, two = (digit_networks.train(build, inputs, labels) for _ in range(2))
    assert digit_networks.layers(one) == digit_networks.layers(two)
    still, far = (digit_networks.accuracy(one, inputs, labels, shift) for shift in (0, 6))
    assert still > 0.8
    assert far < 0.5
    with pytest.raises(ValueError, match="runs no BatchNorm2d"):
        digit_networks.layers(nn.Sequential(nn.Linear(2, 2), nn.BatchNorm2d(2)))


@pytest.mark.parametrize(
    ("rule", "assignment", "build", "options"),
    [
        ("descent", "sgd", teaching.GradientDescent, {}),
        ("momentum", "sgd_momentum", teaching.Momentum, {"momentum": 0.8}),
        ("Nesterov", "nesterov_momentum", teaching.Nesterov, {"momentum": 0.8}),
        ("AdaGrad", "adagrad", teaching.AdaGrad, {"eps": 1e-8}),
        ("RMSprop", "rmsprop", teaching.RMSprop, {"alpha": 0.9, "eps": 1e-8}),
        ("Adam", "adam", teaching.Adam, {"eps": 1e-8}),
    ],
)
def test_optimizers_go_where_the_lessons_and_the_assignments_go(
    rule: str,
    assignment: str,
    build: Callable[..., torch.optim.Optimizer],
    options: dict[str, float],
    compute: Compute,
) -> None:
    ours = compute(
        "optim.descend(optim.RULES[rule], optim.SURFACES[0], [-1.3, 0.9],"
        "{...optim.SETTINGS, rate: 0.03}, 12).points",
        "optim",
        rule=rule,
    )
    curvatures = torch.tensor([1.0, 25.0], dtype=torch.double)
    w = nn.Parameter(torch.tensor([-1.3, 0.9], dtype=torch.double))
    optimizer = build([w], lr=0.03, **options)
    lesson = [w.tolist()]
    for _ in range(12):
        optimizer.zero_grad()
        ((curvatures * w.square()).sum() / 2).backward()
        optimizer.step()
        lesson.append(w.tolist())
    np.testing.assert_allclose(ours, lesson, rtol=1e-9, atol=1e-12)

    step = getattr(load_reference("optimizers"), assignment)
    names = {"alpha": "decay_rate", "eps": "epsilon"}
    config = {"learning_rate": 0.03, **{names.get(key, key): options[key] for key in options}}
    point, walked = np.array([-1.3, 0.9]), [[-1.3, 0.9]]
    for _ in range(12):
        point, config = step(point, curvatures.numpy() * point, config)
        walked.append(point.tolist())
    np.testing.assert_allclose(ours, walked, rtol=1e-9, atol=1e-12)


def test_slopes_are_those_of_the_heights_and_the_lowest_is_0(compute: Compute) -> None:
    found = compute(
        """optim.SURFACES.map(({height, slope}) => {
          const far = [];
          let least = Infinity;
          for (let x = -2; x <= 2; x += 0.25) for (let y = -1.5; y <= 1.5; y += 0.25) {
            const numeric = [[h, 0], [0, h]].map(([a, b]) =>
              (height([x + a, y + b]) - height([x - a, y - b])) / (2 * h));
            slope([x, y]).forEach((value, i) => far.push(Math.abs(value - numeric[i])));
            least = Math.min(least, height([x, y]));
          }
          return [Math.max(...far), least];
        })""",
        "optim",
        h=1e-5,
    )
    assert len(found) == 5
    for far, least in found:
        assert far < 1e-5
        assert least == pytest.approx(0, abs=1e-12)


def test_the_best_rate_has_no_better_neighbour(compute: Compute) -> None:
    for rule in ("descent", "Nesterov", "Adam"):
        best, below, above = compute(
            """(rule => {
              const [surface, start] = [optim.SURFACES[1], optim.SURFACES[1].start];
              const rate = optim.bestRate(rule, surface, start, optim.SETTINGS, 30);
              return [1, 10 ** -0.05, 10 ** 0.05].map(factor => optim.descend(rule, surface, start,
                {...optim.SETTINGS, rate: rate * factor}, 30).heights.at(-1));
            })(optim.RULES[rule])""",
            "optim",
            rule=rule,
        )
        assert best <= min(below, above)


@pytest.mark.parametrize("activation", ["ReLU", "tanh", "sigmoid"])
@pytest.mark.parametrize("batch_norm", [False, True])
def test_a_network_trains_as_torchs_does(
    activation: str, batch_norm: bool, compute: Compute
) -> None:
    """Three steps of descent, with dropout and both penalties."""
    torch.manual_seed(0)
    x, y = torch.randn(12, 2, dtype=torch.double), torch.randint(0, 2, (12,))
    masks = (torch.rand(12 * 5 * 2) > 0.4).double() / 0.6
    ours = compute(
        """(() => {
          const network = mlp.create([2, 5, 5, 2], {activation, batchNorm}, random.uniform(3));
          const told = () => network.layers.map(layer => Object.fromEntries(
            Object.entries(layer).filter(([, v]) => v.length).map(([k, v]) => [k, [...v]])));
          const [first, losses] = [told(), []];
          for (let step = 0; step < 3; step++) {
            let next = 0;
            losses.push(mlp.train(network, Float64Array.from(x), y, optim.RULES.descent,
              {rate: 0.2}, {keep: () => masks[next++], l1: 0.03, l2: 0.01}));
          }
          const {scores} = mlp.forward(network, Float64Array.from(x));
          return {first, last: told(), losses, scores: [...scores]};
        })()""",
        "mlp", "optim", "random",
        x=flat(x), y=y.tolist(), masks=masks.tolist(), activation=activation, batchNorm=batch_norm,
    )  # fmt: skip
    f = {"ReLU": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid}[activation]
    dense = [nn.Linear(2, 5), nn.Linear(5, 5), nn.Linear(5, 2)]
    norms = [nn.BatchNorm1d(5) if batch_norm else nn.Identity() for _ in range(2)]
    network = nn.ModuleList([*dense, *norms]).double()
    with torch.no_grad():
        for layer, start in zip(dense, ours["first"], strict=True):
            weight = torch.tensor(start["weight"], dtype=torch.double)
            layer.weight.copy_(weight.view_as(layer.weight))
            layer.bias.zero_()
    drops = masks.view(2, 12, 5)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.2)

    def scores(dropped: bool) -> torch.Tensor:
        h = x
        for layer, norm, drop in zip(dense, norms, drops, strict=False):
            h = f(norm(layer(h))) * (drop if dropped else 1)
        return dense[-1](h)

    losses = []
    for _ in range(3):
        optimizer.zero_grad()
        loss = F.cross_entropy(scores(True), y)
        losses.append(loss.item())
        (loss + 0.01 * sum(layer.weight.square().sum() for layer in dense)).backward()
        optimizer.step()
        with torch.no_grad():
            for layer in dense:
                layer.weight.copy_(soft_threshold(layer.weight, 0.2 * 0.03))
    network.eval()
    np.testing.assert_allclose(ours["losses"], losses, rtol=1e-9)
    np.testing.assert_allclose(ours["scores"], scores(False).detach().flatten(), rtol=1e-9)
    for layer, last in zip(dense, ours["last"], strict=True):
        np.testing.assert_allclose(last["weight"], layer.weight.detach().flatten(), atol=1e-9)
        np.testing.assert_allclose(last["bias"], layer.bias.detach(), atol=1e-9)
    if batch_norm:
        for norm, last in zip(norms, ours["last"], strict=False):
            np.testing.assert_allclose(last["variance"], norm.running_var, atol=1e-9)


def test_points_are_scikit_learns(compute: Compute) -> None:
    drawn = {
        kind: compute("points.points(kind, 40, 0, Math.random)", "points", kind=kind)
        for kind in ("moons", "circles", "spirals", "xor")
    }
    for found in drawn.values():
        assert found["y"] == [0, 1] * 20
        assert np.abs(found["x"]).max() <= 1.1
    moons, _ = make_moons(40, noise=None, shuffle=False)
    circles, _ = make_circles(40, noise=None, shuffle=False, factor=0.4 / 0.85)
    theirs = {"moons": 0.7 * (moons - [0.5, 0.25]), "circles": 0.85 * circles}
    for kind, expected in theirs.items():
        ours = np.reshape(drawn[kind]["x"], (20, 2, 2)).swapaxes(0, 1).reshape(40, 2)
        np.testing.assert_allclose(ours, expected, atol=1e-9)
    signs = np.sign(np.reshape(drawn["xor"]["x"], (40, 2))).prod(axis=1)
    assert signs.tolist() == [1, -1] * 20


def test_random_numbers_are_uniform_and_normal(compute: Compute) -> None:
    uniform, normal, order = compute(
        "(u => [Array.from({length: 4000}, u), Array.from({length: 4000}, random.normal(u)),"
        "random.shuffled(50, u)])(random.uniform(1))",
        "random",
    )
    assert 0 <= min(uniform) < 0.01 < 0.99 < max(uniform) < 1
    assert np.mean(uniform) == pytest.approx(0.5, abs=0.02)
    assert np.mean(normal) == pytest.approx(0, abs=0.06)
    assert np.std(normal) == pytest.approx(1, abs=0.05)
    assert sorted(order) == list(range(50)) != order


def flat(x: torch.Tensor) -> list[float]:
    return x.flatten().tolist()
