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
# # Optimizers: how to walk downhill
#
# A gradient says which way is up from where you stand. Everything else about training is in how
# you use it: how far to step, what to remember of earlier steps, and whether every weight takes a
# step of the same size. In this notebook you write the six rules that nearly all networks are
# trained with, and race them, first on a bowl and then on handwritten digits.
#
# Every rule has the same form:
#
# ```python
# next_w, config = rule(w, dw, config)
# ```
#
# - `w` and `dw` are arrays of the same shape, any shape: the weights and the gradient of the loss
#   there. **Do not change them**; return a new array.
# - `config` is a dictionary. It holds the settings, like `learning_rate`, and what the rule
#   remembers from one step to the next, like `velocity`. In the first step the memory is not there
#   yet, and `config` itself may be `None`: then every setting has its default. You may change this
#   dictionary, and you must return it, so that the next step finds what this one remembered.
#
# `config.setdefault("learning_rate", 1e-2)` puts a default where a key is missing and returns the
# value that is there: all you need for both.
#
# Mind that `def rule(w, dw, config={})` makes one dictionary when the function is defined, and hands
# out this same one in every call: a second run would go on with the first one's memory. That is why
# the default is `None`, and an empty dictionary is made inside.

# %%
import numpy as np

if __name__ == "__main__":
    import matplotlib.pyplot as plt

    from graders.students.check import check_cell, course_root

# %% [markdown]
# ## 1. Gradient descent
#
# The gradient $g$ points uphill; step the other way, by $\eta$ times its length:
#
# $$w \leftarrow w - \eta\, g$$
#
# *A worked step.* $w = 1$, $g = 4$, $\eta = 0.1$: the new weight is $1 - 0.4 = 0.6$.
#
# When $g$ comes from a few examples drawn at random, the rule is called *stochastic* gradient
# descent, and nothing in it changes.


# %% nbgrader={"grade": false, "grade_id": "sgd-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def sgd(w: np.ndarray, dw: np.ndarray, config: dict | None = None) -> tuple[np.ndarray, dict]:
    """One step of gradient descent.

    Args:
        w: weights, any shape.
        dw: gradient of the loss at w, the same shape.
        config: ``learning_rate`` (default 1e-2).

    Returns:
        next_w: a new array.
        config: for the next step.
    """
    ### BEGIN SOLUTION
    config = {} if config is None else config
    return w - config.setdefault("learning_rate", 1e-2) * dw, config
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "sgd", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("optimizers", task="sgd", namespace=globals())

# %% [markdown]
# ## 2. Momentum
#
# In a long narrow valley the gradient points mostly across, hardly along. Descent zigzags between
# the walls. A ball would not: what pushes it across changes sign at every turn and cancels, what
# pushes it along adds up. Keep a velocity $v$ that forgets slowly and is pushed by each gradient:
#
# $$v \leftarrow \mu v - \eta\, g, \qquad w \leftarrow w + v$$
#
# *Three worked steps* with $g = 1$ throughout, $\eta = 0.1$, $\mu = 0.9$: the velocity is $-0.1$,
# then $-0.19$, then $-0.271$. It approaches $-\eta / (1 - \mu) = -1$: with $\mu = 0.9$ momentum
# multiplies a steady push by ten.


# %% nbgrader={"grade": false, "grade_id": "sgd_momentum-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def sgd_momentum(
    w: np.ndarray, dw: np.ndarray, config: dict | None = None
) -> tuple[np.ndarray, dict]:
    """One step of descent with momentum.

    Args:
        w: weights, any shape.
        dw: gradient of the loss at w, the same shape.
        config: ``learning_rate`` (default 1e-2), ``momentum`` (default 0.9) and ``velocity``
            (zeros in the first step).

    Returns:
        next_w: a new array.
        config: for the next step, with the new ``velocity``.
    """
    ### BEGIN SOLUTION
    config = {} if config is None else config
    learning_rate = config.setdefault("learning_rate", 1e-2)
    momentum = config.setdefault("momentum", 0.9)
    config["velocity"] = momentum * config.get("velocity", 0.0) - learning_rate * dw
    return w + config["velocity"], config
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "sgd_momentum", "locked": true, "points": 14, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("optimizers", task="sgd_momentum", namespace=globals())

