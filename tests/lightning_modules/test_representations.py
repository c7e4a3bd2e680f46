"""Principal components, autoencoders, the ELBO, the contrastive loss and the probe."""

from __future__ import annotations

import math
from pathlib import Path

import lightning.pytorch as pl
import numpy as np
import pytest
import torch
from lightning.pytorch.loggers import CSVLogger
from sklearn.decomposition import PCA as SklearnPCA
from sklearn.linear_model import LogisticRegression
from torch import Tensor
from torch.distributions import Independent, Normal, kl_divergence
from torch.nn import functional as F

from lightning_modules.callbacks.linear_probe import LinearProbe, fit_softmax, probe_accuracy
from lightning_modules.callbacks.representation_reports import CodeSpace, Reconstructions
from lightning_modules.callbacks.step_seed import StepSeed
from lightning_modules.datamodules.augmentation import Translate
from lightning_modules.datamodules.batch_transform import BatchTransform
from lightning_modules.datamodules.in_memory import InMemory, Splits
from lightning_modules.errors import BadInput
from lightning_modules.models.autoencoder import VAE, Autoencoder
from lightning_modules.models.contrastive import ContrastiveEncoder
from lightning_modules.models.pca import PCA, principal_components
from lightning_modules.tasks.base import Task
from lightning_modules.tasks.contrastive import Contrastive, nt_xent
from lightning_modules.tasks.reconstruction import Reconstruction
from lightning_modules.tasks.variational import Variational, elbo_terms

SHAPE = (1, 6, 6)


def correlated(n: int, seed: int = 0) -> Tensor:
    """Images (n, 1, 6, 6) that vary in few directions most."""
    generator = torch.Generator().manual_seed(seed)
    mixing = torch.randn(36, 36, generator=torch.Generator().manual_seed(99))
    scale = 0.7 ** torch.arange(36)
    return (torch.randn(n, 36, generator=generator) * scale @ mixing + 1).view(n, *SHAPE)


class Images(InMemory):
    """Images whose label is the sign of their first pixel's deviation."""

    def _load(self) -> Splits:
        splits = {}
        for seed, (split, size) in enumerate({"train": 96, "val": 33, "test": 40}.items()):
            images = correlated(size, seed)
            splits[split] = (images, (images[:, 0, 0, 0] > 1).long())
        return splits


def train(task: pl.LightningModule, *callbacks: pl.Callback, **options: object) -> pl.Trainer:
    quiet = {
        "accelerator": "cpu",
        "logger": False,
        "enable_checkpointing": False,
        "enable_progress_bar": False,
        "enable_model_summary": False,
        "num_sanity_val_steps": 0,
        "max_epochs": 1,
        "callbacks": [StepSeed(), *callbacks],
        "use_distributed_sampler": False,
    }
    trainer = pl.Trainer(**{**quiet, **options})  # type: ignore[arg-type]
    trainer.fit(task, datamodule=Images(batch_size=32))
    return trainer


def test_components_are_scikit_learns() -> None:
    x = correlated(50).flatten(1).double()
    mean, components, variances = principal_components(x, 5)
    reference = SklearnPCA(5, svd_solver="full").fit(x.numpy())
    np.testing.assert_allclose(mean, reference.mean_, atol=1e-10)
    np.testing.assert_allclose(variances, reference.explained_variance_, rtol=1e-10)
    signs = np.sign((components.numpy() * reference.components_).sum(axis=1, keepdims=True))
    np.testing.assert_allclose(components, signs * reference.components_, atol=1e-8)
    largest = components.gather(1, components.abs().argmax(dim=1, keepdim=True))
    assert (largest > 0).all()
    with pytest.raises(ValueError, match="51 components"):
        principal_components(x.T, 51)


def test_reconstruction_loses_the_variance_that_is_left_out() -> None:
    x = correlated(50)
    model = PCA(5, SHAPE)
    model.fit(x)
    reference = SklearnPCA(5, svd_solver="full").fit(x.flatten(1).numpy())
    expected = reference.inverse_transform(reference.transform(x.flatten(1).numpy()))
    torch.testing.assert_close(model(x).flatten(1), torch.tensor(expected), atol=1e-4, rtol=1e-4)
    left_out = principal_components(x.flatten(1), 36)[2][5:].sum() * 49 / 50 / 36
    torch.testing.assert_close(F.mse_loss(model(x), x), left_out, rtol=1e-3, atol=1e-6)


