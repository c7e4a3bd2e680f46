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
# # Regularization: networks that learn, and that generalise
#
# Two things go wrong with deep networks. They do not learn, because signals die or explode on their
# way through the layers; or they learn too well, and know the training images by heart. This
# notebook builds the everyday cures for both: starting weights, leaky units and batch normalisation
# against the first; dropout, penalties, augmentation, early stopping and ensembles against the
# second. At the end they meet on a thousand handwritten digits, few enough to overfit badly.
#
# You need NumPy and nothing else. Notation, used everywhere below:
#
# | symbol | shape | meaning |
# |---|---|---|
# | `x` | `(N, D)` or `(N, C, H, W)` | a layer's input: `N` examples |
# | `dout` | shape of `out` | gradient of the loss with respect to the layer's output |
# | `cache` | yours to choose | what the forward pass hands to the backward pass |
# | `rng` | | a `numpy.random.Generator`: draw from it and from nothing else |
#
# Write each function where it says `YOUR CODE HERE` and run the cell below it: it checks your
# function on the spot and tells you what it found. `dlcourse check regularization` does the same
# for the whole file. No function may change the arrays that it is given; only `bn_param` of section
# 3 is there to be written into.

# %%
import numpy as np

if __name__ == "__main__":
    import matplotlib.pyplot as plt

    from graders.students.check import check_cell, course_root

# %% [markdown]
# ## 1. Where to start
#
# All weights zero is no start: the units of a layer compute the same, get the same gradient, and
# stay twins for ever. So weights are drawn at random, and the question is how large.
#
# A unit adds up `fan_in` products $w_k x_k$. For independent terms of mean zero variances add up,
# so that $\operatorname{Var}(\text{out}) = \text{fan\_in} \cdot \operatorname{Var}(w)
# \operatorname{Var}(x)$. If that factor is 2, ten layers multiply the variance by a thousand; if it
# is one half, they divide by it. To keep it at 1, let $\operatorname{Var}(w) = 1 / \text{fan\_in}$.
# The gradient on its way back asks the same with `fan_out`. Two recipes, both normal with mean 0:
#
# - **Xavier** (Glorot and Bengio, 2010) takes the compromise $\operatorname{Var}(w) =
#   2 / (\text{fan\_in} + \text{fan\_out})$, for units like tanh that are linear around 0;
# - **He** (He et al., 2015) knows that ReLU throws half of the signal away and doubles:
#   $\operatorname{Var}(w) = 2 / \text{fan\_in}$.
#
# *A worked number.* For 50 inputs and 150 outputs, Xavier has variance $2/200 = 0.01$ and standard
# deviation $0.1$; He has $2/50 = 0.04$ and $0.2$. NumPy's `rng.normal` takes the standard
# deviation.


# %% nbgrader={"grade": false, "grade_id": "initialization-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def xavier_init(fan_in: int, fan_out: int, rng: np.random.Generator) -> np.ndarray:
    """Normal weights (fan_in, fan_out) of variance 2 / (fan_in + fan_out), drawn from rng."""
    ### BEGIN SOLUTION
    return rng.normal(0.0, np.sqrt(2 / (fan_in + fan_out)), (fan_in, fan_out))
    ### END SOLUTION


def he_init(fan_in: int, fan_out: int, rng: np.random.Generator) -> np.ndarray:
    """Normal weights (fan_in, fan_out) of variance 2 / fan_in, drawn from rng."""
    ### BEGIN SOLUTION
    return rng.normal(0.0, np.sqrt(2 / fan_in), (fan_in, fan_out))
    ### END SOLUTION


# %%
if __name__ == "__main__":
    rng = np.random.default_rng(0)
    starts = {
        "normal, 0.01": lambda: rng.normal(0, 0.01, (200, 200)),
        "normal, 0.2": lambda: rng.normal(0, 0.2, (200, 200)),
        "Xavier": lambda: xavier_init(200, 200, rng),
        "He": lambda: he_init(200, 200, rng),
    }
    plt.figure(figsize=(6, 3))
    for name, draw in starts.items():
        h = rng.standard_normal((500, 200))
        spread = [h.std()]
        for _ in range(15):
            h = np.maximum(h @ draw(), 0)  # ReLU
            spread.append(h.std())
        plt.semilogy(spread, label=name)
    plt.xlabel("layer of 200 ReLU units")
    plt.ylabel("standard deviation")
    plt.legend()
    plt.grid(alpha=0.3)
    plt.show()