# %% [markdown]
# ## 3. Nesterov's momentum
#
# Momentum is going to carry the weights by $\mu v$ whatever the gradient says. So why ask for the
# gradient here, where we are about to leave, and not there, where we are about to be? Nesterov's
# rule looks ahead: it takes the gradient at $w + \mu v$. A ball that sees the slope ahead brakes
# before it overshoots.
#
# Written like that, the rule would have to call the loss at another point. There is a form that
# does not: let $w$ itself stand for the looked-ahead point. Working out what it does in one step
# (try it, it is four lines) gives
#
# $$v_{\text{prev}} = v, \qquad v \leftarrow \mu v - \eta\, g, \qquad
#   w \leftarrow w - \mu\, v_{\text{prev}} + (1 + \mu)\, v$$
#
# In the first step, from rest, this moves by $-(1 + \mu)\,\eta\, g$. Mind that $v_{\text{prev}}$
# is the velocity *before* the update.


# %% nbgrader={"grade": false, "grade_id": "nesterov_momentum-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def nesterov_momentum(
    w: np.ndarray, dw: np.ndarray, config: dict | None = None
) -> tuple[np.ndarray, dict]:
    """One step of descent with Nesterov's momentum, in the form without a look-ahead call.

    Args:
        w: weights (the looked-ahead point), any shape.
        dw: gradient of the loss at w, the same shape.
        config: ``learning_rate`` (default 1e-2), ``momentum`` (default 0.9) and ``velocity``
            (zeros in the first step).

    Returns:
        next_w: a new array.
        config: for the next step, with the new ``velocity``.
    """
    ### BEGIN SOLUTION
    config = {} if config is None else config
    learning_rate = config.setdefault("learning_rate", 1e-2)
    momentum = config.setdefault("momentum", 0.9)
    previous = config.get("velocity", 0.0)
    config["velocity"] = momentum * previous - learning_rate * dw
    return w - momentum * previous + (1 + momentum) * config["velocity"], config
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "nesterov_momentum", "locked": true, "points": 14, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("optimizers", task="nesterov_momentum", namespace=globals())

# %% [markdown]
# ## 4. AdaGrad: a learning rate for every weight
#
# One learning rate for all weights is a compromise: too large for those with large gradients, too
# small for those whose gradient is rare or faint. AdaGrad divides every weight's step by the size
# of all the gradients that this weight has seen:
#
# $$G \leftarrow G + g^2, \qquad w \leftarrow w - \eta\, \frac{g}{\sqrt{G} + \varepsilon}$$
#
# All operations are element by element. $\varepsilon$ only keeps a weight whose gradient was always
# 0 from dividing 0 by 0; note that it stands **outside** the square root.
#
# *Worked.* From rest, the first step is $\eta$ times the sign of $g$, whatever the size of $g$. With
# $g = 1$ throughout, step $t$ has the length $\eta / \sqrt{t}$. That is AdaGrad's weakness: $G$
# only grows, so the steps die out, also where there is still far to go.


# %% nbgrader={"grade": false, "grade_id": "adagrad-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def adagrad(w: np.ndarray, dw: np.ndarray, config: dict | None = None) -> tuple[np.ndarray, dict]:
    """One step of AdaGrad (Duchi, Hazan and Singer, 2011).

    Args:
        w: weights, any shape.
        dw: gradient of the loss at w, the same shape.
        config: ``learning_rate`` (default 1e-2), ``epsilon`` (default 1e-8) and ``cache``, the
            sum of squared gradients (zeros in the first step).

    Returns:
        next_w: a new array.
        config: for the next step, with the new ``cache``.
    """
    ### BEGIN SOLUTION
    config = {} if config is None else config
    learning_rate = config.setdefault("learning_rate", 1e-2)
    epsilon = config.setdefault("epsilon", 1e-8)
    config["cache"] = config.get("cache", 0.0) + dw**2
    return w - learning_rate * dw / (np.sqrt(config["cache"]) + epsilon), config
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "adagrad", "locked": true, "points": 14, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("optimizers", task="adagrad", namespace=globals())

