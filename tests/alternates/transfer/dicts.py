"""The loss and what is logged in dicts, optimizers in lists, batch norms alone kept still."""

import lightning.pytorch as pl
import torch
from torch import nn
from torch.nn import functional as F


class FineTuner(FineTuner):  # noqa: F821 - the reference's
    def training_step(self, batch, batch_idx):
        loss = F.cross_entropy(self(batch[0]), batch[1])
        self.log("train_loss", loss, on_step=True, on_epoch=False)
        return {"loss": loss}

    def validation_step(self, batch, batch_idx):
        logits = self(batch[0])
        hits = torch.eq(logits.argmax(-1), batch[1]).double()
        self.log_dict({"val_loss": F.cross_entropy(logits, batch[1]), "val_acc": hits.mean()})

    def configure_optimizers(self):
        return [super().configure_optimizers()], []

    def train(self, mode=True):
        pl.LightningModule.train(self, mode)
        for module in self.model.stages[: self.num_frozen].modules():
            if isinstance(module, nn.BatchNorm2d):
                module.training = False
        return self