# %% nbgrader={"grade": true, "grade_id": "initialization", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("regularization", task="initialization", namespace=globals())

# %% [markdown]
# ## 2. A unit that cannot die
#
# A ReLU that is negative for every example has gradient zero for every example. It will never move
# again: it is dead. A **leaky** ReLU keeps a small slope on the negative side:
#
# $$\text{out} = \begin{cases} x & x > 0 \\ \text{slope} \cdot x & \text{otherwise} \end{cases}$$
#
# With slope 0.1 the row $(2, -3)$ becomes $(2, -0.3)$, and a gradient of $(1, 1)$ at the output
# becomes $(1, 0.1)$ at the input. Which side counts is the sign of the *input*.


# %% nbgrader={"grade": false, "grade_id": "leaky_relu-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def leaky_relu_forward(x: np.ndarray, slope: float = 0.01) -> tuple[np.ndarray, tuple]:
    """x where it is positive, slope * x elsewhere. Any shape. Returns (out, cache)."""
    ### BEGIN SOLUTION
    factor = np.where(x > 0, 1.0, slope)
    return factor * x, (factor,)
    ### END SOLUTION


def leaky_relu_backward(dout: np.ndarray, cache: tuple) -> np.ndarray:
    """Gradient with respect to x, of the shape of x."""
    ### BEGIN SOLUTION
    (factor,) = cache
    return factor * dout
    ### END SOLUTION


# %%
if __name__ == "__main__":
    out, cache = leaky_relu_forward(np.array([[2.0, -3.0]]), slope=0.1)
    print(out, leaky_relu_backward(np.ones((1, 2)), cache))
    # [[ 2.  -0.3]] [[1.  0.1]]

# %% nbgrader={"grade": true, "grade_id": "leaky_relu", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("regularization", task="leaky_relu", namespace=globals())

# %% [markdown]
# ## 3. Batch normalisation
#
# Rather than hope that a good start lasts, batch normalisation (Ioffe and Szegedy, 2015) restores
# mean 0 and variance 1 in every forward pass, feature by feature, over the batch:
#
# $$\mu_d = \frac{1}{N} \sum_n x_{nd}, \qquad
#   \sigma_d^2 = \frac{1}{N} \sum_n (x_{nd} - \mu_d)^2, \qquad
#   \hat{x}_{nd} = \frac{x_{nd} - \mu_d}{\sqrt{\sigma_d^2 + \epsilon}}, \qquad
#   \text{out}_{nd} = \gamma_d \hat{x}_{nd} + \beta_d$$
#
# $\gamma$ and $\beta$ are learnt: a network that wants another mean and scale can have them. The
# small $\epsilon$, inside the root, guards against a feature that is constant in a batch.
#
# *A worked column.* $x = (1, 3, 5)$ has mean 3 and variance $8/3$ (divided by $N = 3$, not by 2),
# so $\hat{x} = (-1.22, 0, 1.22)$; with $\gamma = 2$ and $\beta = 10$ the output is $(7.55, 10,
# 12.45)$.
#
# **At test time** there may be a single example, whose answer must not depend on who else is asked
# about. So training keeps running averages, and test mode normalises with those:
#
# $$\text{running} \leftarrow \text{momentum} \cdot \text{running}
#   + (1 - \text{momentum}) \cdot \text{batch}$$
#
# for the mean and for the variance (the same one, divided by $N$), stored back into `bn_param`. Test
# mode changes nothing in it. Momentum and $\epsilon$ are those of `bn_param`.


# %% nbgrader={"grade": false, "grade_id": "batchnorm_forward-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def batchnorm_forward(
    x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, bn_param: dict
) -> tuple[np.ndarray, tuple]:
    """Normalise each feature over the batch, then scale and shift.

    Args:
        x: (N, D).
        gamma: (D,) scales.
        beta: (D,) shifts.
        bn_param: "mode", "train" or "test"; "eps" (1e-5 if absent); "momentum" (0.9 if absent);
            "running_mean" and "running_var", (D,), 0 and 1 if absent. Training stores the new
            running values in it.

    Returns:
        out: (N, D).
        cache: whatever batchnorm_backward needs; that is asked for in training only.
    """
    ### BEGIN SOLUTION
    eps, momentum = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    running_mean = bn_param.get("running_mean", np.zeros(x.shape[1]))
    running_var = bn_param.get("running_var", np.ones(x.shape[1]))
    if bn_param["mode"] == "train":
        mean, var = x.mean(axis=0), x.var(axis=0)  # (D,) each
        bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean
        bn_param["running_var"] = momentum * running_var + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    std = np.sqrt(var + eps)
    normalised = (x - mean) / std  # (N, D)
    return gamma * normalised + beta, (normalised, gamma, std)
    ### END SOLUTION


