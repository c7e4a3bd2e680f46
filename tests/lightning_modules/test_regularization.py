"""Each method against a reference: scikit-learn, torch's own, or a loop by hand."""

from __future__ import annotations

import copy
from types import SimpleNamespace

import lightning.pytorch as pl
import pytest
import torch
from sklearn.linear_model import ElasticNet as SklearnElasticNet
from sklearn.linear_model import Lasso
from torch import Tensor, nn
from torch.nn import functional as F

from lightning_modules.datamodules.batch_transform import Augmentation, BatchRng
from lightning_modules.errors import BadInput
from lightning_modules.models.lenet import LeNet
from lightning_modules.models.linear import SoftmaxClassifier
from lightning_modules.models.mlp import MLP
from lightning_modules.models.resnet import CifarResNet, ResNet
from lightning_modules.regularization import L1, L2, Dropout, ElasticNet, MaxNorm, Mixup
from lightning_modules.regularization.batch_norm import insert_batch_norm
from lightning_modules.regularization.dropout import dropout_layers, dropout_rate
from lightning_modules.regularization.l1 import soft_threshold
from lightning_modules.regularization.max_norm import max_norm
from lightning_modules.regularization.mixup import mixup
from lightning_modules.regularization.proximal import AfterStep
from lightning_modules.regularization.stochastic_depth import (
    DropBranch,
    StochasticDepth,
    drop_branch,
    set_stochastic_depth,
)


def trainer_of(optimizer: torch.optim.Optimizer) -> pl.Trainer:
    """As much of a trainer as a callback that acts after the step looks at."""
    return SimpleNamespace(optimizers=[optimizer])  # type: ignore[return-value]


