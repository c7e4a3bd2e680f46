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
# # Softmax: from scores to decisions
#
# A linear classifier gives every class a score, $s = xW$. The largest score wins, but a score
# alone does not say how sure the model is, and "the largest wins" has no gradient to learn from.
# In this notebook you build what lies between scores and learning: **softmax**, which turns
# scores into probabilities, and the **losses** that say how wrong a row of scores is and in which
# direction to move it. At the end your own functions learn to read handwritten digits.
#
# You need NumPy and nothing else. Notation, used everywhere below:
#
# | symbol | shape | meaning |
# |---|---|---|
# | `X` | `(N, D)` | `N` examples with `D` features each |
# | `W` | `(D, C)` | one column of weights for each of `C` classes |
# | `scores`, `x` | `(N, C)` | row `i` holds the scores of example `i` |
# | `y` | `(N,)` | integer labels, from `0` to `C - 1` |
#
# Write each function where it says `YOUR CODE HERE` and run the cell below it: it checks your
# function on the spot and tells you what it found. `dlcourse check softmax` does the same for the
# whole file. No function may change the arrays that it is given.

# %%
import numpy as np

if __name__ == "__main__":
    import matplotlib.pyplot as plt

    from graders.students.check import check_cell, course_root

# %% [markdown]
# ## 1. Softmax
#
# We want positive numbers that sum to one and keep the order of the scores. The exponential makes
# every score positive; dividing by the row's total makes the row sum to one:
#
# $$p_{ij} = \frac{e^{s_{ij}}}{\sum_{k=1}^{C} e^{s_{ik}}}$$
#
# *A worked row.* For scores $(0, \ln 3)$ the exponentials are $1$ and $3$, their sum is $4$, and
# the probabilities are $0.25$ and $0.75$. A difference of $\ln 3$ in score means odds of 3 to 1,
# wherever the two scores lie.
#
# That last remark is also the cure for a practical problem. `np.exp(1000)` is infinite, and
# infinity divided by infinity is not a number. Adding the same constant to every score of a row
# changes no difference between them, so it changes no probability:
#
# $$\frac{e^{s_{ij} - m_i}}{\sum_k e^{s_{ik} - m_i}} = \frac{e^{s_{ij}}}{\sum_k e^{s_{ik}}}$$
#
# Choose $m_i$ as the **largest score of row $i$**. Then every exponent is at most 0, and the
# sum is at least 1: nothing overflows and nothing is divided by zero.

# %% [markdown]
# The picture for two classes: only the difference of the scores matters, and the curve is the
# logistic sigmoid.

# %%
if __name__ == "__main__":
    difference = np.linspace(-6, 6, 200)
    plt.figure(figsize=(6, 3))
    plt.plot(difference, 1 / (1 + np.exp(-difference)), label="first class")
    plt.plot(difference, 1 / (1 + np.exp(difference)), label="second class", linestyle="--")
    plt.xlabel("score of the first class minus score of the second")
    plt.ylabel("probability")
    plt.legend()
    plt.grid(alpha=0.3)
    plt.show()


# %% nbgrader={"grade": false, "grade_id": "softmax-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def softmax(scores: np.ndarray) -> np.ndarray:
    """Turn each row of scores into probabilities.

    Args:
        scores: (N, C) real numbers of any size, 1000 and -1000 included.

    Returns:
        (N, C) probabilities; every row sums to 1.

    The whole array at once is both the shortest and the fastest way. ``scores.max(axis=1,
    keepdims=True)`` has shape (N, 1), so that it can be subtracted from every column.
    """
    ### BEGIN SOLUTION
    shifted = scores - scores.max(axis=1, keepdims=True)  # (N, C), at most 0
    exponentials = np.exp(shifted)
    return exponentials / exponentials.sum(axis=1, keepdims=True)
    ### END SOLUTION


# %%
if __name__ == "__main__":
    print(softmax(np.array([[0.0, np.log(3.0)], [1000.0, 0.0]])))
    # [[0.25 0.75]
    #  [1.   0.  ]]