# %% [markdown]
# ## 5. RMSprop: forget what is long past
#
# The cure is to forget. Replace the sum by an average in which older gradients count less and less:
#
# $$G \leftarrow \rho\, G + (1 - \rho)\, g^2, \qquad
#   w \leftarrow w - \eta\, \frac{g}{\sqrt{G} + \varepsilon}$$
#
# With $\rho = 0.99$ about the last hundred gradients count, and $\sqrt{G}$ is their typical size.
#
# *Worked.* The first step: $G = 0.01\, g^2$, so the step is $\eta / 0.1 = 10\,\eta$. The average
# starts at 0 and is too small at first, so that first steps are too long. Adam will mend it.


# %% nbgrader={"grade": false, "grade_id": "rmsprop-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def rmsprop(w: np.ndarray, dw: np.ndarray, config: dict | None = None) -> tuple[np.ndarray, dict]:
    """One step of RMSprop (Hinton's lectures, 2012).

    Args:
        w: weights, any shape.
        dw: gradient of the loss at w, the same shape.
        config: ``learning_rate`` (default 1e-2), ``decay_rate`` (default 0.99), ``epsilon``
            (default 1e-8) and ``cache``, the running mean of squared gradients (zeros in the
            first step).

    Returns:
        next_w: a new array.
        config: for the next step, with the new ``cache``.
    """
    ### BEGIN SOLUTION
    config = {} if config is None else config
    learning_rate = config.setdefault("learning_rate", 1e-2)
    decay_rate = config.setdefault("decay_rate", 0.99)
    epsilon = config.setdefault("epsilon", 1e-8)
    config["cache"] = decay_rate * config.get("cache", 0.0) + (1 - decay_rate) * dw**2
    return w - learning_rate * dw / (np.sqrt(config["cache"]) + epsilon), config
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "rmsprop", "locked": true, "points": 14, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("optimizers", task="rmsprop", namespace=globals())

# %% [markdown]
# ## 6. Adam: both at once
#
# Adam smooths the gradient as momentum does, and divides by its typical size as RMSprop does. Both
# averages start at 0 and are too small at first, by exactly the factor $1 - \beta^t$ after $t$
# steps, so Adam divides it out:
#
# $$\begin{aligned}
# t &\leftarrow t + 1 \\
# m &\leftarrow \beta_1 m + (1 - \beta_1)\, g, & \hat m &= m / (1 - \beta_1^t) \\
# v &\leftarrow \beta_2 v + (1 - \beta_2)\, g^2, & \hat v &= v / (1 - \beta_2^t) \\
# w &\leftarrow w - \eta\, \hat m / (\sqrt{\hat v} + \varepsilon)
# \end{aligned}$$
#
# The corrected $\hat m$ and $\hat v$ are used for this step only: what is remembered are $m$ and $v$
# themselves. And $t$ is raised *before* it is used; with $t = 0$ you would divide by 0.
#
# $\varepsilon$ is added to the root of the **corrected** $\hat v$. Kingma and Ba's paper mentions a
# shorter form that gathers both corrections in the learning rate,
# $\eta \sqrt{1 - \beta_2^t} / (1 - \beta_1^t)$, and adds $\varepsilon$ to $\sqrt v$ itself. That is
# another $\varepsilon$, in the first step some thirty times as large: the form above is asked for.
#
# *Worked.* In the first step $\hat m = g$ and $\hat v = g^2$ exactly, so the step is $\eta$ times
# the sign of $g$. With a steady gradient it stays $\eta$: the default $\eta$ of $10^{-3}$ is how far
# a weight moves in one step.


# %% nbgrader={"grade": false, "grade_id": "adam-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def adam(w: np.ndarray, dw: np.ndarray, config: dict | None = None) -> tuple[np.ndarray, dict]:
    """One step of Adam (Kingma and Ba, 2015, algorithm 1).

    Args:
        w: weights, any shape.
        dw: gradient of the loss at w, the same shape.
        config: ``learning_rate`` (default 1e-3), ``beta1`` (0.9), ``beta2`` (0.999), ``epsilon``
            (1e-8), ``m`` and ``v`` (zeros in the first step), and ``t``, the number of steps
            taken so far (0 before the first).

    Returns:
        next_w: a new array.
        config: for the next step, with the new ``m``, ``v`` and ``t``.
    """
    ### BEGIN SOLUTION
    config = {} if config is None else config
    learning_rate = config.setdefault("learning_rate", 1e-3)
    beta1 = config.setdefault("beta1", 0.9)
    beta2 = config.setdefault("beta2", 0.999)
    epsilon = config.setdefault("epsilon", 1e-8)
    config["t"] = config.get("t", 0) + 1
    config["m"] = beta1 * config.get("m", 0.0) + (1 - beta1) * dw
    config["v"] = beta2 * config.get("v", 0.0) + (1 - beta2) * dw**2
    m_hat = config["m"] / (1 - beta1 ** config["t"])
    v_hat = config["v"] / (1 - beta2 ** config["t"])
    return w - learning_rate * m_hat / (np.sqrt(v_hat) + epsilon), config
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "adam", "locked": true, "points": 18, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("optimizers", task="adam", namespace=globals())

