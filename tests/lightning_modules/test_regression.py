"""Linear regression: formulas and proximal descent against scikit-learn, the task against both."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import sklearn.linear_model
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import r2_score
from torch import Tensor

from course.cli import main
from lightning_modules.datamodules.tabular import Tabular
from lightning_modules.models.linear import LinearRegression
from lightning_modules.optim.least_squares import fit_lasso, fit_least_squares, fit_ridge
from lightning_modules.tasks.regression import Regression

CONFIG = Path(__file__).resolve().parents[2] / "course/01_linear_models/linear_regression.yaml"


def problem(seed: int, n: int = 40, d: int = 6) -> tuple[Tensor, Tensor]:
    """Inputs (n, d) of unlike scale and mean, outputs (n,) of which two inputs decide."""
    generator = torch.Generator().manual_seed(seed)
    X = torch.randn(n, d, generator=generator, dtype=torch.float64)
    X = X * torch.linspace(0.5, 2, d) + torch.linspace(-1, 3, d)
    noise = torch.randn(n, generator=generator, dtype=torch.float64)
    return X, 3 * X[:, 0] - 2 * X[:, 1] + 5 + 0.5 * noise


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), lam=st.floats(1e-3, 10.0))
def test_formulas_equal_scikit_learns(seed: int, lam: float) -> None:
    X, y = problem(seed)
    # scikit-learn's Ridge sums over the examples where ours takes the mean
    theirs = sklearn.linear_model.Ridge(alpha=lam * len(X)).fit(X.numpy(), y.numpy())
    w, b = fit_ridge(X, y, lam)
    torch.testing.assert_close(w, torch.from_numpy(theirs.coef_))
    assert b.item() == pytest.approx(theirs.intercept_)
    theirs = sklearn.linear_model.LinearRegression().fit(X.numpy(), y.numpy())
    w, b = fit_least_squares(X, y)
    torch.testing.assert_close(w, torch.from_numpy(theirs.coef_))
    assert b.item() == pytest.approx(theirs.intercept_)


def test_a_repeated_input_changes_the_weights_and_not_the_fit() -> None:
    X, y = problem(0)
    doubled = torch.cat([X, X[:, :1]], dim=1)
    (w, b), (w2, b2) = fit_least_squares(X, y), fit_least_squares(doubled, y)
    torch.testing.assert_close(X @ w + b, doubled @ w2 + b2)
    torch.testing.assert_close(w2[0], w[0] / 2)  # least norm: the two share it
    torch.testing.assert_close(w2[0], w2[-1])


@pytest.mark.parametrize("accelerate", [False, True])
@pytest.mark.parametrize("lam", [0.02, 0.5, 4.0])
def test_lasso_equals_scikit_learns_with_exact_zeros(lam: float, accelerate: bool) -> None:
    X, y = problem(1)
    # scikit-learn halves the mean square
    theirs = sklearn.linear_model.Lasso(alpha=lam / 2, tol=1e-12, max_iter=100_000)
    theirs.fit(X.numpy(), y.numpy())
    w, b = fit_lasso(X, y, lam, num_steps=3000, accelerate=accelerate)
    torch.testing.assert_close(w, torch.from_numpy(theirs.coef_), rtol=1e-5, atol=1e-6)
    assert b.item() == pytest.approx(theirs.intercept_, rel=1e-5)
    assert ((w == 0) == torch.from_numpy(theirs.coef_ == 0)).all()


def test_acceleration_is_nearer_after_as_many_steps() -> None:
    X, y = problem(2, n=60, d=30)
    lam = 0.05

    def objective(w: Tensor, b: Tensor) -> float:
        return ((X @ w + b - y).square().mean() + lam * w.abs().sum()).item()

    best = objective(*fit_lasso(X, y, lam, 5000))
    ista = objective(*fit_lasso(X, y, lam, 60, accelerate=False)) - best
    fista = objective(*fit_lasso(X, y, lam, 60)) - best
    assert 0 <= fista < ista / 2


def test_descent_on_the_tasks_loss_comes_to_the_formula() -> None:
    X, y = problem(3)
    X = (X - X.mean(dim=0)) / X.std(dim=0)
    task = Regression(LinearRegression(6).double())
    optimizer = torch.optim.SGD(task.parameters(), lr=0.1)
    for _ in range(400):
        optimizer.zero_grad()
        task.batch_loss((X, y)).backward()
        optimizer.step()
    w, b = fit_least_squares(X, y)
    torch.testing.assert_close(task.model.linear.weight[0].detach(), w, rtol=1e-6, atol=1e-6)  # type: ignore[union-attr, index, operator]
    torch.testing.assert_close(task.model.linear.bias[0].detach(), b, rtol=1e-6, atol=1e-6)  # type: ignore[union-attr, index, operator]


def test_the_task_measures_over_batches_what_scikit_learn_measures_at_once() -> None:
    X, y = (tensor.float() for tensor in problem(4))
    task = Regression(LinearRegression(6))
    torch.nn.init.normal_(task.model.linear.weight)  # type: ignore[union-attr, arg-type]
    for rows in torch.arange(40).split([7, 1, 32]):
        task.validation_step((X[rows], y[rows]), 0)
        task.test_step((X[rows], y[rows]), 0)
    predicted = task.predict_step((X, y), 0).detach()
    assert predicted.shape == (40,)
    mean_square = (y - predicted).square().mean().item()
    for stage, found in (
        ("val", task.val_metrics.compute()),
        ("test", task.test_metrics.compute()),
    ):
        assert found[f"{stage}_r2"].item() == pytest.approx(r2_score(y, predicted), rel=1e-4)
        assert found[f"{stage}_loss"].item() == pytest.approx(mean_square)


def test_the_lessons_config_comes_to_the_formula_of_ridge(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANDB_MODE", "disabled")
    monkeypatch.setattr(sys, "argv", ["dlcourse"])
    options = ["--trainer.callbacks+=L2", "--trainer.callbacks.lam=0.5"]
    options += ["--model.init_args.optimizer_args", "{momentum: 0.5}", "--trainer.max_epochs", "50"]
    options += ["--run_dir", str(tmp_path), "--trainer.enable_progress_bar", "false"]
    assert main(["fit", "--config", str(CONFIG), *options]) == 0
    saved = torch.load(tmp_path / "checkpoints/last.ckpt", weights_only=True)["state_dict"]
    data = Tabular("diabetes", batch_size=342)
    data.setup("fit")
    X, y = next(iter(data.train_dataloader()))  # all rows: one batch is an epoch
    w, b = fit_ridge(X, y, 0.5)
    torch.testing.assert_close(saved["model.linear.weight"][0], w, rtol=1e-3, atol=1e-3)
    torch.testing.assert_close(saved["model.linear.bias"][0], b, rtol=1e-3, atol=1e-3)
