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
# # Representations: what is left of an image without its label
#
# Labels are dear, images are cheap. A **representation** turns an image into a few numbers, its
# *code*, and is good if the code keeps what matters. Nobody says what matters; so one asks for
# something that cannot be done without knowing it: to redraw the image from the code, to undo
# noise, or to recognise another view of the same image among the views of others.
#
# In this notebook you find the best linear code, give a code a distribution, write the loss of a
# variational autoencoder with its gradients, corrupt images for a denoiser, write the contrastive
# loss, and judge codes by what their neighbours are. In the end you train an autoencoder on
# handwritten digits with your own loss and walk through its latent space.
#
# You need NumPy and nothing else. Notation, used everywhere below:
#
# | symbol | shape | meaning |
# |---|---|---|
# | `X` | `(N, D)` | `N` images of `D` pixels each, a row for each image |
# | `Z` | `(N, K)` | their codes, `K` numbers each |
# | `mean`, `components` | `(D,)`, `(K, D)` | the mean image, and `K` directions as rows |
# | `mu`, `logvar` | `(N, K)` | mean and logarithm of the variance of each number of a code |
#
# A name that begins with `d` is the gradient of the loss with respect to what follows the `d`.
# Write each function where it says `YOUR CODE HERE` and run the cell below it: it checks your
# function on the spot and tells you what it found. `dlcourse check representations` does the same
# for the whole file. No function may change the arrays that it is given.

# %%
import numpy as np

if __name__ == "__main__":
    import matplotlib.pyplot as plt

    from graders.students.check import check_cell, course_root

# %% [markdown]
# ## 1. Principal components
#
# Which $K$ directions lose least? Subtract the mean image, $X_c = X - \bar{x}$, and look for a
# direction $u$ of length 1 along which the images vary most. The variance along $u$ is
#
# $$\frac{1}{N} \lVert X_c u \rVert^2 = u^\top \Big(\frac{1}{N} X_c^\top X_c\Big) u ,$$
#
# which is largest for the eigenvector of the largest eigenvalue. The next direction is the best of
# those orthogonal to the first, and so on. All of them come out of one singular value
# decomposition,
#
# $$X_c = U S V^\top ,$$
#
# as the rows of $V^\top$, with the largest singular value first: `np.linalg.svd(Xc,
# full_matrices=False)` returns `U, s, Vt`. The first $K$ rows of `Vt` are the **components**.
#
# A direction has no sense: $u$ and $-u$ are equally good, and the **sign** of each row is free.
#
# *A worked number.* The points $(1, 1)$, $(3, 3)$ and $(5, 5)$ have the mean $(3, 3)$, and all vary
# along $(1, 1) / \sqrt{2}$. Without subtracting the mean one would find a direction towards the
# mean, whatever the points do.


# %% nbgrader={"grade": false, "grade_id": "pca_fit-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def pca_fit(X: np.ndarray, num_components: int) -> tuple[np.ndarray, np.ndarray]:
    """The directions in which the rows of X vary most.

    Args:
        X: (N, D), with N above or below D.
        num_components: K, at most N - 1 and D.

    Returns:
        mean: (D,).
        components: (K, D), rows of length 1, orthogonal, the largest variance first; signs free.
    """
    ### BEGIN SOLUTION
    mean = X.mean(axis=0)
    _, _, directions = np.linalg.svd(X - mean, full_matrices=False)
    return mean, directions[:num_components]
    ### END SOLUTION


# %%
if __name__ == "__main__":
    points = np.array([[1.0, 1], [3, 3], [5, 5]])
    print(*pca_fit(points, 1))  # [3. 3.] and [[0.707 0.707]], or both negative

# %% nbgrader={"grade": true, "grade_id": "pca_fit", "locked": true, "points": 14, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("representations", task="pca_fit", namespace=globals())