# %% [markdown]
# ### A race down a bowl
#
# The loss $\tfrac12 (x^2 + 30\, y^2)$ is thirty times as steep across as along. All start at the
# same place; each learning rate was chosen so that the rule does well.

# %%
if __name__ == "__main__":
    curvature = np.array([1.0, 30.0])
    racers = {
        "sgd": (sgd, {"learning_rate": 0.06}),
        "momentum": (sgd_momentum, {"learning_rate": 0.02}),
        "nesterov": (nesterov_momentum, {"learning_rate": 0.02}),
        "adagrad": (adagrad, {"learning_rate": 0.8}),
        "rmsprop": (rmsprop, {"learning_rate": 0.05}),
        "adam": (adam, {"learning_rate": 0.3}),
    }
    figure, axes = plt.subplots(2, 3, figsize=(11, 5), sharex=True, sharey=True)
    x, y = np.meshgrid(np.linspace(-5.5, 2.5, 100), np.linspace(-1.6, 1.6, 100))
    for (name, (rule, settings)), ax in zip(racers.items(), axes.flat, strict=True):
        w, config = np.array([-5.0, 1.0]), dict(settings)
        path = [w]
        for _ in range(40):
            w, config = rule(w, curvature * w, config)
            path.append(w)
        ax.contour(x, y, (x**2 + 30 * y**2) / 2, levels=12, colors="lightgray")
        ax.plot(*np.array(path).T, marker=".", markersize=4, linewidth=1)
        ax.plot(0, 0, "k+")
        ax.set_title(f"{name}: loss {(curvature * w**2).sum() / 2:.3f} after 40 steps", fontsize=9)
    plt.tight_layout()
    plt.show()

# %% [markdown]
# Look at the shapes: descent zigzags, momentum overshoots and swings back, Nesterov swings less, and
# the last three cut across the level lines, because they rescale the two directions.

# %% [markdown]
# ## 7. Mini-batches
#
# One pass over the data, an *epoch*, visits every example once, in random order, some at a time. Hand
# back a list of index arrays, which together hold each of `0 … num_examples - 1` exactly once. The
# last batch is shorter where the numbers do not divide; it is not dropped.
#
# *Worked.* 10 examples in batches of 4 are batches of 4, 4 and 2.


# %% nbgrader={"grade": false, "grade_id": "minibatches-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def minibatches(num_examples: int, batch_size: int, seed: int) -> list[np.ndarray]:
    """Split a shuffled pass over the data into batches of indices.

    Args:
        num_examples: N.
        batch_size: size of every batch but the last, which may be shorter.
        seed: the same seed gives the same order, another seed another order.

    Returns:
        A list of integer arrays that together hold each index below N once.
    """
    ### BEGIN SOLUTION
    order = np.random.default_rng(seed).permutation(num_examples)
    return [order[start : start + batch_size] for start in range(0, num_examples, batch_size)]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "minibatches", "locked": true, "points": 12, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("optimizers", task="minibatches", namespace=globals())

# %% [markdown]
# ## 8. A step for a penalty with a corner
#
# The L1 penalty $\lambda \sum |w|$ wants weights to be exactly zero, and gradient steps never get
# there: the slope is $\pm\lambda$ on both sides of 0, so they jump back and forth across it. The
# *proximal* step finds the minimum of penalty plus squared distance in one go:
#
# $$\arg\min_u \; \eta\lambda |u| + \tfrac12 (u - w)^2
#   = \operatorname{sign}(w)\, \max(|w| - \eta\lambda,\, 0)$$
#
# Every weight moves towards 0 by $\eta\lambda$, and stops there if it arrives. *Worked*, with
# $\eta = 0.5$ and $\lambda = 0.4$: $1$ becomes $0.8$, $-1$ becomes $-0.8$, and $0.1$ becomes $0$.
#
# Used after each step of `sgd`, it trains sparse models.


