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
# # Backpropagation: from a neuron to a network that learns
#
# A network is a long composition of simple functions, and backpropagation is the chain rule with
# good bookkeeping. This notebook builds it from the bottom: a single neuron, a circuit of neurons
# that adds, smooth neurons that can learn, layers that know their own derivative, a way to check any
# gradient numerically, and in the end a network of any depth, trained on handwritten digits with
# nothing but your own code.
#
# Write each function where it says `YOUR CODE HERE` and run the cell below it. No function may
# change the arrays that it is given, except `numerical_gradient`, which may while it works.

# %%
import numpy as np

if __name__ == "__main__":
    import matplotlib.pyplot as plt

    from graders.students.check import check_cell, course_root

# %% [markdown]
# ## 1. The perceptron
#
# A perceptron weighs its inputs and fires if the weighted sum is over a threshold:
#
# $$\text{output} = \begin{cases} 1 & \text{if } w \cdot x + b > 0 \\ 0 & \text{otherwise}
# \end{cases}$$
#
# The line (plane, hyperplane) $w \cdot x + b = 0$ divides its inputs into those for which it fires
# and those for which it does not.


# %% nbgrader={"grade": false, "grade_id": "perceptron-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def perceptron(x: np.ndarray, w: np.ndarray, b: float) -> int:
    """One neuron with a threshold.

    Args:
        x: (D,) inputs.
        w: (D,) weights.
        b: bias.

    Returns:
        1 where ``w . x + b > 0``, else 0.
    """
    ### BEGIN SOLUTION
    return int(np.dot(w, x) + b > 0)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "perceptron", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("backprop", task="perceptron", namespace=globals())

# %% [markdown]
# ## 2. Neurons that compute
#
# Take two inputs that are 0 or 1, weights $-2, -2$ and bias $3$:
#
# | a | b | $-2a - 2b + 3$ | output |
# |---|---|---|---|
# | 0 | 0 | 3 | 1 |
# | 0 | 1 | 1 | 1 |
# | 1 | 0 | 1 | 1 |
# | 1 | 1 | -1 | 0 |
#
# This neuron is a NAND gate. Every circuit can be built from NAND gates alone, so networks of
# perceptrons can compute whatever a computer can. A single one cannot even compute XOR ("one or the
# other, not both"): no line separates (0, 1) and (1, 0) from (0, 0) and (1, 1). Four NAND gates can:
#
# ```
#  a ──┬──────────┐
#      │         NAND ── p ──┐
#      ├── NAND ── n         NAND ── xor
#      │         NAND ── q ──┘
#  b ──┴──────────┘
# ```
#
# Here $n$ is the NAND of $a$ and $b$, $p$ the NAND of $a$ and $n$, $q$ that of $n$ and $b$. A half
# adder adds two bits: the sum bit is their XOR, the carry bit is 1 only for 1 + 1.


# %% nbgrader={"grade": false, "grade_id": "gates-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def nand(a: int, b: int) -> int:
    """0 if both inputs are 1, else 1."""
    ### BEGIN SOLUTION
    return perceptron(np.array([a, b]), np.array([-2.0, -2.0]), 3.0)
    ### END SOLUTION


def xor(a: int, b: int) -> int:
    """1 if exactly one of the inputs is 1, else 0; built from ``nand``."""
    ### BEGIN SOLUTION
    n = nand(a, b)
    return nand(nand(a, n), nand(n, b))
    ### END SOLUTION


def half_adder(a: int, b: int) -> tuple[int, int]:
    """The sum bit and the carry bit of a + b; built from ``nand`` and ``xor``."""
    ### BEGIN SOLUTION
    n = nand(a, b)
    return xor(a, b), nand(n, n)
    ### END SOLUTION


# %%
if __name__ == "__main__":
    for a in (0, 1):
        for b in (0, 1):
            print(f"{a} + {b}: sum {half_adder(a, b)[0]}, carry {half_adder(a, b)[1]}")

# %% nbgrader={"grade": true, "grade_id": "gates", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("backprop", task="gates", namespace=globals())

# %% [markdown]
# ## 3. A smooth neuron
#
# A perceptron's output jumps. Change a weight a little, and usually nothing happens at all: there is
# no slope to descend. The sigmoid smooths the jump:
#
# $$\sigma(z) = \frac{1}{1 + e^{-z}}, \qquad \sigma'(z) = \sigma(z)\,(1 - \sigma(z))$$
#
# Its derivative needs nothing but its own output, which is why a layer keeps its output for the
# way back. For $z = -1000$ the formula asks for $e^{1000}$, which is infinite; the result is still
# the right one, $1/\infty = 0$, with a warning. For negative $z$ you can avoid it:
# $\sigma(z) = e^{z} / (1 + e^{z})$.
#
# *Worked.* $\sigma(0) = 0.5$ with slope $0.25$, the steepest there is. $\sigma(\ln 3) = 0.75$, with
# slope $0.1875$. At $z = 10$ the slope is $0.000045$: the neuron has *saturated*, and learns nothing.