# %% [markdown]
# ## 2. To the code and back
#
# The code of an image is where it lies along each component, seen from the mean: $Z = (X -
# \bar{x})\, V_K$ with the components as the columns of $V_K$, so as the *transpose* of
# `components`. The mean belongs to the data that the components were fitted on: new images are seen
# from *that* mean, not from their own.
#
# Back again, a code is a recipe: start from the mean and walk so far along each component,
# $\hat{X} = Z V_K^\top + \bar{x}$. With $K = D$ nothing is lost; with fewer, what is lost is all
# that was orthogonal to the components, and no other $K$ directions lose less (Eckart and Young).
#
# *A worked number.* Seen from $(3, 3)$ along $(1, 1) / \sqrt{2}$, the point $(5, 5)$ has the code
# $2 \sqrt{2} = 2.83$, and back it is $(5, 5)$. The point $(5, 3)$ has the code $\sqrt{2} = 1.41$,
# and back it is $(4, 4)$, the nearest point on the line.


# %% nbgrader={"grade": false, "grade_id": "pca_transform-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def pca_transform(X: np.ndarray, mean: np.ndarray, components: np.ndarray) -> np.ndarray:
    """Codes of images: X (N, D), mean (D,), components (K, D) -> (N, K)."""
    ### BEGIN SOLUTION
    return (X - mean) @ components.T
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "pca_transform", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("representations", task="pca_transform", namespace=globals())


# %% nbgrader={"grade": false, "grade_id": "reconstruct-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def reconstruct(Z: np.ndarray, mean: np.ndarray, components: np.ndarray) -> np.ndarray:
    """Images of codes: Z (N, K), mean (D,), components (K, D) -> (N, D)."""
    ### BEGIN SOLUTION
    return Z @ components + mean
    ### END SOLUTION


# %%
if __name__ == "__main__":
    mean, components = np.array([3.0, 3]), np.array([[1.0, 1]]) / np.sqrt(2)
    codes = pca_transform(np.array([[5.0, 5], [5, 3]]), mean, components)
    print(codes.ravel(), reconstruct(codes, mean, components))  # [2.83 1.41], [[5 5] [4 4]]

# %% nbgrader={"grade": true, "grade_id": "reconstruct", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("representations", task="reconstruct", namespace=globals())

# %% [markdown]
# Redraw digits of the course's MNIST from fewer and fewer numbers. The components themselves are
# images, too: light where they add ink, dark where they take it away.

# %%
if __name__ == "__main__":
    with np.load(course_root() / "data" / "mnist_subset.npz") as digits:
        X_train = digits["train_images"][:6000].reshape(-1, 784) / 255.0
        y_train = digits["train_labels"][:6000].astype(int)
        X_test = digits["test_images"][:1000].reshape(-1, 784) / 255.0
        y_test = digits["test_labels"][:1000].astype(int)

    def show(rows, titles):
        """A row of pictures for each array (n, 784)."""
        _, axes = plt.subplots(len(rows), len(rows[0]), figsize=(9, 1.1 * len(rows)))
        for pictures, title, line in zip(rows, titles, axes, strict=True):
            for picture, ax in zip(pictures, line, strict=True):
                ax.imshow(picture.reshape(28, 28), cmap="gray")
                ax.axis("off")
            line[0].set_title(title, loc="left", fontsize=9)
        plt.tight_layout()
        plt.show()

    mean, components = pca_fit(X_train, 128)
    rows, titles = [X_test[:9]], ["test digits"]
    for k in (128, 32, 8, 2):
        codes = pca_transform(X_test, mean, components[:k])
        redrawn = reconstruct(codes, mean, components[:k])
        error = np.sum((X_test - redrawn) ** 2) / np.sum((X_test - mean) ** 2)
        print(f"{k} numbers: {error:.1%} of the variance is lost")
        rows.append(redrawn[:9])
        titles.append(f"from {k} numbers")
    show([*rows, components[:9]], [*titles, "the first nine components"])

