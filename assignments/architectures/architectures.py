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
# # Architectures: the blocks that deep networks are built from
#
# Between 2012 and 2015 the error on ImageNet fell from 16 % to below 4 %, and hardly any of it came
# from new kinds of layers. It came from **blocks**: small arrangements of the same old convolutions
# that can be stacked many times over. In this notebook you build four of them in PyTorch (the 1x1
# convolution, and the blocks of VGG, GoogLeNet and ResNet) and then a complete Lightning module
# that learns to read digits.
#
# You need PyTorch and Lightning, which the extra `lessons` of the installation brings. Images are
# `(N, C, H, W)`: examples, channels, height, width.
# Every block is an `nn.Module`: layers are made in `__init__`, used in `forward`, and PyTorch works
# out every gradient. Use `nn.Conv2d` and `nn.BatchNorm2d` for convolutions and normalisation, one
# for each that the text asks for; how you name them is up to you.
#
# Two formulas are worth having at hand. A convolution with kernel $k$, padding $p$ and stride $s$
# turns $H$ rows into
#
# $$H' = \left\lfloor \frac{H + 2p - k}{s} \right\rfloor + 1$$
#
# so that $p = (k - 1) / 2$ keeps the size at stride 1, and it has
#
# $$k \cdot k \cdot C_\text{in} \cdot C_\text{out} \;(+\; C_\text{out} \text{ biases})$$
#
# parameters. Write each class where it says `YOUR CODE HERE` and run the cell below it;
# `dlcourse check architectures` does the same for the whole file.

# %%
import lightning.pytorch as pl
import torch
from torch import Tensor, nn
from torch.nn import functional as F

if __name__ == "__main__":
    import matplotlib.pyplot as plt
    import numpy as np

    from graders.students.check import check_cell, course_root


# %% [markdown]
# ## 1. The 1x1 convolution
#
# A kernel of one pixel sees no neighbours, so it cannot find an edge. What it does is mix the
# channels of each pixel, with the same weights at every place:
#
# $$y_{n,o,i,j} = b_o + \sum_c w_{o,c} \, x_{n,c,i,j}$$
#
# It is a dense layer applied to every pixel on its own. *A worked pixel:* with $w = (2, -1)$ and
# $b = 0.5$ a pixel with channels $(3, 1)$ becomes $0.5 + 6 - 1 = 5.5$.
#
# Why bother? Because the price of the *next* convolution is proportional to the channels that it
# reads. A 3x3 convolution from 256 channels to 256 has 590,000 weights. Squeezed to 64 channels by
# a 1x1 convolution first, it needs 16,000 + 147,000, less than a third. Part 3 makes use of that.


# %% nbgrader={"grade": false, "grade_id": "conv1x1-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
class Conv1x1(nn.Module):
    """Mix the channels of each pixel: a 1x1 convolution with bias, and nothing after it.

    Args:
        in_channels: channels of the input.
        out_channels: channels of the output.

    Shape: (N, in_channels, H, W) to (N, out_channels, H, W).
    """

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size=1)
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        ### BEGIN SOLUTION
        return self.conv(x)
        ### END SOLUTION


# %%
if __name__ == "__main__":
    print(Conv1x1(256, 64)(torch.zeros(2, 256, 7, 7)).shape)  # (2, 64, 7, 7)

# %% nbgrader={"grade": true, "grade_id": "conv1x1", "locked": true, "points": 14, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("architectures", task="conv1x1", namespace=globals())

# %% [markdown]
# ## 2. The VGG block: small filters, stacked
#
# Two 3x3 convolutions in a row see a window of 5x5 pixels, three of them 7x7. Simonyan and
# Zisserman (2014) noticed what that buys. For $C$ channels in and out:
#
# | | window | weights | non-linearities |
# |---|---|---|---|
# | one 7x7 convolution | 7x7 | $49\, C^2$ | 1 |
# | three 3x3 convolutions | 7x7 | $27\, C^2$ | 3 |
#
# The same view for about half of the weights, and two more chances to bend. So VGG uses nothing but
# 3x3 convolutions, each followed by a ReLU, and closes a block with 2x2 max pooling, which halves
# height and width:
#
# ```
# x ─ conv 3x3, padding 1 ─ ReLU ─ ... (num_convs times) ... ─ max pool 2x2, stride 2 ─ out
# ```
#
# The first convolution goes from `in_channels` to `out_channels`, all others stay there. With an
# odd number of rows the pool drops the last one.
#
# A list of layers kept in a plain Python list is invisible to PyTorch: `parameters()` does not find
# them and no optimizer trains them. Use `nn.Sequential` or `nn.ModuleList`.


