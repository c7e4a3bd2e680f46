# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Transfer: a network that has seen a million photographs learns your task
#
# Suppose that you have 500 photographs. A network with a million weights that starts at random
# learns little from them. But somebody has trained such a network on a million *other* photographs,
# and its weights are free. Below its last layer there is nothing that speaks of the old classes:
# only edges, textures, wheels and eyes, which your photographs show, too. So keep those layers, and
# learn the rest.
#
# In this notebook you write the steps of it: a new head, freezing, features that are computed once,
# a learning rate for each depth, training that thaws one stage after the other, and a validation
# set that does not lie. At the end they work on SqueezeNet, with its weights from ImageNet, and
# real photographs.
#
# You need PyTorch and Lightning, which the extra `lessons` of the installation brings. Images are
# `(N, C, H, W)`: examples, channels, height, width.
# Write each function where it says `YOUR CODE HERE` and run the cell below it;
# `dlcourse check transfer` does the same for the whole file.

# %%
import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

import lightning.pytorch as pl
import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

if __name__ == "__main__":
    from graders.students.check import check_cell, course_root


# %% [markdown]
# **The network.** Every function below works on a network of this form, written as
# $f = h \circ g_{n-1} \circ \dots \circ g_0$:
#
# ```
# image ─ stages[0] ─ stages[1] ─ ... ─ stages[n-1] ─ average over the pixels ─ head ─ logits
# ```
#
# `model.stages` is an `nn.Sequential` of $n$ stages, from the image on. `model.head` is an
# `nn.Linear` from the last stage's channels to the classes. Nothing else has parameters. The grader
# uses networks of its own, of this form, with other stages and another number of them.


# %% nbgrader={"grade": false, "grade_id": "staged_network", "locked": true, "schema_version": 3, "solution": false, "task": false}
class StagedNetwork(nn.Module):
    """Stages, then a dense layer on the average over the pixels of the last feature map."""

    def __init__(self, stages: nn.Sequential, head: nn.Linear) -> None:
        super().__init__()
        self.stages, self.head = stages, head

    def forward(self, x: Tensor) -> Tensor:
        """Images (N, C, H, W) to logits (N, classes)."""
        features = self.stages(x).mean(dim=(2, 3))  # (N, features)
        return self.head(features)  # (N, classes)


# %%
if __name__ == "__main__":

    def small_network() -> StagedNetwork:
        torch.manual_seed(0)
        stages = [
            nn.Sequential(nn.Conv2d(a, b, 3, padding=1), nn.BatchNorm2d(b), nn.ReLU())
            for a, b in [(3, 4), (4, 6), (6, 8)]
        ]
        return StagedNetwork(nn.Sequential(*stages), nn.Linear(8, 1000))

    print(small_network()(torch.zeros(2, 3, 8, 8)).shape)  # (2, 1000)

# %% [markdown]
# ## 1. A new head
#
# The head of a network from ImageNet has 1,000 logits: tench, goldfish, great white shark, ... You
# want ten of your own. All that knows of the old classes is this one layer, so it alone goes.
#
# *A worked count.* For 512 features the old head had $512 \cdot 1000 + 1000 = 513{,}000$
# parameters; a head for ten classes has $512 \cdot 10 + 10 = 5{,}130$. SqueezeNet's stages have
# 722,000, and they stay to the last bit.
#
# Two mistakes are easy. One is to build the whole network again for ten classes: then all its
# weights are random, and the pretraining is gone, though nothing fails. The other is to put a new
# layer on top of the old head: then your classes are told apart by how much they look like sharks.
#
# `replace_head(model, classes)` changes the model that it is given. It gets a fresh `nn.Linear` with
# a bias, initialised as PyTorch does it, which learns even where the whole network was frozen
# before. It is fresh even if the number of classes happens to stay the same. Nothing is returned.