# %% [markdown]
# ## 3. A code with a distribution
#
# An **autoencoder** is a network that maps an image to a code and another one that maps the code
# back. It is good at redrawing and says nothing of the codes *between* its codes: decode one of
# these and you may get anything. The **variational** autoencoder therefore encodes an image not to
# a point but to a small cloud, $z \sim \mathcal{N}(\mu, \sigma^2)$ in each of $K$ numbers, and has
# to redraw it from any point of the cloud.
#
# But one cannot differentiate through a draw. The trick is to draw elsewhere:
#
# $$z = \mu + \sigma \odot \varepsilon, \qquad \varepsilon \sim \mathcal{N}(0, 1), \qquad
#   \sigma = \exp(\tfrac{1}{2} \, \text{logvar})$$
#
# Given $\varepsilon$, $z$ is a plain function of $\mu$ and $\text{logvar}$. The network gives the
# logarithm of the variance since that may be any number. What comes back from the decoder as $dz$
# goes to both:
#
# $$d\mu = dz, \qquad d\text{logvar} = dz \odot \varepsilon \odot \tfrac{1}{2} \sigma$$
#
# *A worked number.* $\mu = 1$, $\text{logvar} = \ln 4$ and $\varepsilon = -0.5$ give $\sigma = 2$,
# $z = 0$, and for $dz = 1$ the gradients 1 and $-0.5$.


# %% nbgrader={"grade": false, "grade_id": "reparameterise-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def reparameterise(
    mu: np.ndarray, logvar: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Draw codes from normal distributions.

    Args:
        mu, logvar: (N, K) mean, and logarithm of the variance.
        rng: where chance comes from, one draw for every number.

    Returns:
        z: (N, K).
        eps: (N, K) the standard normal draws that made it.
    """
    ### BEGIN SOLUTION
    eps = rng.standard_normal(mu.shape)
    return mu + np.exp(logvar / 2) * eps, eps
    ### END SOLUTION


def reparameterise_backward(
    dz: np.ndarray, logvar: np.ndarray, eps: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Gradients of the draw: dz, logvar, eps (N, K) -> dmu, dlogvar (N, K)."""
    ### BEGIN SOLUTION
    return dz.copy(), dz * eps * np.exp(logvar / 2) / 2
    ### END SOLUTION


# %%
if __name__ == "__main__":
    z, eps = reparameterise(
        np.full((9999, 1), 1.0), np.full((9999, 1), np.log(4)), np.random.default_rng(0)
    )
    print(z.mean(), z.std())  # about 1 and 2
    one = np.ones((1, 1))
    print(*reparameterise_backward(one, np.log(4) * one, -0.5 * one))  # [[1.]] [[-0.5]]

# %% nbgrader={"grade": true, "grade_id": "reparameterise", "locked": true, "points": 12, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("representations", task="reparameterise", namespace=globals())

# %% [markdown]
# ## 4. How far from a standard normal?
#
# Left alone, the network would make its clouds tiny and put them far apart, which is the plain
# autoencoder again. So each cloud pays for its distance from one and the same standard normal, the
# *prior*, measured by the **Kullback-Leibler divergence**. Between normal distributions it has a
# closed form, and adds up over the $K$ numbers:
#
# $$\mathrm{KL}_n = \frac{1}{2} \sum_k \left( \mu_{nk}^2 + e^{\text{logvar}_{nk}}
#   - \text{logvar}_{nk} - 1 \right)$$
#
# It is 0 for $\mu = 0$ and $\text{logvar} = 0$, and above 0 everywhere else.
#
# *A worked number.* $\mu = (1, 0)$ and $\text{logvar} = (0, \ln 4)$: the first number costs $1/2$,
# the second $(4 - \ln 4 - 1) / 2 = 0.807$, together 1.307 nats.