# %% nbgrader={"grade": false, "grade_id": "vgg_block-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
class VGGBlock(nn.Module):
    """``num_convs`` times a 3x3 convolution and a ReLU, then 2x2 max pooling.

    Args:
        in_channels: channels of the input.
        out_channels: channels of every convolution's output.
        num_convs: how many convolutions, at least 1.

    Shape: (N, in_channels, H, W) to (N, out_channels, H // 2, W // 2).
    """

    def __init__(self, in_channels: int, out_channels: int, num_convs: int) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        layers: list[nn.Module] = []
        for _ in range(num_convs):
            layers += [nn.Conv2d(in_channels, out_channels, 3, padding=1), nn.ReLU()]
            in_channels = out_channels
        self.layers = nn.Sequential(*layers, nn.MaxPool2d(2))
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        ### BEGIN SOLUTION
        return self.layers(x)
        ### END SOLUTION


# %%
if __name__ == "__main__":
    block = VGGBlock(64, 128, num_convs=2)
    print(block(torch.zeros(1, 64, 28, 28)).shape)  # (1, 128, 14, 14)
    print(sum(p.numel() for p in block.parameters()))
    # 9 * 64 * 128 + 128 + 9 * 128 * 128 + 128 = 221440

# %% nbgrader={"grade": true, "grade_id": "vgg_block", "locked": true, "points": 18, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("architectures", task="vgg_block", namespace=globals())

# %% [markdown]
# ## 3. The Inception block: several sizes at once
#
# Which kernel size is right, 1, 3 or 5? GoogLeNet (Szegedy et al. 2014) declines to choose. It runs
# four branches side by side on the same input and stacks their outputs along the channels, in this
# order:
#
# ```
#     ┌─ conv 1x1 (c1) ───────────────────────────────────────────┐
#     ├─ conv 1x1 (c3_reduce) ─ conv 3x3, padding 1 (c3) ─────────┤
# x ──┤                                                           ├── concatenated channels
#     ├─ conv 1x1 (c5_reduce) ─ conv 5x5, padding 2 (c5) ─────────┤
#     └─ max pool 3x3, stride 1, padding 1 ─ conv 1x1 (pool_proj) ┘
# ```
#
# In brackets: the channels that come out. **Every one of the six convolutions is followed by a
# ReLU.** All branches keep height and width, or they could not be stacked; the output has
# `c1 + c3 + c5 + pool_proj` channels.
#
# The two *reduce* convolutions and the projection are the 1x1 convolutions of part 1 at work. In
# GoogLeNet's first block the input has 192 channels. A 5x5 convolution from 192 to 32 channels has
# 154,000 weights; by way of 16 channels it takes 3,000 + 12,800, a tenth.


# %% nbgrader={"grade": false, "grade_id": "inception_block-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
class InceptionBlock(nn.Module):
    """Four branches of different kernel size, concatenated along the channels.

    Args:
        in_channels: channels of the input.
        c1: channels of the 1x1 branch.
        c3_reduce, c3: of the 3x3 branch, between its two convolutions and after them.
        c5_reduce, c5: of the 5x5 branch, alike.
        pool_proj: channels of the branch with the max pooling.

    Shape: (N, in_channels, H, W) to (N, c1 + c3 + c5 + pool_proj, H, W).
    """

    def __init__(
        self,
        in_channels: int,
        c1: int,
        c3_reduce: int,
        c3: int,
        c5_reduce: int,
        c5: int,
        pool_proj: int,
    ) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.branch1 = nn.Sequential(nn.Conv2d(in_channels, c1, 1), nn.ReLU())
        self.branch3 = nn.Sequential(
            nn.Conv2d(in_channels, c3_reduce, 1),
            nn.ReLU(),
            nn.Conv2d(c3_reduce, c3, 3, padding=1),
            nn.ReLU(),
        )
        self.branch5 = nn.Sequential(
            nn.Conv2d(in_channels, c5_reduce, 1),
            nn.ReLU(),
            nn.Conv2d(c5_reduce, c5, 5, padding=2),
            nn.ReLU(),
        )
        self.branch_pool = nn.Sequential(
            nn.MaxPool2d(3, stride=1, padding=1), nn.Conv2d(in_channels, pool_proj, 1), nn.ReLU()
        )
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        ### BEGIN SOLUTION
        branches = (self.branch1, self.branch3, self.branch5, self.branch_pool)
        return torch.cat([branch(x) for branch in branches], dim=1)
        ### END SOLUTION


# %%
if __name__ == "__main__":
    block = InceptionBlock(192, c1=64, c3_reduce=96, c3=128, c5_reduce=16, c5=32, pool_proj=32)
    print(block(torch.zeros(1, 192, 28, 28)).shape)  # (1, 256, 28, 28)
    print(sum(p.numel() for p in block.parameters()))  # 163696

# %% nbgrader={"grade": true, "grade_id": "inception_block", "locked": true, "points": 22, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("architectures", task="inception_block", namespace=globals())