# %% nbgrader={"grade": true, "grade_id": "softmax", "locked": true, "points": 14, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("softmax", task="softmax", namespace=globals())

# %% [markdown]
# ## 2. Cross-entropy
#
# How good is a row of probabilities, given the true class? Cross-entropy looks at one number
# only, the probability $p_{i y_i}$ that the model gave to what really happened, and charges
# $-\ln p_{i y_i}$:
#
# $$L = -\frac{1}{N} \sum_{i=1}^{N} \ln p_{i y_i}$$
#
# Certainty that proves right costs 0, a fair coin costs $\ln 2 \approx 0.693$, and confident
# error costs without bound. In 64-bit numbers a probability can underflow to exactly 0, whose
# logarithm is minus infinity, and a single such example would make the mean useless. Clip the
# probabilities at $10^{-12}$ from below before taking the logarithm. (Where one is 0, any finite loss
# above 16 counts as right, so a smaller clip will do, too.)
#
# To pick one entry from every row, index with two integer arrays: `probs[np.arange(N), y]` has
# shape `(N,)`.


# %% nbgrader={"grade": false, "grade_id": "cross_entropy-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def cross_entropy(probs: np.ndarray, y: np.ndarray) -> float:
    """Mean negative log-probability of the true classes.

    Args:
        probs: (N, C) probabilities; a 0 among them must not make the result infinite.
        y: (N,) integer labels.

    Returns:
        The mean over the N examples, in nats.
    """
    ### BEGIN SOLUTION
    chosen = probs[np.arange(len(y)), y]  # (N,)
    return float(-np.log(np.maximum(chosen, 1e-12)).mean())
    ### END SOLUTION


# %%
if __name__ == "__main__":
    print(cross_entropy(np.array([[0.5, 0.5], [0.25, 0.75]]), np.array([0, 1])))
    # (ln 2 + ln 4/3) / 2 = 0.4904...

# %% nbgrader={"grade": true, "grade_id": "cross_entropy", "locked": true, "points": 14, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("softmax", task="cross_entropy", namespace=globals())

# %% [markdown]
# ## 3. Softmax and cross-entropy in one step, with the gradient
#
# To learn we need the derivative of the loss with respect to every score. Write the loss of one
# example in terms of the scores, taking the logarithm of the fraction apart:
#
# $$L_i = -\ln \frac{e^{s_{i y_i}}}{\sum_k e^{s_{ik}}} = \ln \sum_k e^{s_{ik}} - s_{i y_i}$$
#
# This form needs no clipping: with the row's maximum subtracted first, the sum is at least 1 and
# its logarithm is finite, even where $p_{i y_i}$ itself has underflowed to 0. With scores
# $(1000, 0)$ and the second class true, the loss is exactly 1000.
#
# Its derivative is one of the pleasant surprises of the field. The first term gives back the
# softmax, the second a single 1 at the true class:
#
# $$\frac{\partial L}{\partial s_{ij}} = \frac{1}{N} \left( p_{ij} - [\,j = y_i\,] \right)$$
#
# *What the model said minus what was true*, averaged. Each row of the gradient sums to zero.
#
# | | class 0 | class 1 | class 2 |
# |---|---|---|---|
# | probability | 0.2 | 0.5 | 0.3 |
# | truth ($y = 1$) | 0 | 1 | 0 |
# | gradient, $N = 1$ | 0.2 | -0.5 | 0.3 |