# %% nbgrader={"grade": false, "grade_id": "replace_head-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def replace_head(model: nn.Module, classes: int) -> None:
    """Put a fresh head in the place of ``model.head``, and leave all else as it is.

    Args:
        model: has ``stages`` and ``head``; changed in place.
        classes: logits of the new head.
    """
    ### BEGIN SOLUTION
    model.head = nn.Linear(model.head.in_features, classes)
    ### END SOLUTION


# %%
if __name__ == "__main__":
    model = small_network()
    replace_head(model, 10)
    print(model.head)  # Linear(in_features=8, out_features=10, bias=True)
    print(model(torch.zeros(2, 3, 8, 8)).shape)  # (2, 10)

# %% nbgrader={"grade": true, "grade_id": "replace_head", "locked": true, "points": 14, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("transfer", task="replace_head", namespace=globals())

# %% [markdown]
# ## 2. Freezing
#
# A fresh head is wrong about everything, so its first gradients are large, and they say nothing
# about what the stages should have been. Let them through, and they wipe out what the stages know.
# So first the stages are *frozen*: `parameter.requires_grad = False`. PyTorch then works out no
# gradient for it (`parameter.grad` stays `None`), and an optimizer passes it over.
#
# Which stages? Those near the image see edges and colours, which suit any photograph; those near the
# head see what the old classes are made of. So one freezes from the image up, *until* some stage.
#
# *Worked example.* With three stages:
#
# | call | `stages[0]` | `stages[1]` | `stages[2]` | `head` |
# |---|---|---|---|---|
# | `freeze_until(model, 3)` | frozen | frozen | frozen | learns |
# | `freeze_until(model, 1)` | frozen | learns | learns | learns |
# | `freeze_until(model, 0)` | learns | learns | learns | learns |
#
# The second call comes after the first, on the same model: what is not frozen must be thawed.
#
# `stage` counts stages, from 0 to `len(model.stages)`. Any other number is a `ValueError`; mind that
# `model.stages[:-1]` would not complain.


# %% nbgrader={"grade": false, "grade_id": "freeze_until-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def freeze_until(model: nn.Module, stage: int) -> None:
    """Freeze the first ``stage`` stages, and let everything after them learn.

    Args:
        model: has ``stages`` and ``head``; the ``requires_grad`` of its parameters are changed.
        stage: how many stages are frozen, from the image on.

    Raises:
        ValueError: ``stage`` is below 0 or above the number of stages.
    """
    ### BEGIN SOLUTION
    if not 0 <= stage <= len(model.stages):
        raise ValueError(f"stage {stage} of {len(model.stages)}")
    model.requires_grad_(True)
    for frozen in model.stages[:stage]:
        frozen.requires_grad_(False)
    ### END SOLUTION


# %%
if __name__ == "__main__":
    model = small_network()
    for stage in (3, 1, 0):
        freeze_until(model, stage)
        learns = [part[0].weight.requires_grad for part in model.stages]
        print(stage, learns, model.head.weight.requires_grad)  # as in the table

# %% nbgrader={"grade": true, "grade_id": "freeze_until", "locked": true, "points": 14, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("transfer", task="freeze_until", namespace=globals())