# %% nbgrader={"grade": false, "grade_id": "kl_divergence-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def kl_divergence(mu: np.ndarray, logvar: np.ndarray) -> np.ndarray:
    """Divergence of each example's normal distribution from a standard one, in nats.

    Args:
        mu, logvar: (N, K).

    Returns:
        (N,), a sum over the K numbers of each code.
    """
    ### BEGIN SOLUTION
    return np.sum(mu**2 + np.exp(logvar) - logvar - 1, axis=1) / 2
    ### END SOLUTION


# %%
if __name__ == "__main__":
    print(kl_divergence(np.array([[1.0, 0]]), np.array([[0.0, np.log(4)]])))  # [1.307]

# %% nbgrader={"grade": true, "grade_id": "kl_divergence", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("representations", task="kl_divergence", namespace=globals())

# %% [markdown]
# ## 5. The loss of a variational autoencoder
#
# The **evidence lower bound** says how well the model explains the images, at least. Its negative
# is the loss, the price of the pixels and the price of the clouds:
#
# $$L = \frac{1}{N} \sum_n \Big( \sum_d \text{BCE}(x_{nd}, s_{nd}) + \beta \, \mathrm{KL}_n \Big)$$
#
# The decoder gives a score $s$ (a *logit*) for each pixel, and a pixel of brightness $x$ between 0
# and 1 pays the binary cross-entropy
#
# $$\text{BCE}(x, s) = -x \log \sigma(s) - (1 - x) \log(1 - \sigma(s))
#   = \log(1 + e^s) - x s .$$
#
# It is *summed* over the pixels, like the KL over the code, and only then averaged over the images:
# a mean over the pixels would make the KL weigh $D$ times too much. The last form has no logarithm
# of a 0; take $\log(1 + e^s)$ as `np.logaddexp(0, s)`, and it stands scores of 1000.
#
# The gradients are as short as those of a softmax:
#
# $$ds = \frac{\sigma(s) - x}{N}, \qquad d\mu = \frac{\beta \, \mu}{N}, \qquad
#   d\text{logvar} = \frac{\beta \, (e^{\text{logvar}} - 1)}{2 N} .$$
#
# These $d\mu$ and $d\text{logvar}$ are of the KL alone. What the pixels have to say to them comes
# through $z$, by `reparameterise_backward`, and is added where the network is trained.
#
# *A worked number.* One image of two pixels, both with a score of 0: each costs $\ln 2$, whatever
# its brightness. With the code of section 4 and $\beta = 1$ the loss is $1.386 + 1.307 = 2.693$.


# %% nbgrader={"grade": false, "grade_id": "elbo_loss-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def elbo_loss(
    x: np.ndarray, logits: np.ndarray, mu: np.ndarray, logvar: np.ndarray, beta: float = 1.0
) -> tuple[float, np.ndarray, np.ndarray, np.ndarray]:
    """Negative evidence lower bound, mean over the images.

    Args:
        x: (N, D) pixels from 0 to 1.
        logits: (N, D) the decoder's scores.
        mu, logvar: (N, K) the encoder's normal distributions.
        beta: weight of the divergence.

    Returns:
        loss: a number, in nats for each image.
        dlogits: (N, D).
        dmu, dlogvar: (N, K), of the divergence alone.
    """
    ### BEGIN SOLUTION
    n = len(x)
    pixels = np.sum(np.logaddexp(0, logits) - x * logits)
    loss = float((pixels + beta * np.sum(kl_divergence(mu, logvar))) / n)
    lit = (1 + np.tanh(logits / 2)) / 2  # sigmoid, without overflow
    return loss, (lit - x) / n, beta * mu / n, beta * (np.exp(logvar) - 1) / (2 * n)
    ### END SOLUTION


# %%
if __name__ == "__main__":
    code = np.array([[1.0, 0]]), np.array([[0.0, np.log(4)]])
    print(elbo_loss(np.array([[0.0, 1]]), np.zeros((1, 2)), *code))
    # 2.693, [[0.5 -0.5]], [[1. 0.]], [[0. 1.5]]

# %% nbgrader={"grade": true, "grade_id": "elbo_loss", "locked": true, "points": 18, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("representations", task="elbo_loss", namespace=globals())