# %%
if __name__ == "__main__":
    bn_param = {
        "mode": "train",
        "eps": 1e-5,
        "momentum": 0.9,
        "running_mean": np.zeros(1),
        "running_var": np.ones(1),
    }
    column = np.array([[1.0], [3.0], [5.0]])
    print(batchnorm_forward(column, np.array([2.0]), np.array([10.0]), bn_param)[0].ravel())
    print(bn_param["running_mean"], bn_param["running_var"])
    # [ 7.55 10.   12.45], and [0.3] [1.1667]

# %% nbgrader={"grade": true, "grade_id": "batchnorm_forward", "locked": true, "points": 16, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("regularization", task="batchnorm_forward", namespace=globals())

# %% [markdown]
# ### Backward
#
# $\gamma_d$ multiplies and $\beta_d$ is added in every row, so both collect over the batch:
#
# $$d\gamma_d = \sum_n \text{dout}_{nd} \, \hat{x}_{nd}, \qquad d\beta_d = \sum_n \text{dout}_{nd}$$
#
# For $x$ comes the lesson: an entry moves the output along *three* paths, directly, through the
# mean of its column and through its variance. Write $g = \gamma \cdot \text{dout}$ for the gradient
# at $\hat{x}$. Following all three paths with the chain rule (a page of algebra, worth doing once)
# gives
#
# $$dx_{nd} = \frac{1}{\sqrt{\sigma_d^2 + \epsilon}} \left( g_{nd} - \frac{1}{N} \sum_m g_{md}
#   - \hat{x}_{nd} \, \frac{1}{N} \sum_m g_{md} \, \hat{x}_{md} \right)$$
#
# It reads well: adding a constant to a column or stretching it has no effect on the output, so what
# the gradient says in those two directions is taken out. Each column of `dx` sums to zero.


# %% nbgrader={"grade": false, "grade_id": "batchnorm_backward-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def batchnorm_backward(dout: np.ndarray, cache: tuple) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gradients of batch normalisation in training.

    Args:
        dout: (N, D).
        cache: from batchnorm_forward in train mode.

    Returns:
        dx: (N, D).
        dgamma: (D,).
        dbeta: (D,).
    """
    ### BEGIN SOLUTION
    normalised, gamma, std = cache
    g = gamma * dout  # (N, D)
    dx = (g - g.mean(axis=0) - normalised * (g * normalised).mean(axis=0)) / std
    return dx, (dout * normalised).sum(axis=0), dout.sum(axis=0)
    ### END SOLUTION


# %%
if __name__ == "__main__":
    x = np.random.default_rng(0).standard_normal((4, 3))
    _, cache = batchnorm_forward(x, np.ones(3), np.zeros(3), {"mode": "train"})
    dx, dgamma, dbeta = batchnorm_backward(x**2, cache)
    print(np.abs(dx.sum(axis=0)).max() < 1e-12, dgamma.shape, dbeta.shape)
    # True (3,) (3,)

# %% nbgrader={"grade": true, "grade_id": "batchnorm_backward", "locked": true, "points": 12, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("regularization", task="batchnorm_backward", namespace=globals())

# %% [markdown]
# ### For images
#
# A convolution treats all places of a channel alike, and normalising should do the same: one mean
# and one variance for each *channel*, over all images and all places. `gamma`, `beta` and the
# running values are `(C,)`.
#
# There is nothing new to derive. Bring the channels to the last axis, `(N, H, W, C)`, take each
# place of each image for an example, `(N * H * W, C)`, call the functions above, and go back. Mind
# that `reshape` alone does not move axes: `x.reshape(-1, C)` on `(N, C, H, W)` mixes the channels
# up.


# %% nbgrader={"grade": false, "grade_id": "spatial_batchnorm-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def spatial_batchnorm_forward(
    x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, bn_param: dict
) -> tuple[np.ndarray, tuple]:
    """Normalise each channel over images and places; (N, C, H, W), else as batchnorm_forward."""
    ### BEGIN SOLUTION
    rows = x.transpose(0, 2, 3, 1)  # (N, H, W, C)
    out, cache = batchnorm_forward(rows.reshape(-1, x.shape[1]), gamma, beta, bn_param)
    return out.reshape(rows.shape).transpose(0, 3, 1, 2), cache
    ### END SOLUTION


def spatial_batchnorm_backward(
    dout: np.ndarray, cache: tuple
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gradients: dx (N, C, H, W), dgamma (C,), dbeta (C,)."""
    ### BEGIN SOLUTION
    rows = dout.transpose(0, 2, 3, 1)  # (N, H, W, C)
    dx, dgamma, dbeta = batchnorm_backward(rows.reshape(-1, dout.shape[1]), cache)
    return dx.reshape(rows.shape).transpose(0, 3, 1, 2), dgamma, dbeta
    ### END SOLUTION


