"""Groups and flags from the parameters' names, features in batches, tensors of indices."""

import hashlib

import lightning.pytorch as pl
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


def freeze_until(model, stage):
    if stage < 0 or stage > len(model.stages):
        raise ValueError(stage)
    for name, parameter in model.named_parameters():
        place = name.split(".")
        parameter.requires_grad_(place[0] == "head" or int(place[1]) >= stage)


SEEN = {}


def extract_features(model, layer, images):
    digest = hashlib.md5(layer.encode())
    for value in [images, *model.state_dict().values()]:
        digest.update(value.detach().numpy().tobytes())
    key = digest.hexdigest()
    if key not in SEEN:
        modes = [m.training for m in model.modules()]
        model.train(False)
        out = []
        with model.get_submodule(layer).register_forward_hook(lambda m, a, o: out.append(o)):
            with torch.no_grad():
                for batch in images.split(2):
                    model(batch)
        for module, mode in zip(model.modules(), modes):
            module.training = mode
        SEEN[key] = torch.cat(out)
    return SEEN[key].clone()


def parameter_groups(model, base_rate, decay):
    n = len(model.stages)
    for name, parameter in model.named_parameters():
        i = n if name.startswith("head") else int(name.split(".")[1])
        yield {"params": [parameter], "lr": base_rate * decay ** (n - i)}


class FineTuner(pl.LightningModule):
    def __init__(self, model, base_rate=0.01, decay=0.5, unfreeze_every=1):
        super().__init__()
        self.model = model
        self.base_rate, self.decay, self.every = base_rate, decay, unfreeze_every
        self.frozen = len(model.stages)

    def forward(self, x):
        return self.model(x)

    def training_step(self, batch, batch_idx):
        x, y = batch
        loss = -F.log_softmax(self(x), dim=1)[torch.arange(len(y)), y].mean()
        self.log("train_loss", loss, prog_bar=True)
        return loss

    def validation_step(self, batch, batch_idx):
        x, y = batch
        logits = self(x)
        self.log("val_loss", nn.CrossEntropyLoss()(logits, y), batch_size=len(y))
        self.log("val_acc", (logits.argmax(1) == y).float().mean(), batch_size=len(y))

    def configure_optimizers(self):
        groups = parameter_groups(self.model, self.base_rate, self.decay)
        return torch.optim.SGD(list(groups), lr=self.base_rate, momentum=0.9)

    def on_train_epoch_start(self):
        self.frozen = max(0, len(self.model.stages) - self.current_epoch // self.every)
        freeze_until(self.model, self.frozen)
        self.train()

    def train(self, mode=True):
        super().train(mode)
        self.model.stages[: self.frozen].eval()
        return self


def group_split(groups, share, seed):
    names, place = np.unique(groups, return_inverse=True)
    if names.size < 2:
        raise ValueError("one group")
    count = int(np.clip(round(share * names.size), 1, names.size - 1))
    chosen = np.random.RandomState(seed).choice(names.size, count, replace=False)
    held = torch.from_numpy(np.isin(place, chosen))
    return torch.nonzero(~held).flatten(), torch.nonzero(held).flatten()