# %% nbgrader={"grade": false, "grade_id": "sigmoid-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def sigmoid(z: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(-z)), finite and right for |z| up to 1000; any shape."""
    ### BEGIN SOLUTION
    small = np.exp(-np.abs(z))  # never above 1
    return np.where(z >= 0, 1.0, small) / (1.0 + small)
    ### END SOLUTION


# %%
if __name__ == "__main__":
    z = np.linspace(-8, 8, 200)
    plt.figure(figsize=(6, 3))
    plt.plot(z, (z > 0).astype(float), label="perceptron", linestyle=":")
    plt.plot(z, sigmoid(z), label="sigmoid")
    plt.plot(z, sigmoid(z) * (1 - sigmoid(z)), label="its slope", linestyle="--")
    plt.xlabel("z")
    plt.legend()
    plt.grid(alpha=0.3)
    plt.show()

# %% nbgrader={"grade": true, "grade_id": "sigmoid", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("backprop", task="sigmoid", namespace=globals())

# %% [markdown]
# ## 4. Layers that know the way back
#
# From here on every layer is a pair of functions:
#
# ```
# out, cache = layer_forward(inputs)          keep in cache whatever the way back will need
# gradients  = layer_backward(dout, cache)    dout: gradient of the loss with respect to out
# ```
#
# `backward` answers one question: *if the loss changes by `dout` for each entry of my output, by how
# much does it change for each entry of my inputs?* That is the chain rule for one link. A network
# backpropagates by asking its layers in reverse order. What is in a cache is your choice.
#
# Two layers without weights:
#
# - sigmoid: $\;dx = dout \cdot \sigma(x)(1 - \sigma(x))$;
# - ReLU, $\max(0, x)$: $dx = dout$ where $x > 0$, and 0 elsewhere. It does not saturate for $x > 0$.


# %% nbgrader={"grade": false, "grade_id": "activations-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def sigmoid_forward(x: np.ndarray) -> tuple[np.ndarray, object]:
    """(out, cache) with ``out = sigmoid(x)``, any shape."""
    ### BEGIN SOLUTION
    out = sigmoid(x)
    return out, out
    ### END SOLUTION


def sigmoid_backward(dout: np.ndarray, cache: object) -> np.ndarray:
    """dx, the gradient with respect to the input of ``sigmoid_forward``."""
    ### BEGIN SOLUTION
    out = cache
    return dout * out * (1 - out)
    ### END SOLUTION


def relu_forward(x: np.ndarray) -> tuple[np.ndarray, object]:
    """(out, cache) with ``out = max(0, x)``, any shape."""
    ### BEGIN SOLUTION
    return np.maximum(x, 0), x > 0
    ### END SOLUTION


def relu_backward(dout: np.ndarray, cache: object) -> np.ndarray:
    """dx, the gradient with respect to the input of ``relu_forward``."""
    ### BEGIN SOLUTION
    active = cache
    return dout * active
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "activations", "locked": true, "points": 14, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("backprop", task="activations", namespace=globals())

# %% [markdown]
# ## 5. The affine layer
#
# The layer that holds the weights. Each example, whatever its shape, is flattened to a row of $D$
# numbers, and
#
# $$\text{out} = X W + b, \qquad (N, M) = (N, D)(D, M) + (M,)$$
#
# For the way back, follow one weight: $W_{dm}$ enters $\text{out}_{nm}$ for every example $n$,
# multiplied by $X_{nd}$. Sum over all the places where it enters:
#
# $$dW = X^\top\, dout, \qquad dX = dout\, W^\top, \qquad db = \textstyle\sum_n dout_n$$
#
# Only one way of multiplying fits the shapes; that is a check, not yet a proof. There is **no** 1/N
# here: if the loss is a mean, its 1/N is in `dout` already. And `dx` must have the shape that `x`
# had before it was flattened.


# %% nbgrader={"grade": false, "grade_id": "affine-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def affine_forward(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, object]:
    """Multiply the flattened examples by w and add b.

    Args:
        x: (N, d1, ..., dk) examples; D is the product of d1 to dk.
        w: (D, M) weights.
        b: (M,) biases.

    Returns:
        out: (N, M).
        cache: for ``affine_backward``.
    """
    ### BEGIN SOLUTION
    return x.reshape(len(x), -1) @ w + b, (x, w)
    ### END SOLUTION