# %%
if __name__ == "__main__":
    images = np.random.default_rng(0).normal([[[5.0]], [[-3.0]]], 2.0, (8, 2, 4, 4))
    out, _ = spatial_batchnorm_forward(images, np.ones(2), np.zeros(2), {"mode": "train"})
    print(images.mean(axis=(0, 2, 3)).round(1), abs(out.mean(axis=(0, 2, 3))).round(6))
    # about [5 -3] before, [0. 0.] after

# %% nbgrader={"grade": true, "grade_id": "spatial_batchnorm", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("regularization", task="spatial_batchnorm", namespace=globals())

# %% [markdown]
# ## 4. Dropout
#
# Switch off each unit with probability $p$, anew for every example and every step. No unit can rely
# on a certain other one being there, and what is trained is in effect a large family of thinned
# networks that share weights (Srivastava et al., 2014). At test time all units are on.
#
# Then a unit's expected input at test time would be $1/(1-p)$ times what it was in training.
# **Inverted dropout** settles that during training: what survives is divided by $1 - p$, so the
# mean stays, and test mode does nothing at all.
#
# *A worked row.* With $p = 0.75$ the row $(4, 8, 2, 6)$ may become $(0, 0, 8, 0)$: three of four
# dropped on average, and the survivor times 4. Here `p` is the probability of *dropping*; some
# papers write $p$ for keeping. Each entry is drawn on its own.
#
# Backward, the same mask with the same factor applies to the gradient, once.


# %% nbgrader={"grade": false, "grade_id": "dropout-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def dropout_forward(x: np.ndarray, dropout_param: dict) -> tuple[np.ndarray, tuple]:
    """Inverted dropout, on an array of any shape.

    Args:
        x: any shape.
        dropout_param: "p", the probability of dropping an entry, from 0 to below 1; "mode",
            "train" or "test"; and maybe "seed", an integer. The same seed gives the same mask at
            every call; without one, every call draws a new mask.

    Returns:
        out: the shape of x. In test mode, x as it is.
        cache: whatever dropout_backward needs.
    """
    ### BEGIN SOLUTION
    factor = np.ones(x.shape)
    if dropout_param["mode"] == "train":
        rng = np.random.default_rng(dropout_param.get("seed"))
        p = dropout_param["p"]
        factor = (rng.random(x.shape) >= p) / (1 - p)
    return factor * x, (factor,)
    ### END SOLUTION


def dropout_backward(dout: np.ndarray, cache: tuple) -> np.ndarray:
    """Gradient with respect to x, of the shape of x, in either mode."""
    ### BEGIN SOLUTION
    (factor,) = cache
    return factor * dout
    ### END SOLUTION


# %%
if __name__ == "__main__":
    ones = np.ones((300, 300))
    for p in (0.0, 0.3, 0.75):
        out, _ = dropout_forward(ones, {"p": p, "mode": "train", "seed": 0})
        print(f"p = {p}: {np.mean(out == 0):.0%} dropped, the mean is {out.mean():.2f}")
    # about p dropped each time, and a mean of about 1

# %% nbgrader={"grade": true, "grade_id": "dropout", "locked": true, "points": 14, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("regularization", task="dropout", namespace=globals())

# %% [markdown]
# ## 5. Penalties
#
# Large weights make a function that turns sharply between training examples. So let weights cost:
#
# $$\text{L1}: \; \lambda \sum |w| \qquad\qquad \text{L2}: \; \lambda \sum w^2$$
#
# L2 pulls a weight toward zero in proportion to its size, and so hardly minds small ones. L1 pulls
# with the same force $\lambda$ whatever the size, which brings weights to zero and holds them
# there. At exactly 0, where $|w|$ has no slope, use 0. With $w = (3, -2)$ and $\lambda = 0.1$, L1
# costs $0.5$ with gradient $(0.1, -0.1)$, and L2 costs $1.3$ with gradient $(0.6, -0.4)$.