# %% [markdown]
# ## 4. The residual block: a way around
#
# Stack more and more blocks and the *training* error begins to rise: 56 plain layers learn worse
# than 20, though the 36 extra ones could simply pass their input on. They cannot find that
# solution. He et al. (2015) made it the default: let the layers compute a **correction** $F(x)$ and
# add it to the input.
#
# $$y = \text{ReLU}\left( F(x) + \text{shortcut}(x) \right)$$
#
# ```
# x ─┬─ conv 3x3 (stride) ─ batch norm ─ ReLU ─ conv 3x3 ─ batch norm ─ (+) ─ ReLU ─ out
#    └──────────────────── shortcut ────────────────────────────────────┘
# ```
#
# Both convolutions have padding 1 and **no bias**, for the batch normalisation that follows
# subtracts any constant and brings a shift of its own. Only the first one has the stride. The last
# ReLU comes *after* the sum.
#
# The shortcut is the input itself where the shapes agree: `in_channels == out_channels` and
# `stride == 1`. It has no parameters then. Where they do not agree it is a 1x1 convolution with the
# same stride and no bias, followed by a batch normalisation.
#
# *Why it helps.* Let $F$ be zero, as it nearly is at the start of training when its weights are
# small. Then $y = x$ wherever $x > 0$ and $\partial y / \partial x = 1$: the gradient arrives at
# the bottom of a hundred such blocks as strong as it left the top. In a plain network it is
# multiplied by the layers' weights a hundred times. The plot after the check shows it for yours.


# %% nbgrader={"grade": false, "grade_id": "residual_block-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
class ResidualBlock(nn.Module):
    """Two 3x3 convolutions with batch normalisation, added to a shortcut.

    Args:
        in_channels: channels of the input.
        out_channels: channels of the output.
        stride: of the first convolution and of a projecting shortcut.

    Shape: (N, in_channels, H, W) to (N, out_channels, ceil(H / stride), ceil(W / stride)).
    """

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.residual = nn.Sequential(
            nn.Conv2d(in_channels, out_channels, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(),
            nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(out_channels),
        )
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or in_channels != out_channels:
            self.shortcut = nn.Sequential(
                nn.Conv2d(in_channels, out_channels, 1, stride=stride, bias=False),
                nn.BatchNorm2d(out_channels),
            )
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        ### BEGIN SOLUTION
        return F.relu(self.residual(x) + self.shortcut(x))
        ### END SOLUTION


# %%
if __name__ == "__main__":
    print(ResidualBlock(64, 64)(torch.zeros(2, 64, 14, 14)).shape)  # (2, 64, 14, 14)
    print(ResidualBlock(64, 128, stride=2)(torch.zeros(2, 64, 14, 14)).shape)  # (2, 128, 7, 7)

# %% nbgrader={"grade": true, "grade_id": "residual_block", "locked": true, "points": 26, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("architectures", task="residual_block", namespace=globals())

# %% [markdown]
# How strong is the gradient that reaches the input of a stack of blocks? Yours, against the same
# layers without the way around.

# %%
if __name__ == "__main__":

    def plain_block(channels: int) -> nn.Sequential:
        return nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.ReLU(),
        )

    def gradient_norm(blocks: list[nn.Module]) -> float:
        x = torch.randn(8, 8, 8, 8, requires_grad=True)
        nn.Sequential(*blocks).eval()(x).square().mean().backward()
        assert x.grad is not None
        return float(x.grad.norm())

    torch.manual_seed(0)
    depths = [1, 2, 4, 8, 16, 32]
    residual = [gradient_norm([ResidualBlock(8, 8) for _ in range(depth)]) for depth in depths]
    plain = [gradient_norm([plain_block(8) for _ in range(depth)]) for depth in depths]
    plt.figure(figsize=(6, 3))
    plt.loglog(depths, residual, "o-", label="residual")
    plt.loglog(depths, plain, "s--", label="plain")
    plt.xlabel("blocks")
    plt.ylabel("norm of the gradient at the input")
    plt.legend()
    plt.grid(alpha=0.3)
    plt.show()


