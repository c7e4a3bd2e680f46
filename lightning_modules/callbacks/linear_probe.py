"""How good is a representation? As good as a linear classifier on it, given few labels."""

from __future__ import annotations

from collections.abc import Iterable

import lightning.pytorch as pl
import torch
from torch import Tensor
from torch.nn import functional as F

from lightning_modules.datamodules.batches import Batches
from lightning_modules.errors import BadInput
from lightning_modules.logging.texts import log_text
from lightning_modules.seeding import mix, run_seed

CHUNK = 512  # images encoded at a time


def fit_softmax(features: Tensor, labels: Tensor, num_classes: int, l2: float = 1.0) -> Tensor:
    """Weights (D + 1, C), the last row the bias, of the least regularised cross-entropy.

    `sum of cross-entropies + l2 / 2 * sum(W^2)`, bias free: scikit-learn's `LogisticRegression`
    with `C = 1 / l2`. Solved by L-BFGS: the problem is convex, so there is one answer.

    Args:
        features: (N, D).
        labels: (N,).
        num_classes: C.
        l2: weight of the penalty.
    """
    size, classes = features.shape[1], num_classes
    weights = torch.zeros(size + 1, classes, device=features.device, requires_grad=True)
    solver = torch.optim.LBFGS(
        [weights], max_iter=300, tolerance_grad=1e-5, line_search_fn="strong_wolfe"
    )

    def closure() -> Tensor:
        solver.zero_grad()
        logits = features @ weights[:-1] + weights[-1]  # (N, C)
        penalty = 0.5 * l2 * weights[:-1].square().sum()
        loss = (F.cross_entropy(logits, labels, reduction="sum") + penalty) / len(labels)
        loss.backward()
        return loss

    with torch.enable_grad():
        solver.step(closure)
    return weights.detach()


def probe_accuracy(
    train: tuple[Tensor, Tensor], test: tuple[Tensor, Tensor], num_labels: int, seed: int
) -> float:
    """Accuracy on `test` of a softmax classifier fitted to `num_labels` draws from `train`.

    Features are standardised by the mean and deviation of those that are fitted.

    Args:
        train: features (N, D) and labels (N,).
        test: features (M, D) and labels (M,).
        num_labels: drawn without replacement.
        seed: of the draw.
    """
    features, labels = train
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(seed))
    chosen = order[:num_labels].to(labels.device)
    features, labels = features[chosen], labels[chosen]
    mean, std = features.mean(dim=0), features.std(dim=0) + 1e-6
    weights = fit_softmax((features - mean) / std, labels, int(test[1].max()) + 1)
    logits = (test[0] - mean) / std @ weights[:-1] + weights[-1]  # (M, C)
    return (logits.argmax(dim=1) == test[1]).float().mean().item()


def probe_accuracies(
    module: pl.LightningModule, train: Batches, test: Batches, num_labels: Iterable[int], seed: int
) -> dict[str, float]:
    """`probe_100` and so on: accuracy of a probe of the module's codes for each number."""
    known, new = ((encode(module, batches.inputs), batches.targets) for batches in (train, test))
    return {f"probe_{count}": probe_accuracy(known, new, count, seed) for count in num_labels}


class LinearProbe(pl.Callback):
    """At the end of training, fits linear classifiers to codes of few labelled training images and
    measures them on the test images.

    For tasks whose `predict_step` gives representations (N, D). Logs `probe_100` and so on, the
    accuracies, and writes them to `texts/probe_*.txt`. The encoder stays as it is.

    Args:
        num_labels: how many, for each probe.
        seed: of the draw of the labelled images, mixed with the run's seed.
    """

    def __init__(self, num_labels: list[int] | None = None, seed: int = 0) -> None:
        self.num_labels = num_labels or [100, 500, 5000]
        self.seed = seed

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        available = len(trainer.datamodule.train_dataloader().targets)  # type: ignore[attr-defined]
        if max(self.num_labels) > available:
            raise BadInput(f"LinearProbe: num_labels {self.num_labels}; there are {available}")

    @torch.no_grad()
    def on_train_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        if not trainer.is_global_zero:
            return
        data = trainer.datamodule  # type: ignore[attr-defined]
        training = pl_module.training
        pl_module.eval()
        accuracies = probe_accuracies(
            pl_module,
            data.train_dataloader(),
            data.test_dataloader(),
            self.num_labels,
            mix(self.seed, run_seed()),
        )
        pl_module.train(training)
        for logger in trainer.loggers:
            logger.log_metrics(accuracies, step=trainer.global_step)
        lines = [f"{name} {accuracy:.4f}" for name, accuracy in accuracies.items()]
        log_text(trainer.loggers, "probe", trainer.current_epoch, "\n".join(lines) + "\n")


def encode(module: pl.LightningModule, images: Tensor) -> Tensor:
    """Representations (N, D) of images (N, ...)."""
    parts = [module.predict_step((part, None), 0).float() for part in images.split(CHUNK)]
    return torch.cat(parts)