def test_the_task_starts_at_the_components_and_cannot_leave_them_by_descent() -> None:
    task = Reconstruction(PCA(5, SHAPE), learning_rate=0.1)
    train(task)
    data = Images()
    data.setup("fit")
    x, _ = data._splits["train"]
    fresh = PCA(5, SHAPE)
    fresh.fit(x)
    assert F.mse_loss(task.model(x), x) <= F.mse_loss(fresh(x), x) * 1.01


def test_a_linear_autoencoder_ends_at_the_components_error_and_not_below() -> None:
    torch.manual_seed(0)
    x, best = correlated(96), PCA(3, SHAPE)
    best.fit(x)
    model = Autoencoder(3, (), SHAPE)
    solver = torch.optim.LBFGS(model.parameters(), max_iter=300, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        solver.zero_grad()
        loss = F.mse_loss(model(x), x)
        loss.backward()
        return loss

    solver.step(closure)  # type: ignore[arg-type]
    ratio = (F.mse_loss(model(x), x) / F.mse_loss(best(x), x)).item()
    assert 1 - 1e-4 < ratio < 1.05


def test_a_denoising_autoencoder_sees_noise_in_training_alone() -> None:
    seen: list[Tensor] = []

    class Watching(Autoencoder):
        def encode(self, images: Tensor) -> Tensor:
            seen.append(images.detach())
            return super().encode(images)

    task = Reconstruction(Watching(5, (16,), SHAPE), noise=0.5, learning_rate=0.0)
    data = Images(batch_size=96)
    data.setup("fit")
    trainer = train(task, limit_train_batches=1)
    clean = {row.sum().item() for row in data._splits["train"][0]}
    assert not clean & {row.sum().item() for row in seen[0]}
    validated = torch.cat(seen[1:])
    assert torch.equal(validated, data._splits["val"][0])
    expected = F.mse_loss(task.model(validated), validated)
    torch.testing.assert_close(trainer.callback_metrics["val_loss"], expected)


def test_the_elbos_terms_are_those_of_torchs_distributions() -> None:
    torch.manual_seed(0)
    logits, pixels = torch.randn(3, *SHAPE), torch.rand(3, *SHAPE)
    mean, log_variance = torch.randn(3, 4), torch.randn(3, 4)
    reconstruction, kl = elbo_terms(logits, pixels, mean, log_variance)
    posterior = Independent(Normal(mean, (0.5 * log_variance).exp()), 1)
    prior = Independent(Normal(torch.zeros(3, 4), torch.ones(3, 4)), 1)
    torch.testing.assert_close(kl, kl_divergence(posterior, prior))
    p = logits.sigmoid()
    slow = -(pixels * p.log() + (1 - pixels) * (1 - p).log()).sum(dim=(1, 2, 3))
    torch.testing.assert_close(reconstruction, slow)


def test_the_elbos_terms_are_logged_and_add_up_and_codes_are_drawn(tmp_path: Path) -> None:
    task = Variational(VAE(4, (16,), SHAPE), optimizer="Adam", learning_rate=1e-3)
    logger = CSVLogger(tmp_path, name="", version="run")
    metrics = train(task, Reconstructions(4), CodeSpace(4), logger=logger).callback_metrics
    drawn = {path.name for path in (tmp_path / "run" / "pictures").iterdir()}
    assert drawn == {"reconstructions_001.png", "codes_001.png"}
    assert metrics["val_kl"] > 0
    total = metrics["val_reconstruction"] + metrics["val_kl"]
    torch.testing.assert_close(metrics["val_loss"], total)


def test_a_code_is_drawn_from_its_posterior() -> None:
    torch.manual_seed(0)
    model, x = VAE(4, (16,), SHAPE), correlated(1)
    mean, log_variance = model.posterior(x)
    codes: list[Tensor] = []
    model.decoder.register_forward_pre_hook(lambda _, inputs: codes.append(inputs[0]))
    model(x.expand(20_000, *SHAPE), torch.randn(20_000, 4))
    torch.testing.assert_close(codes[0].mean(dim=0), mean[0], atol=0.03, rtol=0)
    torch.testing.assert_close(codes[0].var(dim=0).log(), log_variance[0], atol=0.05, rtol=0)


def test_nt_xent_is_the_papers_loop() -> None:
    torch.manual_seed(0)
    first, second = (F.normalize(torch.randn(5, 3), dim=1) for _ in range(2))
    views, losses = torch.cat([first, second]), []
    for i in range(10):
        j = (i + 5) % 10
        others = sum(math.exp(views[i] @ views[k] / 0.3) for k in range(10) if k != i)
        losses.append(-math.log(math.exp(views[i] @ views[j] / 0.3) / others))
    assert nt_xent(first, second, 0.3).item() == pytest.approx(np.mean(losses), rel=1e-5)


def test_gradients_gathered_from_two_processes_are_those_of_one() -> None:
    """Each process differentiates the loss of all rows in its own; the sum over processes is the
    gradient of one process with all rows."""
    torch.manual_seed(0)
    x, weight = torch.randn(2, 8, 5), torch.randn(5, 3)

    def loss(w: Tensor, own: Tensor) -> Tensor:
        first, second = (F.normalize(part @ w, dim=1) for part in x)
        return nt_xent(*(torch.where(own, z, z.detach()) for z in (first, second)))

    whole = weight.clone().requires_grad_()
    nt_xent(*(F.normalize(part @ whole, dim=1) for part in x)).backward()
    parts = []
    rows = torch.arange(8).unsqueeze(1)
    for own in (rows < 4, rows >= 4):
        w = weight.clone().requires_grad_()
        loss(w, own).backward()
        parts.append(w.grad)
    torch.testing.assert_close(sum(parts), whole.grad)


def test_views_differ_from_each_other_and_repeat_with_the_seed() -> None:
    class Recording(Contrastive):
        def view(self, x: Tensor, seed: int, total: int) -> Tensor:
            made = super().view(x, seed, total)
            if self.training:
                views.append(made)
            return made

    views: list[Tensor] = []
    transforms: list[BatchTransform] = [Translate(2, border="zero")]
    for _ in range(2):
        torch.manual_seed(0)
        model = ContrastiveEncoder(4, 8)
        train(Recording(model, views=transforms, optimizer="Adam", learning_rate=1e-3))
    assert len(views) == 12  # two runs of three batches
    assert not torch.equal(views[0], views[1])
    assert all(torch.equal(a, b) for a, b in zip(views[:6], views[6:], strict=True))
    with pytest.raises(BadInput, match="views is empty"):
        Contrastive(ContrastiveEncoder(), views=[])


def test_the_probe_is_scikit_learns_logistic_regression() -> None:
    generator = torch.Generator().manual_seed(0)
    features = torch.randn(120, 6, generator=generator)
    labels = (features[:, :3] + torch.randn(120, 3, generator=generator)).argmax(dim=1)
    weights = fit_softmax(features, labels, 3, l2=1.0)
    reference = LogisticRegression(C=1.0, tol=1e-8, max_iter=1000).fit(features, labels)
    np.testing.assert_allclose(weights[:-1].T, reference.coef_, atol=2e-3)
    accuracy = probe_accuracy((features, labels), (features, labels), 120, seed=0)
    assert accuracy == pytest.approx(reference.score(features, labels), abs=0.03)


def test_a_probe_measures_codes_of_test_images_and_changes_nothing(tmp_path: Path) -> None:
    class Keep(pl.Callback):
        def on_train_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
            before.update({k: v.clone() for k, v in pl_module.state_dict().items()})

    logged: dict[str, float] = {}

    class Log(pl.loggers.CSVLogger):
        def log_metrics(self, metrics: dict[str, float], step: int | None = None) -> None:
            logged.update(metrics)

        def save(self) -> None:
            """No file."""

    before: dict[str, Tensor] = {}
    task: Task = Reconstruction(PCA(36, SHAPE), learning_rate=0.0)
    train(task, Keep(), LinearProbe([20, 90]), logger=Log(str(tmp_path)))
    after = task.state_dict()
    assert all(torch.equal(value, after[key]) for key, value in before.items())
    assert logged["probe_90"] > 0.85  # the label is linear in the image, and the code keeps it all
    assert 0.5 < logged["probe_20"] <= 1.0
    with pytest.raises(BadInput, match="there are 96"):
        train(task, LinearProbe([500]))