# %% [markdown]
# ## 6. Noise to be undone
#
# A **denoising** autoencoder sees a corrupted image and is asked for the clean one. Copying pixels
# no longer works: it has to know what strokes look like. Two kinds of noise are usual:
#
# - **Gaussian**: to every pixel is added a draw from a normal distribution with mean 0 and standard
#   deviation `sigma`;
# - **masking**: with probability `drop` a pixel is set to 0, each on its own.
#
# Here both are done, the Gaussian noise first and then the mask, so that a dropped pixel is exactly
# 0. Nothing is cut off at 0 or 1, and nothing is scaled up: that is dropout's business, not ours.
#
# *A worked number.* Of 1,000 pixels of 1, with `sigma` 0.5 and `drop` 0.2, about 200 become 0 and
# the others scatter around 1 with a standard deviation of 0.5.


# %% nbgrader={"grade": false, "grade_id": "denoise_corrupt-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def denoise_corrupt(
    x: np.ndarray, sigma: float, drop: float, rng: np.random.Generator
) -> np.ndarray:
    """Images with Gaussian noise and pixels that are missing.

    Args:
        x: (N, D).
        sigma: standard deviation of what is added, 0 or more.
        drop: probability of setting a pixel to 0, from 0 to 1.
        rng: where chance comes from.

    Returns:
        (N, D), a new array.
    """
    ### BEGIN SOLUTION
    noisy = x + sigma * rng.standard_normal(x.shape)
    return np.where(rng.random(x.shape) < drop, 0.0, noisy)
    ### END SOLUTION


# %%
if __name__ == "__main__":
    corrupted = denoise_corrupt(np.ones((1, 1000)), 0.5, 0.2, np.random.default_rng(0))
    kept = corrupted[corrupted != 0]
    print(1000 - len(kept), kept.mean(), kept.std())  # about 200, 1 and 0.5
    rng = np.random.default_rng(0)
    rows = [denoise_corrupt(X_test[:9], *noise, rng) for noise in ((0.3, 0.0), (0.0, 0.5))]
    show(rows, ["sigma 0.3", "drop 0.5"])

# %% nbgrader={"grade": true, "grade_id": "denoise_corrupt", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("representations", task="denoise_corrupt", namespace=globals())

# %% [markdown]
# ## 7. Find your partner
#
# **Contrastive learning** needs no decoder. Two views are made of each of $N$ images, shifted or
# turned, and encoded; `z` holds the codes of all first views and then those of all second views, so
# that the partner of row $i$ is row $i + N$, and the other way round. Each of the $2N$ rows is to
# pick its partner out of the $2N - 1$ others:
#
# $$u_i = \frac{z_i}{\lVert z_i \rVert}, \qquad s_{ik} = \frac{u_i \cdot u_k}{\tau}, \qquad
#   L = -\frac{1}{2N} \sum_i \log \frac{e^{s_{i, \text{partner}(i)}}}{\sum_{k \ne i} e^{s_{ik}}}$$
#
# with the **temperature** $\tau$. That is a softmax cross-entropy with the partners as labels, in
# which nobody may pick itself: set $s_{ii} = -\infty$. SimCLR calls it NT-Xent.
#
# *A worked number.* Two images whose views agree and that are orthogonal, with $\tau = 1$: each row
# sees its partner at $s = 1$ and two strangers at $0$, and pays $\log(e + 2) - 1 = 0.551$.
#
# Backward, with $P$ the softmax of each row and $Y$ the one-hot partners, $G = (P - Y) / 2N$ is the
# gradient of $s$. Each $u_i$ occurs in its own row of $s$ and in everybody's column, so
#
# $$du = \frac{(G + G^\top)\, u}{\tau} .$$
#
# Last comes the division by the length. It throws away all of $du$ that points along $u$, since
# longer codes are no other codes:
#
# $$dz_i = \frac{du_i - (du_i \cdot u_i)\, u_i}{\lVert z_i \rVert}$$