# %% [markdown]
# ## 3. Features, computed once
#
# Frozen stages say the same of the same image in every epoch. So run them once, keep what they say,
# and train the head on that. For $N$ images, $E$ epochs, and a cost of $c$ for the stages and $d$ for
# the head, this turns $E N (c + d)$ into $N c + E N d$. *With numbers:* 3 ms an image for SqueezeNet
# at 64 by 64 pixels, a microsecond for a head, 1,000 images and 100 epochs: five minutes become three
# seconds.
#
# `extract_features(model, layer, images)` gives the output of one layer, which it names as
# `model.named_modules()` does: `"stages.2"`, or `"stages.1.0"` for the first part of the second
# stage. To see what passes there, hang a *forward hook* on it:
#
# ```python
# seen = []
# handle = model.get_submodule(layer).register_forward_hook(lambda module, args, out: seen.append(out))
# ...                # run the model: seen[0] is what the layer gave
# handle.remove()    # or it is called for ever after
# ```
#
# Four things make the difference between numbers and features.
#
# - **Evaluation mode.** In training mode a batch normalisation takes mean and variance from the
#   images beside yours, so that an image's features depend on its neighbours; and it moves its
#   running statistics, which changes the network. *A worked number:* with running mean 2 and running
#   variance 4 (and $\varepsilon = 0$), the input 6 becomes $(6 - 2) / \sqrt 4 = 2$. In training mode,
#   alone in its batch, it becomes $(6 - 6) / \dots = 0$, whatever it is.
# - **No gradient.** Nothing will be learned below, so no graph need be kept: `torch.no_grad()`.
# - **Leave the model as it was**: every module in the mode in which it came, no hook left behind.
# - **Kept.** The same question gets its answer without running the network again. The same means:
#   the same layer, the same images, and *the same weights and statistics*. So the name under which
#   it is kept cannot be `id(model)`, which stays when the model is trained. The helper below makes
#   a name of numbers.


# %% nbgrader={"grade": false, "grade_id": "fingerprint", "locked": true, "schema_version": 3, "solution": false, "task": false}
FEATURES: dict[Any, Tensor] = {}  # what was computed already


def fingerprint(tensors: Iterable[Tensor]) -> str:
    """A name for the values and shapes of these tensors: another for other ones."""
    digest = hashlib.sha256()
    for tensor in tensors:
        digest.update(str(tuple(tensor.shape)).encode())
        digest.update(tensor.detach().cpu().numpy().tobytes())
    return digest.hexdigest()


# %% nbgrader={"grade": false, "grade_id": "extract_features-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def extract_features(model: nn.Module, layer: str, images: Tensor) -> Tensor:
    """The output of one layer for ``images``, in evaluation mode, without a graph, kept.

    Args:
        model: left as it was: weights, running statistics, modes and hooks.
        layer: the layer's name in ``model.named_modules()``.
        images: (N, C, H, W).

    Returns:
        What the layer gives, of whatever shape that is. ``model.state_dict().values()`` are the
        weights and statistics on which it depends, beside the images and the layer.
    """
    ### BEGIN SOLUTION
    key = layer, fingerprint([*model.state_dict().values(), images])
    if key in FEATURES:
        return FEATURES[key]
    seen: list[Tensor] = []
    handle = model.get_submodule(layer).register_forward_hook(lambda m, args, out: seen.append(out))
    modes = [(module, module.training) for module in model.modules()]
    try:
        with torch.no_grad():
            model.eval()(images)
    finally:
        handle.remove()
        for module, training in modes:
            module.training = training
    FEATURES[key] = seen[0]
    return seen[0]
    ### END SOLUTION


# %%
if __name__ == "__main__":
    model = small_network()
    images = torch.randn(5, 3, 8, 8)
    print(extract_features(model, "stages.1", images).shape)  # (5, 6, 8, 8)
    print(extract_features(model, "head", images).shape)  # (5, 1000)
    # an image alone has the features that it has among others
    alone = extract_features(model, "stages.1", images[:1])
    print(torch.allclose(alone, extract_features(model, "stages.1", images)[:1], atol=1e-6))  # True

# %% nbgrader={"grade": true, "grade_id": "extract_features", "locked": true, "points": 18, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("transfer", task="extract_features", namespace=globals())

# %% [markdown]
# ## 4. A rate for each depth
#
# When stages learn again, those near the image should change less than those near the head: they
# have less to learn. So each has a *discriminative* rate (Howard and Ruder, 2018). With $n$ stages, a
# base rate $\eta$ and a decay $\lambda \le 1$, the head learns at $\eta$, and `stages[i]` at
#
# $$\eta_i = \eta \, \lambda^{\,n - i}$$
#
# *Worked numbers:* $n = 3$, $\eta = 0.1$, $\lambda = 0.5$: the head 0.1, `stages[2]` 0.05,
# `stages[1]` 0.025, `stages[0]` 0.0125.
#
# Optimizers of PyTorch take such a thing as a list of *parameter groups*:
# `[{"params": [...], "lr": 0.1}, {"params": [...], "lr": 0.05}, ...]`, in any order. Each parameter
# belongs to exactly one of them. **Frozen ones, too**: the optimizer is made before training starts,
# and what it has never heard of it cannot move when it thaws. As long as a parameter is frozen its
# gradient is `None`, and the optimizer passes it over.


