r"""Batch normalisation: each unit's inputs to its activation get mean 0 and deviation 1 in a batch.

$$\hat z = \frac{z - \mu_B}{\sqrt{\sigma_B^2 + \epsilon}}, \qquad \tilde z = \gamma \hat z + \beta$$

with mean and variance of the batch in training, running averages of them at test time, and
$\gamma$, $\beta$ learned, so that nothing the layer could compute is lost. S. Ioffe and C. Szegedy,
"Batch normalization" (2015), algorithm 1.

Helps: deep networks, saturating activations, high learning rates; the noise of the batch's
statistics regularises a little. The bias of the layer before becomes superfluous, and is left.
Does not help: batches of a few examples, whose statistics are noise; inputs at test time that are
distributed unlike the training set; a shallow network with a good initialisation. With several
processes each takes the statistics of its own share, unless `trainer.sync_batchnorm` is true.

    callbacks: [{class_path: BatchNorm}]
"""

from __future__ import annotations

import lightning.pytorch as pl
from lightning.pytorch.callbacks import WeightAveraging

from lightning_modules.errors import BadInput
from lightning_modules.models.batch_norm import insert_batch_norm


class BatchNorm(pl.Callback):
    """Puts batch normalisation into a model before it is trained, tested or filled from a file.

    Raises:
        BadInput: at the start of a run, where weight averaging stands before it in the list: it
            would average the network as it was.
    """

    def setup(self, trainer: pl.Trainer, pl_module: pl.LightningModule, stage: str) -> None:
        before = trainer.callbacks[: trainer.callbacks.index(self)]  # type: ignore[attr-defined]
        if any(isinstance(callback, WeightAveraging) for callback in before):
            raise BadInput("trainer.callbacks: put BatchNorm before weight averaging")
        insert_batch_norm(pl_module)