def regression_problem() -> tuple[Tensor, Tensor]:
    """Standardised inputs (60, 8) and outputs (60, 1) that three of them explain."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(60, 8, generator=generator, dtype=torch.float64)
    x = (x - x.mean(0)) / x.std(0)
    true = torch.tensor([3.0, -2.0, 1.0, 0, 0, 0, 0, 0], dtype=torch.float64)
    return x, (x @ true + torch.randn(60, generator=generator, dtype=torch.float64))[:, None] + 1.0


def descend(x: Tensor, y: Tensor, penalty: AfterStep, lr: float = 0.3, m: float = 0) -> nn.Linear:
    """Full-batch descent on half the mean squared error, the penalty after each step."""
    layer = nn.Linear(x.shape[1], 1, dtype=torch.float64)
    optimizer = torch.optim.SGD(layer.parameters(), lr=lr, momentum=m)
    penalty.on_train_start(trainer_of(optimizer), None)  # type: ignore[arg-type]
    for _ in range(400):
        optimizer.zero_grad()
        (0.5 * (layer(x) - y).square().mean()).backward()
        optimizer.step()
    return layer


def test_soft_threshold_is_softshrink() -> None:
    w = torch.randn(50, 3)
    torch.testing.assert_close(soft_threshold(w, 0.4), F.softshrink(w, 0.4))


@pytest.mark.parametrize(("lam", "lr", "momentum"), [(0.3, 0.3, 0.0), (0.6, 0.1, 0.5)])
def test_l1_reaches_the_lasso_solution_with_its_exact_zeros(
    lam: float, lr: float, momentum: float
) -> None:
    """Momentum m makes the loss's steps 1 / (1 - m) times as long, and not the penalty's."""
    x, y = regression_problem()
    layer = descend(x, y, L1(lam), lr, momentum)
    expected = Lasso(alpha=0.3, tol=1e-12).fit(x.numpy(), y.numpy().ravel())
    found = layer.weight.detach().squeeze()
    torch.testing.assert_close(found, torch.from_numpy(expected.coef_), rtol=1e-8, atol=1e-8)
    assert (found == 0).sum() == (expected.coef_ == 0).sum() > 2
    assert layer.bias.item() == pytest.approx(expected.intercept_, abs=1e-8)


def test_elastic_net_reaches_scikit_learns_solution() -> None:
    x, y = regression_problem()
    layer = descend(x, y, ElasticNet(l1=0.2, l2=0.1))
    # scikit-learn: alpha * ratio * |w|_1 + alpha * (1 - ratio) / 2 * |w|_2^2
    expected = SklearnElasticNet(alpha=0.4, l1_ratio=0.5, tol=1e-12).fit(x.numpy(), y.numpy()[:, 0])
    torch.testing.assert_close(
        layer.weight.detach().squeeze(), torch.from_numpy(expected.coef_), rtol=1e-8, atol=1e-8
    )


def test_l2_is_sgds_weight_decay_on_weights_alone() -> None:
    ours = MLP(in_features=6, hidden=[5], num_classes=3)
    theirs = copy.deepcopy(ours)
    weights = [p for p in theirs.parameters() if p.ndim > 1]
    biases = [p for p in theirs.parameters() if p.ndim == 1]
    groups = [{"params": weights, "weight_decay": 2 * 0.05}, {"params": biases}]
    optimizers = [
        torch.optim.SGD(ours.parameters(), lr=0.1, momentum=0.9),
        torch.optim.SGD(groups, lr=0.1, momentum=0.9),
    ]
    x, y = torch.randn(10, 6), torch.randint(0, 3, (10,))
    for _ in range(3):
        for model, optimizer in zip((ours, theirs), optimizers, strict=True):
            optimizer.zero_grad()
            F.cross_entropy(model(x), y).backward()
        L2(lam=0.05).on_before_optimizer_step(None, None, optimizers[0])  # type: ignore[arg-type]
        for optimizer in optimizers:
            optimizer.step()
    for one, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(one, other)


def test_max_norm_shortens_long_units_and_no_others() -> None:
    for shape in [(20, 7), (20, 3, 5, 5)]:
        w = torch.randn(shape)
        lengths = w.flatten(1).norm(dim=1)
        limit = float(lengths.median())
        bounded = max_norm(w, limit)
        torch.testing.assert_close(bounded.flatten(1).norm(dim=1), lengths.clamp(max=limit))
        assert torch.equal(bounded[lengths <= limit], w[lengths <= limit])


def test_max_norm_holds_after_every_step_and_spares_biases() -> None:
    layer = nn.Linear(4, 3)
    optimizer = torch.optim.SGD(layer.parameters(), lr=5.0)
    MaxNorm(limit=0.5).on_train_start(trainer_of(optimizer), None)  # type: ignore[arg-type]
    for _ in range(5):
        layer(torch.randn(8, 4)).square().sum().neg().backward()
        optimizer.step()
        assert layer.weight.norm(dim=1).max() <= 0.5 + 1e-6
    assert layer.bias.norm() > 0.5


def test_dropout_rates_over_time() -> None:
    assert [dropout_rate(t, 0.1, 0.5) for t in (0, 0.5, 1)] == pytest.approx([0.1, 0.3, 0.5])
    rates = [dropout_rate(t, 0.0, 0.5, "exponential") for t in (0, 0.1, 0.5, 1)]
    assert rates == pytest.approx([0, 0.5 * (1 - 1 / torch.e), 0.4966, 0.49998], abs=1e-4)


@pytest.mark.parametrize(
    ("model", "shape", "count"),
    [
        (MLP(hidden=[8, 8]), (4, 784), 2),  # before each dense layer but the first
        (MLP(hidden=[8, 8], dropout=0.1), (4, 784), 2),  # has its own
        (LeNet(), (4, 1, 28, 28), 1),
        (CifarResNet(depth=8), (4, 3, 12, 12), 1),
    ],
)
def test_any_network_with_hidden_units_gets_dropout(
    model: nn.Module, shape: tuple[int, ...], count: int
) -> None:
    names = model.state_dict().keys()
    x = torch.randn(shape)
    expected = model.eval()(x)
    for layer in dropout_layers(model):
        layer.p = 0.5
    assert len(dropout_layers(model)) == count  # the second call finds those of the first
    assert model.state_dict().keys() == names
    torch.testing.assert_close(model(x), expected)
    copied = copy.deepcopy(model).train()  # as weight averaging does
    assert not torch.allclose(copied(x), copied(x))


def test_what_has_nothing_to_regularise_says_so() -> None:
    for change in (dropout_layers, insert_batch_norm, lambda model: set_stochastic_depth(model, 0)):
        with pytest.raises(BadInput, match="the model has no"):
            change(SoftmaxClassifier())


@pytest.mark.parametrize(
    "build",
    [
        lambda: L1(-1.0),
        lambda: L2(-1.0),
        lambda: ElasticNet(l2=-1.0),
        lambda: MaxNorm(0.0),
        lambda: Dropout(1.0),
        lambda: Dropout(start=-0.1),
        lambda: StochasticDepth(1.0),
        lambda: Mixup(alpha=0.0),
    ],
)
def test_impossible_strengths_are_refused(build) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(BadInput, match="must be"):
        build()


def test_dropped_branches_keep_their_expectation() -> None:
    x = torch.ones(4000, 2, 3)
    dropped = drop_branch(x, 0.25)
    assert dropped.unique().tolist() == pytest.approx([0.0, 1 / 0.75])
    assert torch.equal(dropped.amin((1, 2)), dropped.amax((1, 2)))  # an example's all or nothing
    assert dropped.mean().item() == pytest.approx(1.0, abs=0.05)
    assert drop_branch(x, 0.0) is x
    assert DropBranch(0.9).eval()(x) is x


@pytest.mark.parametrize(
    "model",
    [
        CifarResNet(depth=20),
        ResNet(blocks=(1, 1, 1, 1), num_classes=10),
        ResNet((1, 2, 1, 1), True),
    ],
)
def test_later_blocks_are_dropped_more_often(model: nn.Module) -> None:
    names = model.state_dict().keys()
    set_stochastic_depth(model, 0.5)
    rates = [module.rate for module in model.modules() if isinstance(module, DropBranch)]
    expected = torch.linspace(0.5 / len(rates), 0.5, len(rates)).tolist()
    assert rates == pytest.approx(expected)
    assert model.state_dict().keys() == names


def test_a_dropped_block_is_its_shortcut() -> None:
    block = ResNet(blocks=(1, 1, 1, 1)).layer1[0]  # type: ignore[index]
    block.branch_end = DropBranch(1 - 1e-9)
    x = torch.randn(8, 64, 5, 5)
    torch.testing.assert_close(block(x), F.relu(x))


def test_batch_norm_stands_between_layer_and_activation() -> None:
    model = MLP(hidden=[8, 8], activation="sigmoid", dropout=0.1)
    before = model.state_dict().keys()
    insert_batch_norm(model)
    kinds = [type(m).__name__ for m in model.modules() if not list(m.children())]
    hidden = ["Linear", "BatchNorm1d", "Sigmoid", "Dropout"]
    assert kinds == [*hidden, *hidden, "Linear"]
    assert before <= model.state_dict().keys()  # what was there kept its name
    after = str(model)
    insert_batch_norm(model)
    assert str(model) == after
    for cnn, x in ((LeNet(), torch.randn(4, 1, 28, 28)), (CifarResNet(8), torch.randn(4, 3, 9, 9))):
        norms = sum(isinstance(m, nn.BatchNorm2d) for m in cnn.modules())
        insert_batch_norm(cnn)
        assert cnn(x).shape == (4, 10)
        added = sum(isinstance(m, nn.BatchNorm2d) for m in cnn.modules()) - norms
        assert added == (2 if isinstance(cnn, LeNet) else 0)


def test_mixup_blends_inputs_and_targets_alike() -> None:
    x = torch.eye(6)
    partners, weights = torch.randperm(6), torch.rand(6)
    inputs, targets = mixup(x.view(6, 1, 6), x, partners, weights)
    expected = weights[:, None] * x + (1 - weights[:, None]) * x[partners]
    torch.testing.assert_close(inputs.view(6, 6), expected)
    torch.testing.assert_close(targets, expected)


def test_mixup_is_the_same_on_one_process_and_on_two() -> None:
    x, y = torch.randn(8, 1, 4, 4), torch.arange(8)
    inputs, targets = Augmentation([Mixup(0.5)], seed=3, batch_size=8)(x, y, epoch=1, batch=2)
    torch.testing.assert_close(targets.sum(dim=1), torch.ones(8))
    assert ((targets > 0).sum(dim=1) > 1).any()
    for rank in (0, 1):
        half = Augmentation([Mixup(0.5)], seed=3, batch_size=8, rank=rank, world_size=2)
        found = half(x, y, epoch=1, batch=2)  # asks for the whole batch
        assert torch.equal(found[0], inputs[rank::2])
        assert torch.equal(found[1], targets[rank::2])


def test_mixups_shares_follow_the_beta_distribution() -> None:
    y = torch.zeros(4000, dtype=torch.long)
    x = torch.zeros(4000, 1)
    x[::2] = 1.0
    blended, _ = Mixup(alpha=0.4)(x, y, BatchRng(0, 4000))
    shares = blended[(blended > 0) & (blended < 1)]
    # Beta(a, a): mean 1/2, variance 1 / (4 (2 a + 1))
    assert shares.mean().item() == pytest.approx(0.5, abs=0.03)
    assert shares.var().item() == pytest.approx(1 / (4 * 1.8), abs=0.01)