# %% nbgrader={"grade": false, "grade_id": "parameter_groups-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def parameter_groups(model: nn.Module, base_rate: float, decay: float) -> list[dict[str, Any]]:
    """Groups for an optimizer: the head and each stage, with their learning rates.

    Args:
        model: has ``stages`` and ``head``.
        base_rate: learning rate of the head.
        decay: of the rate, from each stage to the one below it, towards the image.

    Returns:
        Dicts with "params", a list of parameters, and "lr", their learning rate.
    """
    ### BEGIN SOLUTION
    groups = [{"params": list(model.head.parameters()), "lr": base_rate}]
    for i, stage in enumerate(model.stages):
        rate = base_rate * decay ** (len(model.stages) - i)
        groups.append({"params": list(stage.parameters()), "lr": rate})
    return groups
    ### END SOLUTION


# %%
if __name__ == "__main__":
    groups = parameter_groups(small_network(), base_rate=0.1, decay=0.5)
    print(sorted(group["lr"] for group in groups))  # [0.0125, 0.025, 0.05, 0.1]
    print(torch.optim.SGD(groups).param_groups[0]["lr"])  # any optimizer takes them

# %% nbgrader={"grade": true, "grade_id": "parameter_groups", "locked": true, "points": 16, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("transfer", task="parameter_groups", namespace=globals())

# %% [markdown]
# ## 5. Fine-tuning, one stage after the other: `FineTuner`
#
# Now all of it together. Epoch 0 trains the head alone. After every `unfreeze_every` epochs one more
# stage joins, from the head down, until all of them learn: in epoch $e$ (from 0) the first
#
# $$\max\left(0, \; n - \lfloor e / \text{unfreeze\_every} \rfloor\right)$$
#
# stages are frozen. *Worked example*, three stages, `unfreeze_every=2`: 3 are frozen in epochs 0 and
# 1, 2 in epochs 2 and 3, 1 in epochs 4 and 5, and none from epoch 6 on.
#
# | method | does |
# |---|---|
# | `forward(x)` | what the model gives for `x` |
# | `training_step(batch, batch_idx)` | `x, y = batch`; logs `train_loss`, the mean cross-entropy; returns it |
# | `validation_step(batch, batch_idx)` | logs `val_loss`, and `val_acc`, the share of images whose largest logit is at the label |
# | `configure_optimizers()` | `torch.optim.SGD` with `parameter_groups(...)` and momentum 0.9 |
# | `on_train_epoch_start()` | freezes as above; `self.current_epoch` is $e$ |
# | `train(mode=True)` | as ever, but frozen stages stay in evaluation mode |
#
# **Why `train`?** A batch normalisation has two things that move: its scale and shift, which are
# parameters, and its running mean and variance, which are *not*. `requires_grad = False` stops the
# first. The second move with every batch in training mode, whatever is frozen. A stage that is
# "frozen" in this way says other things after each step, and after a few hundred steps on 500
# photographs its statistics are those of your 500, not of the million. *A worked number:* running
# mean 2, a batch of mean 6, momentum 0.1: after one step it is $0.9 \cdot 2 + 0.1 \cdot 6 = 2.4$.
# So a frozen stage belongs in evaluation mode. And since anybody may call `.train()` on the whole
# module, and Lightning does, it is `train` itself that must see to it:
#
# ```python
# def train(self, mode=True):
#     super().train(mode)
#     ...                # frozen stages back to evaluation mode
#     return self
# ```
#
# `FineTuner` trains the very model that it is given, not a copy.


