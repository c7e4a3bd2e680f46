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
# # Seeing: what a network looks at
#
# A trained network says "Egyptian cat". Why? Its weights are a million numbers, but all of them can be
# asked the same question: which of you mattered? In this notebook you build the tools that turn a
# network's gradients and activations into pictures, and use them on a network that knows a thousand
# kinds of things, SqueezeNet, trained on ImageNet.
#
# You need NumPy and nothing else. Notation, used everywhere below:
#
# | symbol | shape | meaning |
# |---|---|---|
# | `dscores_dx` | `(N, C, H, W)` | gradient of one class score with respect to the images |
# | `activations`, `gradients` | `(N, K, h, w)` | a layer's maps, and the gradient of a score for them |
# | `dout` | shape of `out` | what comes back from the layer above |
#
# Write each function where it says `YOUR CODE HERE` and run the cell below it: it checks your function
# on the spot and tells you what it found. `dlcourse check seeing` does the same for the whole file.
# Arrays are of 64-bit floats, switches of integers. No function may change the arrays that it is given.

# %%
import numpy as np

if __name__ == "__main__":
    import matplotlib.pyplot as plt

    from graders.students.check import check_cell, course_root

# %% [markdown]
# ## 1. Saliency
#
# How much would a class score change with each pixel? That is its gradient, one number for each pixel
# and colour. A large negative number matters as much as a large positive one, so take its size; and of
# the colours take the one that matters most (Simonyan et al. 2014):
#
# $$M_{nij} = \max_c \left| \frac{\partial S}{\partial x_{ncij}} \right|$$
#
# *A worked number.* A pixel with the gradients $0.2, -0.5, 0.3$ of red, green and blue has saliency 0.5.
# The largest of the three, 0.3, would have missed green.


# %% nbgrader={"grade": false, "grade_id": "saliency_map-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def saliency_map(dscores_dx: np.ndarray) -> np.ndarray:
    """The size of a score's gradient at each pixel.

    Args:
        dscores_dx: (N, C, H, W).

    Returns:
        (N, H, W): the largest absolute value over the channels.
    """
    ### BEGIN SOLUTION
    return np.abs(dscores_dx).max(axis=1)
    ### END SOLUTION


# %%
if __name__ == "__main__":
    print(saliency_map(np.array([0.2, -0.5, 0.3]).reshape(1, 3, 1, 1)))  # [[[0.5]]]

# %% nbgrader={"grade": true, "grade_id": "saliency_map", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("seeing", task="saliency_map", namespace=globals())

# %% [markdown]
# ## 2. The way back through a ReLU
#
# A saliency map is noisy. One reason: on the way back, what speaks against the class mixes with what
# speaks for it. Three rules for what a ReLU $y = \max(0, x)$ hands down of what comes, $\delta$:
#
# | rule | what it passes |
# |---|---|
# | gradient | $\delta$ where $x > 0$, else 0 |
# | deconvnet | $\delta$ where $\delta > 0$, else 0 |
# | guided backpropagation | $\delta$ where $x > 0$ **and** $\delta > 0$, else 0 |
#
# The last one (Springenberg et al. 2015) follows only units that were active and whose growth helps.
# It is no gradient of anything; it is a picture. *Worked:* for $x = (2, -1, 3)$ and $\delta = (1, 4, -5)$
# the gradient rule gives $(1, 0, -5)$, the deconvnet $(1, 4, 0)$, and the guided rule $(1, 0, 0)$.
# What happens where $x$ or $\delta$ is exactly 0 is not graded.


# %% nbgrader={"grade": false, "grade_id": "guided_relu-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def guided_relu_forward(x: np.ndarray) -> tuple[np.ndarray, object]:
    """max(0, x) of any shape, and a cache: whatever guided_relu_backward needs."""
    ### BEGIN SOLUTION
    return np.maximum(x, 0), x > 0
    ### END SOLUTION