# %% nbgrader={"grade": false, "grade_id": "penalties-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def l1_penalty(w: np.ndarray, lam: float) -> tuple[float, np.ndarray]:
    """lam * sum(|w|) and its gradient, of the shape of w; 0 where a weight is 0."""
    ### BEGIN SOLUTION
    return lam * float(np.abs(w).sum()), lam * np.sign(w)
    ### END SOLUTION


def l2_penalty(w: np.ndarray, lam: float) -> tuple[float, np.ndarray]:
    """lam * sum(w * w), without a factor 1/2, and its gradient, of the shape of w."""
    ### BEGIN SOLUTION
    return lam * float((w * w).sum()), 2 * lam * w
    ### END SOLUTION


# %%
if __name__ == "__main__":
    print(l1_penalty(np.array([3.0, -2.0]), 0.1), l2_penalty(np.array([3.0, -2.0]), 0.1))

# %% nbgrader={"grade": true, "grade_id": "penalties", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("regularization", task="penalties", namespace=globals())

# %% [markdown]
# ## 6. Augmentation
#
# The best regulariser is more data, and the next best is more data of your own making: a cat seen
# in a mirror is a cat, and so is a cat two pixels further left. Augmentation changes the training
# images at random, in ways that keep their label, anew in every epoch. Images for validation and
# test stay as they are.
#
# - **Flip**: each image, with probability $p$, left to right, all its channels together. (Not for
#   digits and letters: think of 2 and S.)
# - **Crop**: surround each image by `pad` zeros on all sides and cut a piece of the old size out of
#   it. Its upper left corner lies `0` to `2 * pad` pixels down and as many across; all
#   $(2 \cdot \text{pad} + 1)^2$ places are equally likely. The middle one gives back the image.
#
# Every image gets a draw of its own. Mind that `rng.integers(0, n)` leaves out `n` itself.


# %% nbgrader={"grade": false, "grade_id": "random_flip-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def random_flip(images: np.ndarray, rng: np.random.Generator, p: float = 0.5) -> np.ndarray:
    """Flip images from left to right, each with probability p: (N, C, H, W) -> (N, C, H, W)."""
    ### BEGIN SOLUTION
    flipped = rng.random(len(images)) < p  # (N,)
    return np.where(flipped[:, None, None, None], images[..., ::-1], images)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "random_flip", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("regularization", task="random_flip", namespace=globals())