# %% nbgrader={"grade": false, "grade_id": "softmax_loss-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def softmax_loss(x: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    """Cross-entropy of the softmax of scores, and its gradient.

    Args:
        x: (N, C) scores.
        y: (N,) integer labels.

    Returns:
        loss: mean over the N examples, exact also where a probability underflows.
        dx: (N, C) gradient of the loss with respect to x.
    """
    ### BEGIN SOLUTION
    rows = np.arange(len(y))
    shifted = x - x.max(axis=1, keepdims=True)  # (N, C)
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))  # (N, C)
    dx = np.exp(log_probs)
    dx[rows, y] -= 1
    return float(-log_probs[rows, y].mean()), dx / len(y)
    ### END SOLUTION


# %%
if __name__ == "__main__":
    print(softmax_loss(np.array([[1000.0, 0.0]]), np.array([1])))
    # (1000.0, array([[ 1., -1.]]))

# %% nbgrader={"grade": true, "grade_id": "softmax_loss", "locked": true, "points": 14, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("softmax", task="softmax_loss", namespace=globals())

# %% [markdown]
# ## 4. The hinge loss of a support vector machine
#
# Cross-entropy is never satisfied: it always wants a little more probability on the true class.
# The hinge loss stops caring once the true class leads every other one by a margin of 1:
#
# $$L_i = \sum_{j \ne y_i} \max(0,\; s_{ij} - s_{i y_i} + 1), \qquad
#   L = \frac{1}{N} \sum_i L_i$$
#
# *A worked row.* Scores $(3, 1, 2.5)$ and $y = 0$: class 1 gives $\max(0, 1 - 3 + 1) = 0$,
# class 2 gives $\max(0, 2.5 - 3 + 1) = 0.5$, and the loss is $0.5$.
#
# For the gradient, look at one positive term: it grows by 1 with $s_{ij}$ and falls by 1 with
# $s_{i y_i}$. So every violated margin puts $+1/N$ at the class that came too close, and one more
# $-1/N$ at the true class. In the worked row the gradient is $(-1, 0, 1)$.


# %% nbgrader={"grade": false, "grade_id": "svm_loss-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def svm_loss(x: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    """Multi-class hinge loss with margin 1, and its gradient.

    Args:
        x: (N, C) scores.
        y: (N,) integer labels.

    Returns:
        loss: summed over the wrong classes, mean over the N examples.
        dx: (N, C) gradient of the loss with respect to x.
    """
    ### BEGIN SOLUTION
    rows = np.arange(len(y))
    margins = np.maximum(0.0, x - x[rows, y][:, None] + 1.0)  # (N, C)
    margins[rows, y] = 0.0  # the true class is no rival of itself
    dx = (margins > 0).astype(float)
    dx[rows, y] = -dx.sum(axis=1)
    return float(margins.sum() / len(y)), dx / len(y)
    ### END SOLUTION


# %%
if __name__ == "__main__":
    print(svm_loss(np.array([[3.0, 1.0, 2.5]]), np.array([0])))
    # (0.5, array([[-1.,  0.,  1.]]))

# %% nbgrader={"grade": true, "grade_id": "svm_loss", "locked": true, "points": 16, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("softmax", task="svm_loss", namespace=globals())

# %% [markdown]
# ## 5. Squared error
#
# The oldest loss of all asks the scores themselves to equal the one-hot row of the label, 1 at
# the true class and 0 elsewhere:
#
# $$L = \frac{1}{N} \sum_{i=1}^{N} \sum_{j=1}^{C} \left( s_{ij} - [\,j = y_i\,] \right)^2$$
#
# The sum over classes is *not* divided by $C$. No softmax is involved: the raw scores are
# compared. That is the weakness of this loss as a judge of classifiers, for a score of 5 at the
# true class is a good sign and yet costs $(5 - 1)^2 = 16$. We keep it to see the difference later.
# Its gradient is yours to derive.


# %% nbgrader={"grade": false, "grade_id": "mse_loss-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def mse_loss(x: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    """Squared error of raw scores against one-hot labels, and its gradient.

    Args:
        x: (N, C) scores.
        y: (N,) integer labels.

    Returns:
        loss: summed over the classes, mean over the N examples.
        dx: (N, C) gradient of the loss with respect to x.
    """
    ### BEGIN SOLUTION
    difference = x.astype(float)  # a copy, whatever the type of x
    difference[np.arange(len(y)), y] -= 1.0  # (N, C), x minus one-hot
    return float((difference**2).sum() / len(y)), 2.0 * difference / len(y)
    ### END SOLUTION


# %%
if __name__ == "__main__":
    print(mse_loss(np.array([[5.0, 0.0], [0.5, 0.5]]), np.array([0, 1])))
    # (16 + 0.25 + 0.25) / 2 = 8.25, and the gradient [[4, 0], [0.5, -0.5]]

# %% nbgrader={"grade": true, "grade_id": "mse_loss", "locked": true, "points": 12, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("softmax", task="mse_loss", namespace=globals())

# %% [markdown]
# ## 6. The loss of a linear classifier
#
# Now let the scores come from weights, `scores = X @ W`, and carry the gradient one step
# further back. The chain rule multiplies by what each weight was multiplied with:
#
# $$\frac{\partial L}{\partial W} = X^\top \frac{\partial L}{\partial S}$$
#
# The shapes leave no other choice: `(D, N) @ (N, C)` is `(D, C)`, the shape of `W`. Then add a
# penalty that keeps the weights small, $\lambda \sum W^2$ with $\lambda$ = `reg`. There is no
# factor $\tfrac12$ in it, so think about what its gradient is.
#
# Build on your `softmax_loss`: then scores of 1000 give the exact loss here, too.


# %% nbgrader={"grade": false, "grade_id": "linear_softmax_loss-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def linear_softmax_loss(
    W: np.ndarray, X: np.ndarray, y: np.ndarray, reg: float
) -> tuple[float, np.ndarray]:
    """Softmax loss of a linear classifier with an L2 penalty, and its gradient.

    Args:
        W: (D, C) weights.
        X: (N, D) examples.
        y: (N,) integer labels.
        reg: strength of the penalty ``reg * sum(W * W)``.

    Returns:
        loss: softmax loss of ``X @ W`` plus the penalty.
        dW: (D, C) gradient of the loss with respect to W.
    """
    ### BEGIN SOLUTION
    data_loss, dscores = softmax_loss(X @ W, y)  # dscores: (N, C)
    return data_loss + reg * float((W * W).sum()), X.T @ dscores + 2 * reg * W
    ### END SOLUTION


# %%
if __name__ == "__main__":
    print(linear_softmax_loss(np.zeros((2, 3)), np.eye(2), np.array([0, 2]), reg=0.1))
    # ln 3 = 1.0986..., and [[-1/3, 1/6, 1/6], [1/6, 1/6, -1/3]]

# %% nbgrader={"grade": true, "grade_id": "linear_softmax_loss", "locked": true, "points": 12, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("softmax", task="linear_softmax_loss", namespace=globals())

# %% [markdown]
# ## 7. Accuracy
#
# What we report in the end: the share of examples whose largest score is that of the true class.
# It is a number from 0 to 1. Because it moves in jumps, its gradient is zero almost everywhere:
# we measure accuracy, and descend the loss.


# %% nbgrader={"grade": false, "grade_id": "accuracy-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def accuracy(scores: np.ndarray, y: np.ndarray) -> float:
    """Share of the rows whose largest score is at the label.

    Args:
        scores: (N, C) scores or probabilities.
        y: (N,) integer labels.

    Returns:
        A number from 0 to 1.
    """
    ### BEGIN SOLUTION
    return float((scores.argmax(axis=1) == y).mean())
    ### END SOLUTION


# %%
if __name__ == "__main__":
    print(accuracy(np.array([[2.0, 1.0], [0.0, 3.0], [5.0, 4.0]]), np.array([0, 1, 1])))
    # two of three: 0.666...

# %% nbgrader={"grade": true, "grade_id": "accuracy", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("softmax", task="accuracy", namespace=globals())

# %% [markdown]
# ## 8. Learning
#
# Mini-batch gradient descent: draw a few examples at random, compute the gradient on them alone,
# and take a small step downhill.
#
# $$W \leftarrow W - \eta \, \frac{\partial L_{\text{batch}}}{\partial W}$$
#
# Three things to get right:
#
# - **Same seed, same result.** Make one generator, `rng = np.random.default_rng(seed)`, before the
#   loop and draw everything random from it. A generator made inside the loop would draw the same
#   batch for ever.
# - **A batch larger than the data** means all of the data.
# - **Where to start.** The loss has a single valley in `W`, so zeros are as good a start as any.
#   (In a network with hidden layers they would not be.)


# %% nbgrader={"grade": false, "grade_id": "train_linear_softmax-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def train_linear_softmax(
    X: np.ndarray,
    y: np.ndarray,
    num_classes: int,
    learning_rate: float = 0.1,
    reg: float = 0.0,
    num_steps: int = 200,
    batch_size: int = 64,
    seed: int = 0,
) -> np.ndarray:
    """Fit a linear classifier without bias by mini-batch gradient descent.

    Args:
        X: (N, D) examples.
        y: (N,) integer labels.
        num_classes: C; the labels of X need not contain every class.
        learning_rate: size of a step.
        reg: strength of the penalty of ``linear_softmax_loss``.
        num_steps: number of steps, each on one batch.
        batch_size: examples in a batch; above N, all of them.
        seed: the same seed gives the same W.

    Returns:
        W, (D, C).
    """
    ### BEGIN SOLUTION
    rng = np.random.default_rng(seed)
    W = np.zeros((X.shape[1], num_classes))
    for _ in range(num_steps):
        batch = rng.choice(len(X), size=min(batch_size, len(X)), replace=False)
        _, dW = linear_softmax_loss(W, X[batch], y[batch], reg)
        W -= learning_rate * dW
    return W
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "train_linear_softmax", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("softmax", task="train_linear_softmax", namespace=globals())

# %% [markdown]
# ## 9. Reading handwritten digits
#
# Everything above, put to work. The course ships some thousands of images from MNIST, 28 by 28
# grey values each. Flattened, an image is a row of 784 features; there are ten classes.

# %%
if __name__ == "__main__":
    with np.load(course_root() / "data" / "mnist_subset.npz") as digits:
        X_train = digits["train_images"].reshape(-1, 784) / 255.0
        y_train = digits["train_labels"].astype(int)
        X_test = digits["test_images"].reshape(-1, 784) / 255.0
        y_test = digits["test_labels"].astype(int)

    W = train_linear_softmax(X_train, y_train, 10, learning_rate=0.5, num_steps=600)
    print(f"training accuracy {accuracy(X_train @ W, y_train):.1%}")
    print(f"test accuracy     {accuracy(X_test @ W, y_test):.1%}")

# %% [markdown]
# Expect about 90 % on the test images, from ten columns of weights that have no idea of
# what a line or a loop is. Each column can be looked at as an image, for it has one weight for
# every pixel: red says "ink here speaks for this digit", blue says "against".

# %%
if __name__ == "__main__":
    figure, axes = plt.subplots(2, 5, figsize=(9, 4))
    for digit, ax in enumerate(axes.flat):
        ax.imshow(W[:, digit].reshape(28, 28), cmap="RdBu_r", vmin=-1, vmax=1)
        ax.set_title(digit)
        ax.axis("off")
    figure.suptitle("what the classifier looks for")
    plt.show()

# %% [markdown]
# And the errors about which it was most certain. Some of them would puzzle a person too; the
# others are what the following lessons are for.

# %%
if __name__ == "__main__":
    probs = softmax(X_test @ W)
    guess = probs.argmax(axis=1)
    wrong = np.flatnonzero(guess != y_test)
    wrong = wrong[np.argsort(-probs[wrong, guess[wrong]])][:10]
    figure, axes = plt.subplots(2, 5, figsize=(9, 4.6))
    for i, ax in zip(wrong, axes.flat, strict=False):
        ax.imshow(X_test[i].reshape(28, 28), cmap="gray_r")
        ax.set_title(
            f"{y_test[i]} taken for {guess[i]}\n({probs[i, guess[i]]:.0%} sure)", fontsize=9
        )
        ax.axis("off")
    plt.tight_layout()
    plt.show()

# %% [markdown]
# ## To go further
#
# - Train with `reg=0.01`. The templates become smoother; what happens to the two accuracies?
# - Replace the softmax loss by `svm_loss` or `mse_loss` in the training loop. Which one reaches the
#   best accuracy, and which one is the most sensitive to the learning rate?
# - Multiply the pixels by 255 and train again with the same learning rate. Why does it fail, and
#   what does that say about scaling inputs?