# %% nbgrader={"grade": false, "grade_id": "nt_xent_loss-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def nt_xent_loss(z: np.ndarray, temperature: float) -> tuple[float, np.ndarray]:
    """Contrastive loss of two views of each image, mean over all views.

    Args:
        z: (2N, D) codes, N first views and then their N second views; no row is 0.
        temperature: above 0.

    Returns:
        loss: a number.
        dz: (2N, D).
    """
    ### BEGIN SOLUTION
    count = len(z)
    length = np.linalg.norm(z, axis=1, keepdims=True)  # (2N, 1)
    u = z / length
    scores = u @ u.T / temperature  # (2N, 2N)
    np.fill_diagonal(scores, -np.inf)
    shifted = scores - scores.max(axis=1, keepdims=True)
    odds = np.exp(shifted)
    total = odds.sum(axis=1, keepdims=True)
    rows = np.arange(count)
    partner = (rows + count // 2) % count
    loss = float(np.mean(np.log(total[:, 0]) - shifted[rows, partner]))
    dscores = odds / total
    dscores[rows, partner] -= 1
    dscores /= count
    du = (dscores + dscores.T) @ u / temperature
    return loss, (du - np.sum(du * u, axis=1, keepdims=True) * u) / length
    ### END SOLUTION


# %%
if __name__ == "__main__":
    print(nt_xent_loss(np.array([[1.0, 0], [0, 2], [3, 0], [0, 4]]), 1.0)[0])  # 0.551

# %% nbgrader={"grade": true, "grade_id": "nt_xent_loss", "locked": true, "points": 18, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("representations", task="nt_xent_loss", namespace=globals())

# %% [markdown]
# ## 8. Tell me who your neighbours are
#
# How good is a code? Without training anything further: give each test code the label that most of
# its $k$ nearest training codes have, by Euclidean distance, and count how often that is right. All
# squared distances at once are $\lVert a \rVert^2 - 2\, a \cdot b + \lVert b \rVert^2$.
#
# *A worked number.* Training codes 0, 1 and 5 with labels 0, 0 and 1. The test code 4 is labelled 1
# by its nearest neighbour, and 0 by the majority of its nearest three.
#
# Where two labels have as many votes, or two codes are equally near, either answer will do: that is
# not graded.


# %% nbgrader={"grade": false, "grade_id": "k_nearest_accuracy-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def k_nearest_accuracy(
    train_codes: np.ndarray,
    train_labels: np.ndarray,
    test_codes: np.ndarray,
    test_labels: np.ndarray,
    k: int,
) -> float:
    """Share of test codes that their k nearest training codes label right.

    Args:
        train_codes: (N, K).
        train_labels: (N,) whole numbers, 0 or more.
        test_codes: (M, K).
        test_labels: (M,).
        k: neighbours that vote, from 1 to N.

    Returns:
        A number from 0 to 1.
    """
    ### BEGIN SOLUTION
    distance = (test_codes**2).sum(axis=1)[:, None] - 2 * test_codes @ train_codes.T
    distance = distance + (train_codes**2).sum(axis=1)  # (M, N), squared
    nearest = np.argsort(distance, axis=1)[:, :k]
    votes = train_labels[nearest]  # (M, k)
    counts = np.sum(votes[:, :, None] == np.arange(train_labels.max() + 1), axis=1)
    return float(np.mean(counts.argmax(axis=1) == test_labels))
    ### END SOLUTION


# %%
if __name__ == "__main__":
    line, labels = np.array([[0.0], [1], [5]]), np.array([0, 0, 1])
    for k in (1, 3):
        print(k, k_nearest_accuracy(line, labels, np.array([[4.0]]), np.array([1]), k))  # 1.0, 0.0

# %% nbgrader={"grade": true, "grade_id": "k_nearest_accuracy", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("representations", task="k_nearest_accuracy", namespace=globals())