# %% [markdown]
# ## 5. A network that learns: `DigitClassifier`
#
# A `LightningModule` says what is computed and leaves the loop to a `Trainer`. Write one that maps
# images `(N, 1, 28, 28)` to ten **logits** each, the scores before any softmax:
#
# | method | does |
# |---|---|
# | `forward(x)` | images to logits `(N, 10)` |
# | `training_step(batch, batch_idx)` | `x, y = batch`; logs `train_loss`; returns the loss |
# | `validation_step(batch, batch_idx)` | logs `val_loss` and `val_acc` |
# | `configure_optimizers()` | `torch.optim.Adam` with the learning rate given to `__init__` |
#
# - The loss is `F.cross_entropy(logits, y)`, the mean over the batch. It takes logits: a softmax of
#   your own in front of it would be a second one.
# - `val_acc` is the share of images whose largest logit is at the label, from 0 to 1.
# - `self.log("val_loss", value)` in `validation_step` is averaged over the whole epoch. Lightning
#   weighs each batch by its size, so that a short last batch counts for no more than it holds.
# - The network is yours to choose. The blocks above are a good start: halve the picture twice with
#   them, then `nn.Flatten()` what is left and end in one dense layer.
# - Keep it small. The grader trains it on 500 digits for three epochs, with batches of 16 and the
#   default learning rate, waits ten seconds for an epoch on one core, and wants a quarter of fresh
#   digits read rightly, where guessing gets a tenth. Pixels come with mean 0 and standard deviation
#   1.


# %% nbgrader={"grade": false, "grade_id": "digit_classifier-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
class DigitClassifier(pl.LightningModule):
    """Reads handwritten digits.

    Args:
        learning_rate: of Adam.

    Shape: (N, 1, 28, 28) to logits (N, 10).
    """

    def __init__(self, learning_rate: float = 1e-3) -> None:
        super().__init__()
        self.save_hyperparameters()
        ### BEGIN SOLUTION
        self.network = nn.Sequential(
            VGGBlock(1, 8, num_convs=1),  # (N, 8, 14, 14)
            ResidualBlock(8, 16, stride=2),  # (N, 16, 7, 7)
            nn.Flatten(),  # (N, 784)
            nn.Linear(16 * 7 * 7, 10),  # (N, 10)
        )
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        ### BEGIN SOLUTION
        return self.network(x)
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
        logits = self(x)  # (N, 10)
        self.log("val_loss", F.cross_entropy(logits, y), prog_bar=True)
        self.log("val_acc", (logits.argmax(dim=1) == y).float().mean(), prog_bar=True)
        ### END SOLUTION

    def configure_optimizers(self) -> torch.optim.Optimizer:
        ### BEGIN SOLUTION
        return torch.optim.Adam(self.parameters(), lr=self.hparams["learning_rate"])
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "digit_classifier", "locked": true, "points": 20, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("architectures", task="digit_classifier", namespace=globals())

# %% [markdown]
# ## 6. Reading handwritten digits
#
# The course ships 12,000 digits of MNIST. Two passes over 9,000 of them, with a real `Trainer`:

# %%
if __name__ == "__main__":
    from torch.utils.data import DataLoader, TensorDataset

    def digits(images: np.ndarray, labels: np.ndarray) -> TensorDataset:
        x = (torch.from_numpy(images).float() / 255 - 0.1307) / 0.3081
        return TensorDataset(x[:, None], torch.from_numpy(labels).long())  # (N, 1, 28, 28), (N,)

    with np.load(course_root() / "data" / "mnist_subset.npz") as arrays:
        data = digits(arrays["train_images"], arrays["train_labels"])
        test = digits(arrays["test_images"], arrays["test_labels"])
    train, val = torch.utils.data.random_split(
        data, [9000, 1000], generator=torch.Generator().manual_seed(0)
    )

    pl.seed_everything(0)
    model = DigitClassifier(learning_rate=2e-3)
    trainer = pl.Trainer(max_epochs=2, accelerator="cpu", logger=False, enable_checkpointing=False)
    trainer.fit(
        model, DataLoader(train, batch_size=64, shuffle=True), DataLoader(val, batch_size=500)
    )
    images, labels = test.tensors
    with torch.no_grad():
        guess = model.eval()(images).argmax(dim=1)
    print(f"test accuracy {(guess == labels).float().mean():.1%}")

# %% [markdown]
# Expect about 96 % from some 12,000 parameters; softmax on raw pixels, with 7,850, stops near 90 %.
# Here is what the network still gets wrong.

# %%
if __name__ == "__main__":
    wrong = torch.nonzero(guess != labels).flatten()[:10]
    figure, axes = plt.subplots(2, 5, figsize=(9, 4.6))
    for i, ax in zip(wrong, axes.flat, strict=False):
        ax.imshow(images[i, 0], cmap="gray_r")
        ax.set_title(f"{labels[i]} taken for {guess[i]}", fontsize=9)
        ax.axis("off")
    plt.tight_layout()
    plt.show()

# %% [markdown]
# ## To go further
#
# - Replace the residual block by two plain convolutions with the same number of parameters. Does it
#   matter at this depth? And with eight blocks in a row?
# - Set the scale (`weight`) of each block's last batch normalisation to zero at the start. Every
#   block then begins as the identity. Train for one epoch and compare.
# - Build a small GoogLeNet from your `InceptionBlock` and see which branch's filters end up with
#   the largest weights.