# %% nbgrader={"grade": false, "grade_id": "fine_tuner-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
class FineTuner(pl.LightningModule):
    """Trains a new head first, then one stage after the other from the head down.

    Args:
        model: has ``stages`` and ``head``; trained in place.
        base_rate: learning rate of the head.
        decay: of the rate, from each stage to the one below it, towards the image.
        unfreeze_every: epochs after which one more stage joins, at least 1.

    Shape: (N, C, H, W) to logits (N, classes).
    """

    def __init__(
        self, model: nn.Module, base_rate: float = 0.01, decay: float = 0.5, unfreeze_every: int = 1
    ) -> None:
        super().__init__()
        self.save_hyperparameters(ignore="model")
        self.model = model
        ### BEGIN SOLUTION
        self.num_frozen = len(model.stages)
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        ### BEGIN SOLUTION
        return self.model(x)
        ### END SOLUTION

    def training_step(self, batch: tuple[Tensor, Tensor], batch_idx: int) -> Tensor:
        ### BEGIN SOLUTION
        x, y = batch
        loss = F.cross_entropy(self(x), y)
        self.log("train_loss", loss)
        return loss
        ### END SOLUTION

    def validation_step(self, batch: tuple[Tensor, Tensor], batch_idx: int) -> None:
        ### BEGIN SOLUTION
        x, y = batch
        logits = self(x)  # (N, classes)
        self.log("val_loss", F.cross_entropy(logits, y), prog_bar=True)
        self.log("val_acc", (logits.argmax(dim=1) == y).float().mean(), prog_bar=True)
        ### END SOLUTION

    def configure_optimizers(self) -> torch.optim.Optimizer:
        ### BEGIN SOLUTION
        groups = parameter_groups(self.model, self.hparams["base_rate"], self.hparams["decay"])
        return torch.optim.SGD(groups, momentum=0.9)
        ### END SOLUTION

    def on_train_epoch_start(self) -> None:
        ### BEGIN SOLUTION
        thawed = self.current_epoch // self.hparams["unfreeze_every"]
        self.num_frozen = max(0, len(self.model.stages) - thawed)
        freeze_until(self.model, self.num_frozen)
        self.train()
        ### END SOLUTION

    def train(self, mode: bool = True) -> "FineTuner":
        ### BEGIN SOLUTION
        super().train(mode)
        for stage in self.model.stages[: self.num_frozen]:
            stage.eval()
        return self
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "fine_tuner", "locked": true, "points": 22, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("transfer", task="fine_tuner", namespace=globals())

# %% [markdown]
# ## 6. A validation set that does not lie
#
# Photographs seldom come one by one. There are twelve frames of one film, five scans of one patient,
# thirty pictures of one driver. Those of a group are alike for other reasons than their class. If
# some frames of a film are trained on and others validated on, a network that has learned that film
# by heart looks good, and is of no use for the next film. So whole groups are held out.
#
# *Worked example.* Six pictures by three drivers, a third held out:
#
# ```
# groups   ["ann", "bob", "bob", "cem", "ann", "cem"]       3 groups, round(1/3 * 3) = 1 held out
# draw     "bob"
# train    [0, 3, 4, 5]      held out  [1, 2]
# ```
#
# `group_split(groups, share, seed)` draws whole groups without replacement, each as likely as any
# other. Of $G$ different groups, `round(share * G)` are held out, but at least one, and at least one
# is kept to train on. It returns the indices of the training examples and of those held out, each in
# ascending order. The same arguments give the same split, another seed as a rule another one. With
# fewer than two groups there is nothing to split: `ValueError`.