# %% [markdown]
# Judge the principal components: how many of them do the neighbours need, compared with all 784
# pixels?

# %%
if __name__ == "__main__":
    judged = (y_train[:3000], X_test, y_test)
    print(f"784 pixels: {k_nearest_accuracy(X_train[:3000], *judged, 5):.1%}")
    for k in (2, 8, 32):
        codes = [pca_transform(X, mean, components[:k]) for X in (X_train[:3000], X_test)]
        accuracy = k_nearest_accuracy(codes[0], y_train[:3000], codes[1], y_test, 5)
        print(f"{k} components: {accuracy:.1%}")

# %% [markdown]
# ## 9. A latent space with digits
#
# Now a variational autoencoder of two numbers, so that its whole space can be drawn. Encoder and
# decoder have one hidden layer each and are written out here; the draw, the loss and their
# gradients are yours. Watch how the two gradients of `mu` are added: one from the KL, one through
# the draw.

# %%
if __name__ == "__main__":
    K, H = 2, 256
    rng = np.random.default_rng(0)

    def layer(inputs, outputs):
        return rng.normal(0, np.sqrt(2 / inputs), (inputs, outputs)), np.zeros(outputs)

    params = [*layer(784, H), *layer(H, 2 * K), *layer(K, H), *layer(H, 784)]
    params[2] *= 0.1  # the clouds begin near the prior

    def encode(x, params):
        """mu, logvar and the hidden units."""
        hidden = np.maximum(x @ params[0] + params[1], 0)
        mu, logvar = np.hsplit(hidden @ params[2] + params[3], 2)
        return mu, logvar, hidden

    def decode(z, params):
        """Scores of the pixels, and the hidden units."""
        hidden = np.maximum(z @ params[4] + params[5], 0)
        return hidden @ params[6] + params[7], hidden

    def loss_and_grads(x, params, beta):
        mu, logvar, seen = encode(x, params)
        z, eps = reparameterise(mu, logvar, rng)
        logits, drawn = decode(z, params)
        loss, dlogits, dmu, dlogvar = elbo_loss(x, logits, mu, logvar, beta)

        ddrawn = dlogits @ params[6].T * (drawn > 0)
        dz = ddrawn @ params[4].T
        through_mu, through_logvar = reparameterise_backward(dz, logvar, eps)
        dcode = np.hstack([dmu + through_mu, dlogvar + through_logvar])
        dseen = dcode @ params[2].T * (seen > 0)
        grads = []
        for before, after in ((x, dseen), (seen, dcode), (z, ddrawn), (drawn, dlogits)):
            grads += [before.T @ after, after.sum(axis=0)]
        return loss, grads

    m = [np.zeros_like(p) for p in params]
    v = [np.zeros_like(p) for p in params]
    step = 0
    for epoch in range(12):
        losses = []
        order = rng.permutation(len(X_train))
        for start in range(0, len(order), 100):
            loss, grads = loss_and_grads(X_train[order[start : start + 100]], params, 1.0)
            losses.append(loss)
            step += 1
            for k, g in enumerate(grads):
                m[k] = 0.9 * m[k] + 0.1 * g
                v[k] = 0.99 * v[k] + 0.01 * g**2
                corrected = m[k] / (1 - 0.9**step), v[k] / (1 - 0.99**step)
                params[k] -= 2e-3 * corrected[0] / (np.sqrt(corrected[1]) + 1e-8)
        print(f"epoch {epoch + 1}: {np.mean(losses):.1f} nats for an image")

# %% [markdown]
# Left, where the test digits lie, coloured by labels that the network never saw. Right, what its
# decoder draws at each place of the square from -2 to 2: the way from one digit to another leads
# over shapes between them.