def guided_relu_backward(dout: np.ndarray, cache: object) -> np.ndarray:
    """What guided backpropagation hands down, of the shape of x."""
    ### BEGIN SOLUTION
    return np.maximum(dout, 0) * cache
    ### END SOLUTION


# %%
if __name__ == "__main__":
    _, cache = guided_relu_forward(np.array([2.0, -1.0, 3.0]))
    print(guided_relu_backward(np.array([1.0, 4.0, -5.0]), cache))  # [1. 0. 0.]

# %% nbgrader={"grade": true, "grade_id": "guided_relu", "locked": true, "points": 14, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("seeing", task="guided_relu", namespace=globals())

# %% [markdown]
# ## 3. The way back through max pooling
#
# Max pooling keeps one number of each window. The way back takes what comes to the place where that
# number stood, its *switch*, which the forward pass wrote down. Windows of 3 x 3 at a stride of 2
# overlap, as SqueezeNet's do, so one place may win in several windows. Then it gets the *sum* of what
# comes to them:
#
# ```
#  values    switches    map of 1 x 5
#  7 9 2     1 3 3       0 7 0 11 0
# ```
#
# A switch counts the pixels of one channel's map row after row, from 0: row * W + column.


# %% nbgrader={"grade": false, "grade_id": "deconv_unpool-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def deconv_unpool(x: np.ndarray, switches: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Take each number back to its switch, and add up where several meet.

    Args:
        x: (N, C, h, w).
        switches: (N, C, h, w) integers, places row * W + column in a map of H x W.
        shape: (H, W).

    Returns:
        (N, C, H, W), 0 where no switch points.
    """
    ### BEGIN SOLUTION
    out = np.zeros((*x.shape[:2], shape[0] * shape[1]))
    n, c = np.indices(x.shape)[:2]
    np.add.at(out, (n, c, switches), x)  # += that counts every repetition
    return out.reshape(*x.shape[:2], *shape)
    ### END SOLUTION


# %%
if __name__ == "__main__":
    print(deconv_unpool(np.array([[[[7.0, 9, 2]]]]), np.array([[[[1, 3, 3]]]]), (1, 5)))
    # [[[[ 0.  7.  0. 11.  0.]]]]

# %% nbgrader={"grade": true, "grade_id": "deconv_unpool", "locked": true, "points": 14, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("seeing", task="deconv_unpool", namespace=globals())

# %% [markdown]
# ## 4. Grad-CAM
#
# The last maps $A^k$ of a network nearly know what is in an image, and still know where. How much does
# the score depend on map $k$? On average over its places as much as
#
# $$\alpha_k = \frac{1}{h w} \sum_{ij} \frac{\partial S}{\partial A^k_{ij}}$$
#
# Weigh the maps with that, add them up, and keep what speaks *for* the class (Selvaraju et al. 2017):
#
# $$L_{ij} = \max\Bigl(0,\; \sum_k \alpha_k A^k_{ij}\Bigr)$$
#
# To show it, divide each image's map by its largest number, so that it runs from 0 to 1. Where nothing
# speaks for the class it is 0 everywhere, and stays so.
#
# *A worked number.* Two maps of $1 \times 2$: $A^1 = (4, 1)$ with the gradients $(1, 3)$, so $\alpha_1 = 2$;
# $A^2 = (1, 5)$ with $(-1, -1)$, so $\alpha_2 = -1$. The sum is $(8 - 1,\; 2 - 5) = (7, -3)$, of which
# $(7, 0)$ is kept, and scaled $(1, 0)$.


# %% nbgrader={"grade": false, "grade_id": "grad_cam-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def grad_cam(activations: np.ndarray, gradients: np.ndarray) -> np.ndarray:
    """Where in each image a class was found.

    Args:
        activations: (N, K, h, w), a layer's maps.
        gradients: (N, K, h, w), of the class score with respect to them.

    Returns:
        (N, h, w), each image's map from 0 to 1; all 0 where nothing speaks for the class.
    """
    ### BEGIN SOLUTION
    alpha = gradients.mean(axis=(2, 3), keepdims=True)  # (N, K, 1, 1)
    evidence = np.maximum((alpha * activations).sum(axis=1), 0)  # (N, h, w)
    most = evidence.max(axis=(1, 2), keepdims=True)  # (N, 1, 1)
    return evidence / np.where(most > 0, most, 1)
    ### END SOLUTION


# %%
if __name__ == "__main__":
    maps = np.array([[[[4.0, 1.0]], [[1.0, 5.0]]]])
    print(grad_cam(maps, np.array([[[[1.0, 3.0]], [[-1.0, -1.0]]]])))  # [[[1. 0.]]]

# %% nbgrader={"grade": true, "grade_id": "grad_cam", "locked": true, "points": 20, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("seeing", task="grad_cam", namespace=globals())

# %% [markdown]
# ## 5. What excites a unit
#
# Show a unit an image, find where in its map it answers most, and cut out what it saw there. The unit
# at row $i$, column $j$ of the map sees `kernel` x `kernel` pixels, its *receptive field*. Neighbouring
# units' fields lie `stride` pixels apart, and padding moves all of them up and to the left by `pad`:
#
# $$x_1 = j \cdot \text{stride} - \text{pad}, \quad x_2 = x_1 + \text{kernel}, \qquad
#   y_1 = i \cdot \text{stride} - \text{pad}, \quad y_2 = y_1 + \text{kernel}$$
#
# *A worked number.* Kernel 7, stride 4, pad 1: the unit at row 1, column 2 sees from $x_1 = 8 - 1 = 7$ to
# 14 and from $y_1 = 4 - 1 = 3$ to 10. A field may reach over the image's border; cut it off when you cut
# the patch out, not here.


# %% nbgrader={"grade": false, "grade_id": "top_patches-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def top_patches(feature_map: np.ndarray, k: int, kernel: int, stride: int, pad: int) -> np.ndarray:
    """The receptive fields of the k places that answer most.

    Args:
        feature_map: (h, w), one channel's answers to one image, all different.
        k: how many, at most h * w.
        kernel, stride, pad: of the receptive field, in pixels of the image.

    Returns:
        (k, 4) integers x1, y1, x2, y2, the strongest answer first.
    """
    ### BEGIN SOLUTION
    places = np.argsort(-feature_map.ravel())[:k]
    i, j = np.unravel_index(places, feature_map.shape)
    x, y = j * stride - pad, i * stride - pad
    return np.stack([x, y, x + kernel, y + kernel], axis=1)
    ### END SOLUTION


# %%
if __name__ == "__main__":
    answers = np.array([[0.1, 0.2, 0.3], [0.4, 0.0, 0.9]])
    print(top_patches(answers, 2, kernel=7, stride=4, pad=1))  # [[ 7  3 14 10] [-1  3  6 10]]

# %% nbgrader={"grade": true, "grade_id": "top_patches", "locked": true, "points": 18, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("seeing", task="top_patches", namespace=globals())

# %% [markdown]
# ## 6. Total variation
#
# Turn it round: keep the weights, and change the image until a unit answers more. What comes out first
# is noise, which networks love. **Total variation** punishes it: the sum of squared differences of
# neighbouring pixels, downwards and to the right, in each channel,
#
# $$V = \sum_{c, i, j} (x_{c, i+1, j} - x_{c, i, j})^2 + \sum_{c, i, j} (x_{c, i, j+1} - x_{c, i, j})^2$$
#
# over all pairs that lie inside the image. For the gradient take one difference, $d = x_{\text{next}} -
# x$. It adds $d^2$ to $V$, hence $2d$ to the gradient of the later pixel and $-2d$ to that of the
# earlier one, and a pixel collects from up to four neighbours.
#
# *A worked number.* The row $(1, 3, 2)$ has the differences $2$ and $-1$: $V = 5$, and the gradient is
# $(-4,\; 4 + 2,\; -2) = (-4, 6, -2)$.


# %% nbgrader={"grade": false, "grade_id": "total_variation-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def total_variation(image: np.ndarray) -> tuple[float, np.ndarray]:
    """Sum of squared differences of neighbouring pixels.

    Args:
        image: (C, H, W).

    Returns:
        loss: the sum, not a mean.
        grad: (C, H, W), its gradient.
    """
    ### BEGIN SOLUTION
    down, right = np.diff(image, axis=1), np.diff(image, axis=2)  # (C, H - 1, W), (C, H, W - 1)
    grad = np.zeros(image.shape)
    grad[:, 1:] += 2 * down
    grad[:, :-1] -= 2 * down
    grad[:, :, 1:] += 2 * right
    grad[:, :, :-1] -= 2 * right
    return float((down**2).sum() + (right**2).sum()), grad
    ### END SOLUTION


# %%
if __name__ == "__main__":
    print(total_variation(np.array([[[1.0, 3.0, 2.0]]])))  # (5.0, array([[[-4.,  6., -2.]]]))

# %% nbgrader={"grade": true, "grade_id": "total_variation", "locked": true, "points": 14, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("seeing", task="total_variation", namespace=globals())

# %% [markdown]
# ## 7. A step of a dream
#
# Gradients of one image are a hundred times larger than those of another. So a step *uphill* is measured:
# divide the gradient by its mean size, and a pixel moves by `step_size` on average. Then cut off what is
# no longer a brightness (Mordvintsev et al. 2015):
#
# $$x \leftarrow \text{clip}\Bigl(x + \text{step} \cdot \frac{g}{\text{mean}\,|g|},\; \text{low},\; \text{high}\Bigr)$$
#
# The mean goes over all numbers of the gradient together. A gradient that is 0 everywhere moves nothing.
#
# *A worked number.* $x = (0.5, 0.9)$, $g = (-1, 3)$, step 0.1: the mean size is 2, the moves are $-0.05$
# and $0.15$, and with high = 1 the answer is $(0.45, 1)$.


# %% nbgrader={"grade": false, "grade_id": "deep_dream_step-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def deep_dream_step(
    image: np.ndarray, grad: np.ndarray, step_size: float, low: float = 0.0, high: float = 1.0
) -> np.ndarray:
    """One step uphill, of step_size for a pixel on average.

    Args:
        image: of any shape.
        grad: of the same shape, the gradient of what is to grow.
        step_size: mean change of a number, before clipping.
        low, high: the range of the result.
    """
    ### BEGIN SOLUTION
    mean = np.abs(grad).mean()
    return np.clip(image + step_size * grad / (mean if mean > 0 else 1), low, high)
    ### END SOLUTION


# %%
if __name__ == "__main__":
    print(deep_dream_step(np.array([0.5, 0.9]), np.array([-1.0, 3.0]), 0.1))  # [0.45 1.  ]

# %% nbgrader={"grade": true, "grade_id": "deep_dream_step", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("seeing", task="deep_dream_step", namespace=globals())

# %% [markdown]
# ## 8. A cat, a cup, and a network that knows both
#
# Below is SqueezeNet 1.1 in NumPy: convolutions, ReLUs and three max poolings, with the weights that ship
# with the course. Forward it keeps what the way back needs. The way back comes in two kinds, with the
# gradient's rule at each ReLU or with yours. The image is two photographs side by side.

# %%
if __name__ == "__main__":
    from safetensors.numpy import load_file

    weights = load_file(course_root() / "data" / "squeezenet1_1.safetensors")
    MEAN = np.array([0.485, 0.456, 0.406]).reshape(3, 1, 1)
    STD = np.array([0.229, 0.224, 0.225]).reshape(3, 1, 1)
    FIRES, POOLS = (3, 4, 6, 7, 9, 10, 11, 12), (2, 5, 8)  # places in "features"

    def conv(x, name, stride=1):
        """A convolution (1, F, H', W'), and the way back through it."""
        w, b = weights[f"{name}.weight"].astype(float), weights[f"{name}.bias"]
        size = w.shape[2]
        pad = 0 if stride == 2 else size // 2
        padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
        views = np.lib.stride_tricks.sliding_window_view(padded, (size, size), axis=(2, 3))
        views = views[:, :, ::stride, ::stride]
        out = np.tensordot(views, w, axes=([1, 4, 5], [1, 2, 3])).transpose(0, 3, 1, 2)

        def back(dout):
            dpadded = np.zeros(padded.shape)
            rows, columns = (stride * n for n in dout.shape[2:])
            for p, q in np.ndindex(size, size):
                share = np.tensordot(dout, w[:, :, p, q], axes=(1, 0)).transpose(0, 3, 1, 2)
                dpadded[:, :, p : p + rows : stride, q : q + columns : stride] += share
            return dpadded[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]]

        return out + b.reshape(-1, 1, 1), back

    def relu(x, guided):
        out, cache = guided_relu_forward(x)
        if guided:
            return out, lambda dout: guided_relu_backward(dout, cache)
        return out, lambda dout: dout * (x > 0)

    def pool(x):
        """Windows of 3 x 3 at a stride of 2; the last ones may reach over the border."""
        height, width = x.shape[2:]
        more = [(n - 3) % 2 for n in (height, width)]
        padded = np.pad(x, ((0, 0), (0, 0), (0, more[0]), (0, more[1])), constant_values=-np.inf)
        views = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(2, 3))
        views = views[:, :, ::2, ::2]
        flat = views.reshape(*views.shape[:4], 9)
        row, column = np.divmod(flat.argmax(axis=4), 3)
        i, j = np.indices(flat.shape[2:4])
        switches = (2 * i + row) * width + 2 * j + column
        return flat.max(axis=4), lambda dout: deconv_unpool(dout, switches, (height, width))

    def fire(x, name, guided):
        squeezed, back1 = conv(x, f"{name}.squeeze")
        squeezed, back2 = relu(squeezed, guided)
        parts = [conv(squeezed, f"{name}.{part}") for part in ("expand1x1", "expand3x3")]
        out, back3 = relu(np.concatenate([part for part, _ in parts], axis=1), guided)

        def back(dout):
            halves = np.split(back3(dout), 2, axis=1)
            down = sum(step(half) for (_, step), half in zip(parts, halves, strict=True))
            return back1(back2(down))

        return out, back

    def features(image, last=12, guided=False):
        """Maps (1, K, h, w) of layer features.last, and the way back to an image (3, H, W)."""
        x, back = conv(((image - MEAN) / STD)[None], "features.0", stride=2)
        steps = [back]
        x, back = relu(x, guided)
        steps.append(back)
        for place in range(2, last + 1):
            x, back = pool(x) if place in POOLS else fire(x, f"features.{place}", guided)
            steps.append(back)

        def to_image(dout):
            for step in reversed(steps):
                dout = step(dout)
            return dout[0] / STD

        return x, to_image

    def classify(maps):
        """Scores (1000,) from the last maps, and for a class the gradient of its score for them."""
        before, back = conv(maps, "classifier.1")  # (1, 1000, h, w)
        places = before[0, 0].size

        def gradient(label):
            dout = np.zeros(before.shape)
            dout[0, label] = (before[0, label] > 0) / places
            return back(dout)

        return np.maximum(before, 0).mean(axis=(0, 2, 3)), gradient

    with np.load(course_root() / "data" / "photographs.npz") as photographs:
        halves = []
        for name in ("chelsea", "coffee"):
            photograph = photographs[name] / 255.0  # (H, W, 3)
            height, width = photograph.shape[:2]
            side = min(height, width)
            top, left = (height - side) // 2, (width - side) // 2
            at = np.linspace(0, side - 1, 200).round().astype(int)
            halves.append(photograph[top + at][:, left + at])
        image = np.concatenate(halves, axis=1).transpose(2, 0, 1)  # (3, 200, 400)

    maps, back = features(image)
    scores, gradient = classify(maps)
    CLASSES = {"Egyptian cat": 285, "espresso": 967}
    for name, label in CLASSES.items():
        print(
            f"{name}: score {scores[label]:.1f}, {(scores > scores[label]).sum()} classes above it"
        )

# %%
if __name__ == "__main__":
    _, guided_back = features(image, guided=True)
    figure, axes = plt.subplots(2, 4, figsize=(15, 4))
    for row, (name, label) in zip(axes, CLASSES.items(), strict=True):
        heat = grad_cam(maps, gradient(label))[0]
        row[0].imshow(image.transpose(1, 2, 0))
        row[0].set_title(name)
        row[1].imshow(image.transpose(1, 2, 0))
        row[1].imshow(
            heat, cmap="jet", alpha=0.5, extent=(0, 400, 200, 0), interpolation="bilinear"
        )
        row[1].set_title("Grad-CAM")
        for ax, way, title in ((row[2], back, "saliency"), (row[3], guided_back, "guided")):
            shown = saliency_map(way(gradient(label))[None])[0]
            ax.imshow(shown, cmap="gray", vmax=np.quantile(shown, 0.995))
            ax.set_title(title)
        middle = heat.shape[1] // 2
        print(f"{name}: {heat[:, :middle].sum() / heat.sum():.0%} of the heat on the cat's half")
        for ax in row:
            ax.axis("off")
    plt.show()

# %% [markdown]
# Grad-CAM is coarse and keeps to its own half: some 85 % of the heat of either class. The saliency map
# barely says where. The guided picture is the sharpest: eyes for the cat, the rim and the saucer for the
# espresso. But look for the eyes in the espresso's picture: they are there, too. A guided picture follows
# strong edges as well as what decides, and sharpness is no proof.
#
# Now the patches that excite a channel of `features.7` most, and a dream: the cat, changed step by step
# until the maps of `features.7` answer more, kept smooth by total variation. A unit of that layer sees 63
# pixels; neighbours lie 8 apart, so that several of the best look at the same eye.

# %%
if __name__ == "__main__":
    cat = image[:, :, :200]
    maps, _ = features(cat, last=7)
    figure, axes = plt.subplots(2, 5, figsize=(9, 3.8))
    for row, channel in zip(axes, maps[0].max(axis=(1, 2)).argsort()[:-3:-1], strict=True):
        boxes = top_patches(maps[0, channel], 5, kernel=63, stride=8, pad=24)
        for ax, (x1, y1, x2, y2) in zip(row, boxes, strict=True):
            ax.imshow(cat[:, max(y1, 0) : y2, max(x1, 0) : x2].transpose(1, 2, 0))
            ax.axis("off")
    figure.suptitle("what excites two channels of features.7 most")
    plt.show()

    dream = cat.copy()
    for step in range(12):
        answers, back = features(dream, last=7)
        uphill = back(2 * answers / answers.size)  # of the mean squared activation
        _, rough = total_variation(dream)
        uphill = uphill / np.abs(uphill).mean() - 0.1 * rough / np.abs(rough).mean()
        dream = deep_dream_step(dream, uphill, 0.015)
        if step in (0, 11):
            print(f"step {step + 1}: mean squared activation {np.square(answers).mean():.2f}")
    figure, axes = plt.subplots(1, 2, figsize=(8, 4))
    for ax, picture in zip(axes, (cat, dream), strict=True):
        ax.imshow(picture.transpose(1, 2, 0))
        ax.axis("off")
    plt.show()

# %% [markdown]
# ## To go further
#
# - Use the deconvnet's rule in `guided_relu_backward`. What changes in the guided picture?
# - Shuffle the weights of the last layer and draw both pictures again. Which of them notices?
# - Leave the total variation out of the dream, or take ten times as much of it.
# - Dream of one channel instead of all: `answers` with the others set to zero on the way back.