# %% nbgrader={"grade": false, "grade_id": "group_split-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def group_split(
    groups: Sequence[int] | Sequence[str], share: float, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Indices of examples to train on and of those held out, no group on both sides.

    Args:
        groups: (N,) the group of each example, in any order: numbers or texts.
        share: of the groups, from 0 to 1, that is held out.
        seed: of the draw.

    Returns:
        train, held_out: indices, ascending, each example on one side.

    Raises:
        ValueError: there are fewer than two groups.
    """
    ### BEGIN SOLUTION
    names = list(dict.fromkeys(groups))  # in the order of their first examples
    if len(names) < 2:
        raise ValueError(f"{len(names)} groups cannot be split")
    count = min(max(1, round(share * len(names))), len(names) - 1)
    order = np.random.default_rng(seed).permutation(len(names))
    chosen = {names[place] for place in order[:count]}
    held_out = np.array([group in chosen for group in groups])  # (N,)
    return np.flatnonzero(~held_out), np.flatnonzero(held_out)
    ### END SOLUTION


# %%
if __name__ == "__main__":
    drivers = ["ann", "bob", "bob", "cem", "ann", "cem"]
    for seed in range(3):
        train, held_out = group_split(drivers, share=1 / 3, seed=seed)
        print(train, held_out, {drivers[i] for i in held_out})

# %% nbgrader={"grade": true, "grade_id": "group_split", "locked": true, "points": 16, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("transfer", task="group_split", namespace=globals())

# %% [markdown]
# ## 7. Photographs
#
# The course ships 4,000 photographs of CIFAR-10 and SqueezeNet's weights from ImageNet. Here are
# two networks of the form above: one with those weights, one at random. A network expects the
# pixels that it was trained with, so they are enlarged to 64 by 64 and normalised as ImageNet's.

# %%
if __name__ == "__main__":
    from torch.utils.data import DataLoader, TensorDataset

    from lightning_modules.models.squeezenet import SqueezeNet
    from lightning_modules.transfer.backbone import squeezenet_stages
    from lightning_modules.transfer.weights import imagenet_weights

    def squeezenet(pretrained: bool) -> StagedNetwork:
        torch.manual_seed(0)
        whole = SqueezeNet()
        if pretrained:
            whole.load_state_dict(imagenet_weights("squeezenet1_1"))
        return StagedNetwork(nn.Sequential(*squeezenet_stages(whole)), nn.Linear(512, 1000))

    def photographs(pixels: np.ndarray) -> Tensor:
        """(N, 32, 32, 3) of 0 to 255, to (N, 3, 64, 64) as ImageNet's."""
        x = torch.from_numpy(pixels).movedim(-1, 1) / 255  # (N, 3, 32, 32)
        x = F.interpolate(x, size=64, mode="bilinear")  # (N, 3, 64, 64)
        mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
        return (x - mean[:, None, None]) / std[:, None, None]

    with np.load(course_root() / "data" / "cifar10_subset.npz") as arrays:
        x = photographs(arrays["train_images"][:1500])
        y = torch.from_numpy(arrays["train_labels"][:1500].astype(np.int64))
    x_train, y_train, x_test, y_test = x[:500], y[:500], x[500:], y[500:]

# %% [markdown]
# **What are the features worth?** The features of the last stage, averaged over the pixels, once for
# each network; then a dense layer on them, which takes a second for 200 steps.

# %%
if __name__ == "__main__":

    def averaged(model: nn.Module, images: Tensor) -> Tensor:
        return extract_features(model, "stages", images).mean(dim=(2, 3))  # (N, 512)

    def head_on_features(model: StagedNetwork) -> float:
        """Train a new head on kept features; return its accuracy on the test images."""
        train, test = averaged(model, x_train), averaged(model, x_test)
        mean, std = train.mean(dim=0), train.std(dim=0) + 1e-6
        train, test = (train - mean) / std, (test - mean) / std
        replace_head(model, 10)
        optimizer = torch.optim.Adam(model.head.parameters(), lr=0.003, weight_decay=0.01)
        for _ in range(200):
            loss = F.cross_entropy(model.head(train), y_train)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return (model.head(test).argmax(dim=1) == y_test).float().mean().item()

    for pretrained in (True, False):
        accuracy = head_on_features(squeezenet(pretrained))
        print(f"{'ImageNet' if pretrained else 'random':8} features: {accuracy:.1%} of 1,000 right")