# %%
if __name__ == "__main__":
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 5.2))
    codes = encode(X_test, params)[0]
    points = left.scatter(*codes.T, c=y_test, cmap="tab10", s=9)
    figure.colorbar(points, ax=left, label="digit")
    ticks = np.linspace(-2, 2, 15)
    across, up = np.meshgrid(ticks, ticks[::-1])
    logits, _ = decode(np.column_stack([across.ravel(), up.ravel()]), params)
    pictures = (1 / (1 + np.exp(-logits))).reshape(15, 15, 28, 28)
    right.imshow(
        pictures.transpose(0, 2, 1, 3).reshape(420, 420), cmap="gray", extent=(-2, 2, -2, 2)
    )
    plt.tight_layout()
    plt.show()

    train_codes = encode(X_train[:3000], params)[0]
    accuracy = k_nearest_accuracy(train_codes, y_train[:3000], codes, y_test, 5)
    linear = [pca_transform(X, mean, components[:2]) for X in (X_train[:3000], X_test)]
    beside = k_nearest_accuracy(linear[0], y_train[:3000], linear[1], y_test, 5)
    print(f"two numbers, five neighbours: {accuracy:.1%}, and {beside:.1%} with two components")

# %% [markdown]
# ## 10. A contrastive code
#
# And without drawing anything: two shifted views of each digit, and a network of one hidden layer
# that is trained by your `nt_xent_loss` to recognise partners. What the code forgets, the shift, is
# what *we* chose by making the views.

# %%
if __name__ == "__main__":

    def shifted(x, rng):
        """Every image moved by up to three pixels each way."""
        images = np.pad(x.reshape(-1, 28, 28), ((0, 0), (3, 3), (3, 3)))
        moves = rng.integers(0, 7, (len(x), 2))
        rows = moves[:, :1] + np.arange(28)  # (N, 28)
        columns = moves[:, 1:] + np.arange(28)
        numbers = np.arange(len(x))[:, None, None]
        return images[numbers, rows[:, :, None], columns[:, None, :]].reshape(-1, 784)

    rng = np.random.default_rng(0)
    W1, W2 = rng.normal(0, np.sqrt(2 / 784), (784, 256)), rng.normal(0, np.sqrt(2 / 256), (256, 32))
    v1, v2 = np.zeros_like(W1), np.zeros_like(W2)
    for epoch in range(12):
        losses = []
        order = rng.permutation(len(X_train))
        for start in range(0, len(order), 200):
            x = X_train[order[start : start + 200]]
            views = np.concatenate([shifted(x, rng), shifted(x, rng)])
            hidden = np.maximum(views @ W1, 0)
            loss, dz = nt_xent_loss(hidden @ W2, 0.2)
            losses.append(loss)
            dhidden = dz @ W2.T * (hidden > 0)
            v1 = 0.9 * v1 - 1.0 * views.T @ dhidden
            v2 = 0.9 * v2 - 1.0 * hidden.T @ dz
            W1, W2 = W1 + v1, W2 + v2
        print(f"epoch {epoch + 1}: loss {np.mean(losses):.2f}, of {np.log(399):.2f} by guessing")

    moved = shifted(X_test, np.random.default_rng(1))
    print("five neighbours on test digits as they are, and moved by up to three pixels:")
    for name, code in (
        ("32 components", lambda x: pca_transform(x, mean, components[:32])),
        ("contrastive", lambda x: np.maximum(x @ W1, 0)),
    ):
        train = code(X_train[:3000])
        scores = [
            k_nearest_accuracy(train, y_train[:3000], code(x), y_test, 5) for x in (X_test, moved)
        ]
        print(f"{name}: {scores[0]:.1%} and {scores[1]:.1%}")

# %% [markdown]
# ## To go further
#
# - Train the autoencoder of section 9 with `beta` 0 and with `beta` 4. What becomes of the clouds,
#   and of the pictures between the digits?
# - Corrupt its input with `denoise_corrupt` and ask for the clean image. Do the neighbours notice?
# - Leave the shifts of section 10 out, so that both views are the same. What does the loss do, and
#   what are the codes worth?
# - How much of the variance would 32 *random* orthogonal directions keep?