# %% nbgrader={"grade": false, "grade_id": "proximal_l1-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def proximal_l1(w: np.ndarray, learning_rate: float, lam: float) -> np.ndarray:
    """Move every weight towards 0 by ``learning_rate * lam``, and not past it.

    Args:
        w: weights, any shape.
        learning_rate: that of the gradient step before.
        lam: strength of the L1 penalty.

    Returns:
        A new array of the shape of w, with exact zeros.
    """
    ### BEGIN SOLUTION
    return np.sign(w) * np.maximum(np.abs(w) - learning_rate * lam, 0.0)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "proximal_l1", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("optimizers", task="proximal_l1", namespace=globals())

# %% [markdown]
# ## 9. The same race, on handwritten digits
#
# A linear softmax classifier on the MNIST images that the course ships; the gradient is given, the
# rules and the batches are yours. Three epochs each, from zero weights.

# %%
if __name__ == "__main__":
    with np.load(course_root() / "data" / "mnist_subset.npz") as digits:
        X_train = digits["train_images"].reshape(-1, 784)[:5120] / 255.0
        y_train = digits["train_labels"].astype(int)[:5120]
        X_test = digits["test_images"].reshape(-1, 784) / 255.0
        y_test = digits["test_labels"].astype(int)

    def loss_and_gradient(W: np.ndarray, X: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
        scores = X @ W
        scores -= scores.max(axis=1, keepdims=True)
        log_probs = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        errors = np.exp(log_probs)
        errors[np.arange(len(y)), y] -= 1
        return -log_probs[np.arange(len(y)), y].mean(), X.T @ errors / len(y)

    rates = {
        "sgd": (sgd, 0.2),
        "momentum": (sgd_momentum, 0.1),
        "nesterov": (nesterov_momentum, 0.1),
        "adagrad": (adagrad, 0.05),
        "rmsprop": (rmsprop, 0.002),
        "adam": (adam, 0.005),
    }
    plt.figure(figsize=(7, 4))
    for name, (rule, rate) in rates.items():
        W, config, losses = np.zeros((784, 10)), {"learning_rate": rate}, []
        for epoch in range(3):
            for batch in minibatches(len(X_train), 64, seed=epoch):
                loss, dW = loss_and_gradient(W, X_train[batch], y_train[batch])
                W, config = rule(W, dW, config)
                losses.append(loss)
        smooth = np.convolve(losses, np.ones(20) / 20, mode="valid")
        plt.plot(smooth, label=name, linewidth=1.2)
        correct = np.mean((X_test @ W).argmax(axis=1) == y_test)
        print(f"{name:10s} test accuracy {correct:.1%}")
    plt.xlabel("step")
    plt.ylabel("loss, mean of 20 batches")
    plt.ylim(0.2, 1.0)
    plt.legend()
    plt.grid(alpha=0.3)
    plt.show()

# %% [markdown]
# They end close together, at 89 to 91 %: on a problem with a single valley, tuned plain descent is
# hard to beat. What differs is how much tuning it took.
#
# And with the proximal step, how many of the weights does the classifier need?

# %%
if __name__ == "__main__":
    for lam in (0.0, 0.0003, 0.001, 0.003):
        W, config = np.zeros((784, 10)), {"learning_rate": 0.2}
        for epoch in range(3):
            for batch in minibatches(len(X_train), 64, seed=epoch):
                _, dW = loss_and_gradient(W, X_train[batch], y_train[batch])
                W, config = sgd(W, dW, config)
                W = proximal_l1(W, config["learning_rate"], lam)
        correct = np.mean((X_test @ W).argmax(axis=1) == y_test)
        print(
            f"lam {lam:6.4f}: {np.mean(W == 0):4.0%} of the weights are 0, accuracy {correct:.1%}"
        )

# %% [markdown]
# ## To go further
#
# - Multiply every learning rate in the race by 3 and by 1/3. Which rules hardly notice?
# - Let AdaGrad and RMSprop run for 30 epochs. What happens to the length of their steps?
# - Train with batches of 4, 64 and 1024 examples, with the same number of *steps*, then with the
#   same number of *epochs*. Which comparison is the fair one?