# %% nbgrader={"grade": false, "grade_id": "random_crop-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def random_crop(images: np.ndarray, rng: np.random.Generator, pad: int) -> np.ndarray:
    """Shift images by up to pad pixels each way: (N, C, H, W) -> (N, C, H, W).

    Args:
        images: (N, C, H, W).
        rng: where to draw from; each image's place is drawn on its own.
        pad: zeros on each of the four sides before the piece is cut out.
    """
    ### BEGIN SOLUTION
    height, width = images.shape[2:]
    padded = np.pad(images, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = np.empty_like(images)
    corners = rng.integers(0, 2 * pad + 1, (len(images), 2))  # the upper end is left out
    for n, (top, left) in enumerate(corners):
        out[n] = padded[n, :, top : top + height, left : left + width]
    return out
    ### END SOLUTION


# %%
if __name__ == "__main__":
    with np.load(course_root() / "data" / "mnist_subset.npz") as digits:
        digit = digits["train_images"][:1, None] / 255.0  # (1, 1, 28, 28)
    shifted = random_crop(np.repeat(digit, 8, axis=0), np.random.default_rng(0), pad=4)
    figure, axes = plt.subplots(1, 8, figsize=(10, 1.5))
    for image, ax in zip(shifted, axes, strict=True):
        ax.imshow(image[0], cmap="gray")
        ax.axis("off")
    plt.show()

# %% nbgrader={"grade": true, "grade_id": "random_crop", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("regularization", task="random_crop", namespace=globals())

# %% [markdown]
# ## 7. When to stop
#
# The training loss falls for ever; the validation loss turns around where learning becomes learning
# by heart. Early stopping watches it, and gives up once `patience` epochs in a row have brought no
# loss that is *strictly* below the best so far. The answer is the epoch of that best, whose weights
# one keeps.
#
# | epoch | 0 | 1 | 2 | 3 | 4 |
# |---|---|---|---|---|---|
# | loss | 3.0 | 2.0 | 2.5 | 2.0 | 1.0 |
# | epochs without progress | 0 | 0 | 1 | 2 | |
#
# With patience 2 training stops after epoch 3, and the best epoch is 1. The 1.0 of epoch 4 has
# never been seen. A loss that is not a number is no progress either: comparisons with `nan` are
# false.


# %% nbgrader={"grade": false, "grade_id": "early_stopping-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def early_stopping_epoch(val_losses: list[float], patience: int) -> int:
    """The best epoch at the time when training stops.

    Args:
        val_losses: one loss an epoch, the first of which is a number.
        patience: epochs in a row without progress after which training stops, 1 or more.

    Returns:
        Index of the best epoch, counted from 0; of equal ones, the first.

    Raises:
        ValueError: there are no losses.
    """
    ### BEGIN SOLUTION
    if len(val_losses) == 0:
        raise ValueError("there is no epoch to choose from")
    best = 0
    for epoch, loss in enumerate(val_losses):
        if loss < val_losses[best]:
            best = epoch
        elif epoch >= best + patience:
            break
    return best
    ### END SOLUTION


# %%
if __name__ == "__main__":
    losses = [3.0, 2.0, 2.5, 2.0, 1.0]
    print(early_stopping_epoch(losses, patience=2), early_stopping_epoch(losses, patience=3))
    # 1 4

# %% nbgrader={"grade": true, "grade_id": "early_stopping", "locked": true, "points": 7, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("regularization", task="early_stopping", namespace=globals())

# %% [markdown]
# ## 8. Ensembles
#
# Networks from different starts make different mistakes. Average their *probabilities* (not their
# votes: a hesitant model should count for less) and the mistakes partly cancel. It is the surest
# way to a few tenths of a per cent, and costs as many times the work as there are members.


# %% nbgrader={"grade": false, "grade_id": "ensemble_average-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def ensemble_average(probs: np.ndarray) -> np.ndarray:
    """Mean probabilities of M models: (M, N, C) -> (N, C)."""
    ### BEGIN SOLUTION
    return probs.mean(axis=0)
    ### END SOLUTION


# %%
if __name__ == "__main__":
    print(ensemble_average(np.array([[[0.9, 0.1]], [[0.4, 0.6]], [[0.4, 0.6]]])))
    # [[0.567 0.433]]: two of three vote for the second class, and the first one wins

# %% nbgrader={"grade": true, "grade_id": "ensemble_average", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("regularization", task="ensemble_average", namespace=globals())

# %% [markdown]
# ## 9. A thousand digits
#
# A network of two hidden layers of 100 units has some 90,000 weights, and we give it 1,000 images:
# it can learn them by heart, and plain training does. Then the same network, same steps, with your
# batch normalisation, dropout and random crops; and at last three such networks together.

# %%
if __name__ == "__main__":
    with np.load(course_root() / "data" / "mnist_subset.npz") as digits:
        X_train = digits["train_images"][:1000, None] / 255.0  # (1000, 1, 28, 28)
        y_train = digits["train_labels"][:1000].astype(int)
        X_val = digits["train_images"][1000:3000, None] / 255.0
        y_val = digits["train_labels"][1000:3000].astype(int)
        X_test = digits["test_images"][:, None] / 255.0
        y_test = digits["test_labels"].astype(int)

    SIZES = [784, 100, 100, 10]

    def probabilities(scores):
        odds = np.exp(scores - scores.max(axis=1, keepdims=True))
        return odds / odds.sum(axis=1, keepdims=True)

    class Network:
        """Affine, batch normalisation, leaky ReLU, dropout, twice; then scores."""

        def __init__(self, seed, p=0.0, normalise=False):
            self.rng = np.random.default_rng(seed)
            self.p, self.normalise = p, normalise
            self.params, self.bn = {}, [{}, {}]
            for k in range(3):
                fan_in, fan_out = SIZES[k], SIZES[k + 1]
                self.params[f"W{k}"] = he_init(fan_in, fan_out, self.rng)
                self.params[f"b{k}"] = np.zeros(fan_out)
                if normalise and k < 2:
                    self.params[f"g{k}"] = np.ones(fan_out)

        def run(self, images, mode):
            """Scores, and a function from their gradient to those of the parameters."""
            h, caches = images.reshape(len(images), -1), []
            for k in (0, 1):
                inputs = h
                h = h @ self.params[f"W{k}"]
                bn = None
                if self.normalise:
                    self.bn[k]["mode"] = mode
                    gamma, beta = self.params[f"g{k}"], self.params[f"b{k}"]
                    h, bn = batchnorm_forward(h, gamma, beta, self.bn[k])
                else:
                    h = h + self.params[f"b{k}"]
                h, relu = leaky_relu_forward(h)
                seed = int(self.rng.integers(2**31))
                h, drop = dropout_forward(h, {"p": self.p, "mode": mode, "seed": seed})
                caches.append((inputs, bn, relu, drop))

            def backward(dscores):
                grads = {"W2": h.T @ dscores, "b2": dscores.sum(axis=0)}
                d = dscores @ self.params["W2"].T
                for k in (1, 0):
                    inputs, bn, relu, drop = caches[k]
                    d = leaky_relu_backward(dropout_backward(d, drop), relu)
                    grads[f"b{k}"] = d.sum(axis=0)
                    if self.normalise:
                        d, grads[f"g{k}"], grads[f"b{k}"] = batchnorm_backward(d, bn)
                    grads[f"W{k}"] = inputs.T @ d
                    d = d @ self.params[f"W{k}"].T
                return grads

            return h @ self.params["W2"] + self.params["b2"], backward

    def train(network, pad=0, epochs=30):
        """Momentum descent; the validation loss after each epoch."""
        velocity = {name: np.zeros_like(value) for name, value in network.params.items()}
        history = []
        for _ in range(epochs):
            order = network.rng.permutation(len(X_train))
            for batch in np.split(order, 20):
                scores, backward = network.run(
                    random_crop(X_train[batch], network.rng, pad), "train"
                )
                dscores = probabilities(scores)
                dscores[np.arange(len(batch)), y_train[batch]] -= 1
                for name, gradient in backward(dscores / len(batch)).items():
                    velocity[name] = 0.9 * velocity[name] - 0.03 * gradient
                    network.params[name] += velocity[name]
            probs = probabilities(network.run(X_val, "test")[0])
            history.append(float(-np.log(probs[np.arange(len(y_val)), y_val] + 1e-12).mean()))
        return history

    def accuracy(probs, y):
        return np.mean(probs.argmax(axis=1) == y)

    plain = Network(seed=0)
    cured = [Network(seed=s, p=0.2, normalise=True) for s in (1, 2, 3)]
    plain_history = train(plain)
    cured_histories = [train(network, pad=2) for network in cured]

    answers = [probabilities(n.run(X_test, "test")[0]) for n in (plain, *cured)]
    by_heart = probabilities(plain.run(X_train, "test")[0])
    print(f"plain: {accuracy(by_heart, y_train):.1%} of the training images")
    print(f"plain: {accuracy(answers[0], y_test):.1%} of the test images")
    for k in (1, 2, 3):
        print(f"regularised, network {k}: {accuracy(answers[k], y_test):.1%}")
    together = ensemble_average(np.array(answers[1:]))
    print(f"the three together: {accuracy(together, y_test):.1%}")

# %% [markdown]
# Expect about 89.5 % on the test images from the plain network, which gets every training image
# right, some 94 % from each regularised one and 95 % from three of them together: half of the
# mistakes are gone, without a single new image. The cell takes some ten seconds.

# %%
if __name__ == "__main__":
    plt.figure(figsize=(6, 3))
    plt.plot(plain_history, label="plain")
    plt.plot(cured_histories[0], label="batch normalisation, dropout, crops")
    for history in (plain_history, cured_histories[0]):
        best = early_stopping_epoch(history, patience=5)
        plt.plot(best, history[best], "o", color="black")
    plt.xlabel("epoch (dots: where early stopping with patience 5 would choose)")
    plt.ylabel("validation loss")
    plt.ylim(0, 1)
    plt.legend()
    plt.grid(alpha=0.3)
    plt.show()

# %% [markdown]
# ## To go further
#
# - Switch the cures on one at a time. Which one alone does most for the test accuracy?
# - Add `l2_penalty` to the gradients of the plain network. Which `lam` helps, and how do the
#   weights change? What does `l1_penalty` do to the weights of pixels at the border?
# - Train on digits with `random_flip`. Which digits suffer?