# %% [markdown]
# Expect 49 % and 22 %, where guessing gets 10 %. Both networks have the same form, both heads were
# trained in the same way, and nothing of the stages has seen these photographs: the difference is
# what a million others were worth.
#
# **And with the stages learning, too?** Five epochs, of which the first trains the head alone, and
# each one more stage. This takes half a minute.

# %%
if __name__ == "__main__":
    pl.seed_everything(0)
    model = squeezenet(pretrained=True)
    replace_head(model, 10)
    tuner = FineTuner(model, base_rate=0.001, decay=0.5, unfreeze_every=1)
    trainer = pl.Trainer(max_epochs=5, accelerator="cpu", logger=False, enable_checkpointing=False)
    trainer.fit(
        tuner,
        DataLoader(TensorDataset(x_train, y_train), batch_size=25, shuffle=True),
        DataLoader(TensorDataset(x_test, y_test), batch_size=500),
    )
    print(f"fine-tuned: {trainer.callback_metrics['val_acc']:.1%} of 1,000 right")

# %% [markdown]
# Expect about 55 %: some five points more than the features gave, from the same 500 photographs. The
# same five epochs on the network at random (`squeezenet(pretrained=False)`) leave it at 10 %. One seed
# is no proof: lesson 8 has five of each, with intervals.
#
# **Why groups are held out.** Two hundred photographs, and of each five frames, shifted by up to four
# pixels, as a film would have them. A new photograph is called what its nearest neighbour among the
# training frames is called, by ImageNet's features. Validated on a fifth of the frames, drawn at
# random; on a fifth of the photographs, with your `group_split`; and on 1,000 photographs that are
# really new.

# %%
if __name__ == "__main__":
    rng = np.random.default_rng(0)
    film = np.repeat(np.arange(200), 5)  # the photograph that each frame is of
    shifts = rng.integers(-4, 5, (len(film), 2)).tolist()
    frames = torch.stack(
        [torch.roll(x_train[i], shift, dims=(1, 2)) for i, shift in zip(film, shifts, strict=True)]
    )
    model = squeezenet(pretrained=True)
    features = averaged(model, frames)
    centre = features.mean(dim=0)
    features = F.normalize(features - centre, dim=1)  # (1000, 512), of length 1
    labels = y_train[torch.from_numpy(film)]

    def nearest(known: np.ndarray, new: Tensor, answers: Tensor) -> float:
        """Accuracy of calling new images what the known frame at the smallest angle is called."""
        place = (new @ features[known].T).argmax(dim=1)  # cosines are largest there
        return (labels[known][place] == answers).float().mean().item()

    shuffled = rng.permutation(len(film))
    splits = {
        "a fifth of the frames": (shuffled[200:], shuffled[:200]),
        "a fifth of the photographs": group_split(film.tolist(), share=0.2, seed=0),
    }
    for held, (known, held_out) in splits.items():
        accuracy = nearest(known, features[held_out], labels[held_out])
        print(f"{held + ' held out:':38} {accuracy:.1%}")
    new = F.normalize(averaged(model, x_test) - centre, dim=1)
    print(f"{'new photographs:':38} {nearest(np.arange(len(film)), new, y_test):.1%}")

# %% [markdown]
# Expect 99.5 %, 38.5 % and 39.7 %. The first number is a promise that nobody can keep: it says that
# the network knows its own frames again. The second is what new photographs really bring.
#
# ## To go further
#
# - Fine-tune without `train`'s care for frozen stages. SqueezeNet has no batch normalisation, so
#   nothing changes; with torchvision's ResNet-18, whose weights can be fetched, compare the two.
# - Extract features at each of the five stages and train a head on each. Which stage suits
#   photographs? And which handwritten digits (`data/mnist_subset.npz`, made grey in three channels)?
# - Let all stages learn from the first epoch on, at one rate. At which base rate does the network
#   forget what it knew?