def affine_backward(dout: np.ndarray, cache: object) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gradients of an affine layer.

    Args:
        dout: (N, M) gradient of the loss with respect to out.
        cache: from ``affine_forward``.

    Returns:
        dx: (N, d1, ..., dk).
        dw: (D, M).
        db: (M,).
    """
    ### BEGIN SOLUTION
    x, w = cache
    dx = (dout @ w.T).reshape(x.shape)
    dw = x.reshape(len(x), -1).T @ dout
    return dx, dw, dout.sum(axis=0)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "affine", "locked": true, "points": 18, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("backprop", task="affine", namespace=globals())

# %% [markdown]
# ## 6. Trust, but verify
#
# A wrong gradient often trains, only badly. So compare it with the definition of a derivative. The
# *central* difference has an error of order $h^2$, that of one side only an error of order $h$:
#
# $$\frac{\partial f}{\partial x_i} \approx \frac{f(x + h e_i) - f(x - h e_i)}{2h}$$
#
# It costs two calls of $f$ for every number in $x$: for a million weights, two million forward
# passes. Backpropagation gets them all for about the price of two or three. That is why it matters,
# and why this function is for checking only.
#
# *Worked.* For $f(x) = x^3$ at $x = 1$ with $h = 0.1$: $(1.331 - 0.729)/0.2 = 3.01$, where the slope
# is $3$. From one side only: $(1.331 - 1)/0.1 = 3.31$.


# %% nbgrader={"grade": false, "grade_id": "numerical_gradient-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def numerical_gradient(f, x: np.ndarray, h: float = 1e-5) -> np.ndarray:
    """Central differences of a function whose value is a single number.

    Args:
        f: called with an array of the shape of x.
        x: where to take the gradient, any shape. It may be changed while f runs, and is as
            before in the end.
        h: half the distance between the two points.

    Returns:
        The gradient, of the shape of x.
    """
    ### BEGIN SOLUTION
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[index] = h
        gradient[index] = (f(x + step) - f(x - step)) / (2 * h)
    return gradient
    ### END SOLUTION


# %%
if __name__ == "__main__":
    rng = np.random.default_rng(0)
    x, w, b = rng.standard_normal((4, 3)), rng.standard_normal((3, 2)), rng.standard_normal(2)
    dout = rng.standard_normal((4, 2))
    _, dw, _ = affine_backward(dout, affine_forward(x, w, b)[1])
    numeric = numerical_gradient(lambda w: np.sum(affine_forward(x, w, b)[0] * dout), w)
    print("largest difference:", np.abs(dw - numeric).max(), "(about 1e-10 is right)")

# %% nbgrader={"grade": true, "grade_id": "numerical_gradient", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("backprop", task="numerical_gradient", namespace=globals())

# %% [markdown]
# ## 7. A network of any depth
#
# `params` is a dictionary with `"W1"`, `"b1"`, up to `"WL"`, `"bL"`. All layers are affine; all but
# the last are followed by a sigmoid. The last gives the scores:
#
# $$h_0 = X, \qquad h_l = \sigma(h_{l-1} W_l + b_l) \;\; (l < L), \qquad
#   \text{scores} = h_{L-1} W_L + b_L$$
#
# How many layers there are, `params` tells: `len(params) // 2`. With $L = 1$ there is no hidden layer.


# %% nbgrader={"grade": false, "grade_id": "mlp_forward-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def mlp_forward(X: np.ndarray, params: dict[str, np.ndarray]) -> np.ndarray:
    """Scores of a multi-layer perceptron with sigmoid hidden units.

    Args:
        X: (N, D) examples.
        params: W1 (D, H1), b1 (H1,), ..., WL (H, C), bL (C,), for any L >= 1.

    Returns:
        (N, C) scores.
    """
    ### BEGIN SOLUTION
    hidden, num_layers = X, len(params) // 2
    for layer in range(1, num_layers + 1):
        scores, _ = affine_forward(hidden, params[f"W{layer}"], params[f"b{layer}"])
        hidden = sigmoid(scores)
    return scores
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "mlp_forward", "locked": true, "points": 12, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("backprop", task="mlp_forward", namespace=globals())

# %% [markdown]
# ## 8. The loss and all its gradients
#
# The loss is the mean cross-entropy of the softmax of the scores, plus `reg * sum(W * W)` over all
# weight matrices (biases are not penalised). Its gradient with respect to the scores, as you know,
# is *what was said minus what was true*, over $N$:
#
# $$\frac{\partial L}{\partial \text{scores}_{ij}} = \frac1N \left(p_{ij} - [j = y_i]\right)$$
#
# From there walk back through the layers, in reverse order, with the caches of the way there:
#
# ```
# dscores ─ affine_backward ─ dW_L, db_L
#              └ dh ─ sigmoid_backward ─ affine_backward ─ dW_{L-1}, db_{L-1}
#                                           └ dh ─ ...
# ```


# %% nbgrader={"grade": false, "grade_id": "mlp_loss-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def mlp_loss(
    X: np.ndarray, y: np.ndarray, params: dict[str, np.ndarray], reg: float = 0.0
) -> tuple[float, dict[str, np.ndarray]]:
    """Softmax loss of a multi-layer perceptron, and the gradient of every parameter.

    Args:
        X: (N, D) examples.
        y: (N,) integer labels.
        params: as for ``mlp_forward``.
        reg: strength of the penalty ``reg * sum(W * W)`` over all W.

    Returns:
        loss: mean over the examples, plus the penalty.
        grads: an array for every key of params.
    """
    ### BEGIN SOLUTION
    num_layers, rows = len(params) // 2, np.arange(len(y))
    hidden, caches = X, {}
    for layer in range(1, num_layers + 1):
        weights, biases = params[f"W{layer}"], params[f"b{layer}"]
        scores, caches["affine", layer] = affine_forward(hidden, weights, biases)
        hidden, caches["sigmoid", layer] = sigmoid_forward(scores)

    shifted = scores - scores.max(axis=1, keepdims=True)
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    loss = -log_probs[rows, y].mean()
    dscores = np.exp(log_probs)
    dscores[rows, y] -= 1
    dout = dscores / len(y)

    grads = {}
    for layer in range(num_layers, 0, -1):
        if layer < num_layers:
            dout = sigmoid_backward(dout, caches["sigmoid", layer])
        weights = params[f"W{layer}"]
        loss += reg * np.sum(weights * weights)
        dout, dw, grads[f"b{layer}"] = affine_backward(dout, caches["affine", layer])
        grads[f"W{layer}"] = dw + 2 * reg * weights
    return float(loss), grads
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "mlp_loss", "locked": true, "points": 23, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("backprop", task="mlp_loss", namespace=globals())

# %% [markdown]
# ## 9. Reading digits with a hidden layer
#
# 64 hidden units between 784 pixels and ten classes, trained with momentum for five epochs. The
# linear classifier of the softmax assignment ends near 90 %.

# %%
if __name__ == "__main__":
    with np.load(course_root() / "data" / "mnist_subset.npz") as digits:
        X_train = digits["train_images"].reshape(-1, 784) / 255.0
        y_train = digits["train_labels"].astype(int)
        X_test = digits["test_images"].reshape(-1, 784) / 255.0
        y_test = digits["test_labels"].astype(int)

    rng = np.random.default_rng(0)
    params = {
        "W1": rng.standard_normal((784, 64)) / np.sqrt(784),
        "b1": np.zeros(64),
        "W2": rng.standard_normal((64, 10)) / np.sqrt(64),
        "b2": np.zeros(10),
    }
    velocity = {key: np.zeros_like(value) for key, value in params.items()}
    losses = []
    for epoch in range(5):
        order = rng.permutation(len(y_train))
        for start in range(0, len(order), 50):
            batch = order[start : start + 50]
            loss, grads = mlp_loss(X_train[batch], y_train[batch], params)
            for key in params:
                velocity[key] = 0.9 * velocity[key] - 0.3 * grads[key]
                params[key] = params[key] + velocity[key]
            losses.append(loss)
        correct = np.mean(mlp_forward(X_test, params).argmax(axis=1) == y_test)
        print(f"epoch {epoch + 1}: test accuracy {correct:.1%}")

# %% [markdown]
# Expect about 95 %. Half of the linear classifier's errors are gone, and what the hidden units have
# learnt to look for is no longer a whole digit, but parts that several digits share.

# %%
if __name__ == "__main__":
    figure, axes = plt.subplots(2, 8, figsize=(11, 3))
    for unit, ax in enumerate(axes.flat):
        ax.imshow(params["W1"][:, unit].reshape(28, 28), cmap="RdBu_r", vmin=-0.6, vmax=0.6)
        ax.axis("off")
    figure.suptitle("what 16 of the 64 hidden units look for")
    plt.show()

# %% [markdown]
# ## To go further
#
# - Start with all weights zero. Which gradients are zero, and do they ever stop being so?
# - Make the network deeper: 784, 64, 64, 64, 64, 10. Print the size of the gradient of each layer.
#   Why does the first learn so slowly?
# - Replace the hidden sigmoid by your ReLU. What learning rate does it bear?
