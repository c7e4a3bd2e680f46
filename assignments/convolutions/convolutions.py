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
# # Convolutions: one small window, everywhere
#
# A dense layer gives every pixel of an image a weight of its own. Shift the digit by two pixels and
# all that it learnt is about the wrong pixels. Yet a stroke is a stroke wherever it lies. A
# **convolutional layer** takes that seriously: it looks through a small window, asks the same
# question at every place, and writes the answers down as a new image. The question is a handful of
# weights, used over and over.
#
# In this notebook you build the window and its arithmetic, find edges in a photograph with it, make
# it a layer with a gradient, add pooling, and train a small convolutional network on handwritten
# digits with your own code.
#
# You need NumPy and nothing else. Notation, used everywhere below:
#
# | symbol | shape | meaning |
# |---|---|---|
# | `image`, `kernel` | `(H, W)`, `(HH, WW)` | one grey image, one window of weights |
# | `x` | `(N, C, H, W)` | `N` images with `C` channels each |
# | `w`, `b` | `(F, C, HH, WW)`, `(F,)` | `F` filters over all `C` channels, and their biases |
# | `dout` | shape of `out` | gradient of the loss with respect to a layer's output |
#
# Write each function where it says `YOUR CODE HERE` and run the cell below it: it checks your
# function on the spot and tells you what it found. `dlcourse check convolutions` does the same for
# the whole file. No function may change the arrays and dictionaries that it is given. Loops are
# welcome at first; the last section goes faster with the views of section 6.

# %%
import numpy as np

if __name__ == "__main__":
    import matplotlib.pyplot as plt

    from graders.students.check import check_cell, course_root

# %% [markdown]
# ## 1. How many places are there?
#
# A window of 3 pixels fits into a row of 5 at three places:
#
# ```
# row       # # # # #
# place 0   [ - ]            starts at 0
# place 1     [ - ]          starts at 1
# place 2       [ - ]        starts at 2
# ```
#
# With **stride** 2 the window moves two pixels at a time and stops at the starts 0 and 2. In
# general it may start at $0, s, 2s, \ldots$ as long as it ends inside, and the number of places is
#
# $$\left\lfloor \frac{\text{size} - \text{kernel}}{\text{stride}} \right\rfloor + 1$$
#
# The floor matters: where the stride does not divide evenly, the pixels left over at the end are
# not looked at. **Padding** by $p$ zeros on *both* sides turns `size` into `size + 2p`. Two kinds
# of padding have names: `"valid"` is none, and `"same"` is as much as it takes to have $\lceil
# \text{size} / \text{stride} \rceil$ places, whatever the kernel. With stride 1 the output is then
# as large as the input.
#
# | size | kernel | stride | padding | places |
# |---|---|---|---|---|
# | 28 | 3 | 1 | `"valid"` | 26 |
# | 28 | 3 | 2 | `"valid"` | 13 |
# | 28 | 3 | 2 | `"same"` | 14 |
# | 28 | 5 | 1 | 2 | 28 |


# %% nbgrader={"grade": false, "grade_id": "output_size-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def output_size(size: int, kernel: int, stride: int = 1, padding: str | int = "valid") -> int:
    """Number of places at which a window fits, along one axis.

    Args:
        size: pixels of the input.
        kernel: pixels of the window.
        stride: pixels from one place to the next.
        padding: "valid" (none), "same" (ceil(size / stride) places) or zeros added on each side.

    Raises:
        ValueError: a size below 1, or a window larger than the padded input (never with "same").
    """
    ### BEGIN SOLUTION
    if min(size, kernel, stride) < 1:
        raise ValueError(f"size {size}, kernel {kernel} and stride {stride} must be at least 1")
    if padding == "same":
        return -(-size // stride)  # rounded up
    padded = size + 2 * (0 if padding == "valid" else int(padding))
    if kernel > padded:
        raise ValueError(f"a kernel of {kernel} does not fit into {padded} pixels")
    return (padded - kernel) // stride + 1
    ### END SOLUTION


# %%
if __name__ == "__main__":
    print(output_size(28, 3), output_size(28, 3, 2), output_size(28, 3, 2, "same"))
    # 26 13 14

# %% nbgrader={"grade": true, "grade_id": "output_size", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("convolutions", task="output_size", namespace=globals())

# %% [markdown]
# ## 2. Correlation
#
# At every place where the kernel lies wholly inside the image (the *valid* region), multiply what
# lies on top of each other and add up:
#
# $$\text{out}[i, j] = \sum_{p} \sum_{q} \text{image}[i + p,\, j + q] \; \text{kernel}[p, q]$$
#
# *A worked number.* The kernel $(-1, 1)$ takes the difference of neighbours: on the row
# $(3, 5, 4)$ it gives $5 - 3 = 2$ and $4 - 5 = -1$. Where the image is flat it answers 0, and that
# makes it a detector of change.
#
# The output is large where the image looks like the kernel: correlation is a dot product with a
# template at every place.


# %% nbgrader={"grade": false, "grade_id": "correlate2d-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def correlate2d(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Slide a kernel over an image, as it is.

    Args:
        image: (H, W).
        kernel: (HH, WW).

    Returns:
        (H - HH + 1, W - WW + 1), one dot product a place.

    Raises:
        ValueError: the kernel is larger than the image, in height or in width.
    """
    ### BEGIN SOLUTION
    height = output_size(image.shape[0], kernel.shape[0])
    width = output_size(image.shape[1], kernel.shape[1])
    out = np.zeros((height, width))
    for p, q in np.ndindex(kernel.shape):  # few kernel entries, many places: loop over the few
        out += kernel[p, q] * image[p : p + height, q : q + width]
    return out
    ### END SOLUTION


# %%
if __name__ == "__main__":
    print(correlate2d(np.array([[3.0, 5.0, 4.0]]), np.array([[-1.0, 1.0]])))
    # [[ 2. -1.]]

# %% nbgrader={"grade": true, "grade_id": "correlate2d", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("convolutions", task="correlate2d", namespace=globals())

# %% [markdown]
# ## 3. Convolution
#
# What mathematicians call convolution turns the kernel by half a turn first, upside down *and*
# left to right:
#
# $$\text{out}[i, j] = \sum_{p} \sum_{q} \text{image}[i + p,\, j + q] \;
#   \text{kernel}[HH - 1 - p,\, WW - 1 - q]$$
#
# Why would anyone want that? With the turn the operation is commutative and associative: blurring
# and then sharpening is one convolution with the convolved kernels. It is what multiplies
# polynomials, and what becomes a plain product under the Fourier transform.
#
# A network does not care: it learns its kernel, turned or not. So the layer called *convolution* in
# every deep-learning library is in truth a correlation, and so is yours in section 6. This function
# is the real thing. On the row $(3, 5, 4)$ the kernel $(-1, 1)$ now gives $-2$ and $1$.


# %% nbgrader={"grade": false, "grade_id": "convolve2d-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def convolve2d(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Slide a kernel over an image, turned by 180 degrees.

    Args:
        image: (H, W).
        kernel: (HH, WW).

    Returns:
        (H - HH + 1, W - WW + 1).

    Raises:
        ValueError: the kernel is larger than the image, in height or in width.
    """
    ### BEGIN SOLUTION
    return correlate2d(image, kernel[::-1, ::-1])
    ### END SOLUTION


# %%
if __name__ == "__main__":
    print(convolve2d(np.array([[3.0, 5.0, 4.0]]), np.array([[-1.0, 1.0]])))
    # [[-2.  1.]]

# %% nbgrader={"grade": true, "grade_id": "convolve2d", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("convolutions", task="convolve2d", namespace=globals())

# %% [markdown]
# ## 4. Edges
#
# An edge is where brightness changes fast. The Sobel kernels measure change along one axis and,
# against noise, average along the other with weights 1 2 1:
#
# $$k_x = \begin{pmatrix} -1 & 0 & 1 \\ -2 & 0 & 2 \\ -1 & 0 & 1 \end{pmatrix}, \qquad
#   k_y = k_x^\top$$
#
# The two answers $g_x$ and $g_y$ are the components of a vector that points across the edge, and
# its length $\sqrt{g_x^2 + g_y^2}$ says how strong the edge is, whichever way it runs. On a ramp
# that brightens by 1 with each pixel to the right, $g_x = 2 + 4 + 2 = 8$ and $g_y = 0$ everywhere.


# %% nbgrader={"grade": false, "grade_id": "sobel_edges-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def sobel_edges(image: np.ndarray) -> np.ndarray:
    """Strength of the edges in an image.

    Args:
        image: (H, W), 3 pixels each way at least.

    Returns:
        (H - 2, W - 2), sqrt(gx^2 + gy^2) of the unscaled Sobel kernels.
    """
    ### BEGIN SOLUTION
    across = np.outer([1.0, 2.0, 1.0], [-1.0, 0.0, 1.0])  # (3, 3)
    return np.sqrt(correlate2d(image, across) ** 2 + correlate2d(image, across.T) ** 2)
    ### END SOLUTION


# %%
if __name__ == "__main__":
    print(sobel_edges(np.arange(16.0).reshape(4, 4)))
    # a ramp of 1 to the right and 4 down: sqrt(8^2 + 32^2) = 32.98 everywhere

# %% nbgrader={"grade": true, "grade_id": "sobel_edges", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("convolutions", task="sobel_edges", namespace=globals())

# %% [markdown]
# ### The same edges, seen as frequencies
#
# An image is a sum of waves. Slow ones, a few cycles across the whole image, carry its broad light
# and shade; fast ones carry edges and texture. `np.fft.fft2(image)` gives one complex number for
# each wave. The entry at row $u$ and column $v$ belongs to a wave of $f_y$ cycles down the image
# and $f_x$ across it, and `np.fft.fftfreq` knows which: frequencies run $0, 1, 2, \ldots$ up to
# half the size and then come back through the negative ones, $\ldots, -2, -1$.
#
# ```
# np.fft.fftfreq(8) * 8   ->   0  1  2  3 -4 -3 -2 -1
# ```
#
# A **high-pass filter** removes the slow waves: set to zero every entry whose distance $\sqrt{f_y^2
# + f_x^2}$ from frequency zero is at most `cutoff`, transform back with `np.fft.ifft2`, and take
# the real part (the imaginary one is rounding error). With `cutoff = 0` only the wave of frequency
# zero goes, which is the mean of the image.


# %% nbgrader={"grade": false, "grade_id": "high_pass-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def high_pass(image: np.ndarray, cutoff: float) -> np.ndarray:
    """Remove the slow waves of an image.

    Args:
        image: (H, W).
        cutoff: cycles per image; waves at this Euclidean distance from zero, or nearer, go.

    Returns:
        (H, W), real.
    """
    ### BEGIN SOLUTION
    height, width = image.shape
    down = np.rint(np.fft.fftfreq(height) * height)[:, None]  # (H, 1), cycles per image
    across = np.rint(np.fft.fftfreq(width) * width)  # (W,); rint, since h * (1 / h) may miss 1
    spectrum = np.fft.fft2(image)
    spectrum[np.hypot(down, across) <= cutoff] = 0
    return np.fft.ifft2(spectrum).real
    ### END SOLUTION


# %%
if __name__ == "__main__":
    wave = np.cos(2 * np.pi * 3 * np.arange(16) / 16)  # 3 cycles across 16 pixels
    for cutoff in (0, 2, 3):
        strongest = np.abs(high_pass(5 + np.tile(wave, (16, 1)), cutoff)).max()
        print(f"cutoff {cutoff}: strongest pixel {strongest:.2f}")
    # 1.00, 1.00, 0.00: the mean of 5 goes at once, the wave at its own frequency

# %% nbgrader={"grade": true, "grade_id": "high_pass", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("convolutions", task="high_pass", namespace=globals())

# %% [markdown]
# Look at a photograph through your filters: Grace Hopper, a computer pioneer (a photograph of the
# US Navy that comes with Matplotlib).

# %%
if __name__ == "__main__":
    from matplotlib.cbook import get_sample_data

    with get_sample_data("grace_hopper.jpg") as file:
        photograph = plt.imread(file, format="jpg") / 255.0  # (600, 512, 3)
    grey = photograph[::2, ::2].mean(axis=2)  # (300, 256)
    views = {
        "grey": grey,
        "sobel_edges": sobel_edges(grey),
        "high_pass, cutoff 12": np.abs(high_pass(grey, 12)),
        "what high_pass removed": grey - high_pass(grey, 12),
    }
    figure, axes = plt.subplots(1, 4, figsize=(12, 4))
    for (title, picture), ax in zip(views.items(), axes, strict=True):
        ax.imshow(picture, cmap="gray")
        ax.set_title(title)
        ax.axis("off")
    plt.tight_layout()
    plt.show()

# %% [markdown]
# ## 5. A convolution is a matrix
#
# Lay the image out as one long vector, row after row, as `image.ravel()` does. Each output is a
# weighted sum of its entries, so the whole operation is a matrix: one row for each place, one
# column for each pixel. For a row of four pixels and a kernel $(a, b)$
#
# $$M = \begin{pmatrix} a & b & 0 & 0 \\ 0 & a & b & 0 \\ 0 & 0 & a & b \end{pmatrix}$$
#
# That is a dense layer with two restrictions. Most weights are zero, because a unit sees its window
# only (*local connectivity*); and the rows repeat the same few numbers (*weight sharing*). Counting
# them is a lesson in itself: from 28 x 28 pixels to 26 x 26 places, a dense layer has 529,984 free
# weights and a 3 x 3 convolution has 9.


# %% nbgrader={"grade": false, "grade_id": "conv_matrix-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def conv_matrix(kernel: np.ndarray, height: int, width: int) -> np.ndarray:
    """The matrix that correlates a flattened image with a kernel.

    Args:
        kernel: (HH, WW).
        height: H of the images.
        width: W of the images.

    Returns:
        ((H - HH + 1) * (W - WW + 1), H * W), with
        ``conv_matrix(kernel, H, W) @ image.ravel() == correlate2d(image, kernel).ravel()``.
    """
    ### BEGIN SOLUTION
    out_height = output_size(height, kernel.shape[0])
    out_width = output_size(width, kernel.shape[1])
    matrix = np.zeros((out_height, out_width, height, width))
    for i, j in np.ndindex(out_height, out_width):
        matrix[i, j, i : i + kernel.shape[0], j : j + kernel.shape[1]] = kernel
    return matrix.reshape(out_height * out_width, height * width)
    ### END SOLUTION


# %%
if __name__ == "__main__":
    print(conv_matrix(np.array([[1.0, 2.0]]), 1, 4))
    # [[1. 2. 0. 0.]
    #  [0. 1. 2. 0.]
    #  [0. 0. 1. 2.]]

    matrix = conv_matrix(np.outer([1.0, 2.0, 1.0], [-1.0, 0.5, 1.0]), 6, 6)
    plt.figure(figsize=(5, 3))
    plt.imshow(matrix, cmap="RdBu_r", vmin=-2, vmax=2)
    plt.xlabel("pixel")
    plt.ylabel("place")
    plt.title("a 3 x 3 kernel on 6 x 6 pixels: white is zero")
    plt.show()

# %% nbgrader={"grade": true, "grade_id": "conv_matrix", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("convolutions", task="conv_matrix", namespace=globals())

# %% [markdown]
# ## 6. The convolutional layer
#
# Now in earnest: a batch of images, several channels, several filters, stride and padding. A filter
# spans all channels, correlates each with its own slice, adds up over channels, and adds its bias:
#
# $$\text{out}[n, f, i, j] = b_f + \sum_{c, p, q}
#   x^{\text{pad}}[n,\, c,\, s i + p,\, s j + q] \; w[f, c, p, q]$$
#
# where $x^{\text{pad}}$ is $x$ with `pad` zeros on all four sides, and $s$ is the stride. The
# output is `(N, F, H', W')`; `output_size` knows $H'$ and $W'$. The kernel is *not* turned. Images
# and filters need not be squares: rows go with $H$ and $HH$, columns with $W$ and $WW$.
#
# *A worked number.* One image of ones, 3 channels of 5 x 5; one filter of ones, 3 x 3; bias 0.5.
# Without padding every output is $27 \cdot 1 + 0.5 = 27.5$. With `pad` 1 the corner sees only 2 x 2
# pixels of each channel, and is $12.5$.
#
# **Windows without copying.** The helper below gives all windows at once, as a *view*: an array of
# shape `(N, C, H', W', HH, WW)` that reads the pixels where they lie. With it the layer is a single
# sum over three axes, which `np.einsum` or `np.tensordot` hands to fast code. (Copying the windows
# into the columns of a matrix is the classic *im2col*.) A loop over the places works too.


# %% nbgrader={"grade": false, "grade_id": "windows", "locked": true, "schema_version": 3, "solution": false, "task": false}
def windows(x: np.ndarray, height: int, width: int, stride: int) -> np.ndarray:
    """Every window of the last two axes: (N, C, H, W) -> (N, C, H', W', height, width)."""
    views = np.lib.stride_tricks.sliding_window_view(x, (height, width), axis=(2, 3))
    return views[:, :, ::stride, ::stride]


# %% nbgrader={"grade": false, "grade_id": "conv_forward-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def conv_forward(
    x: np.ndarray, w: np.ndarray, b: np.ndarray, conv_param: dict[str, int]
) -> tuple[np.ndarray, tuple]:
    """Apply a convolutional layer.

    Args:
        x: (N, C, H, W) images.
        w: (F, C, HH, WW) filters.
        b: (F,) biases.
        conv_param: "stride", pixels between places; "pad", zeros on each side. What a stride
            leaves over at the right and at the bottom is not looked at.

    Returns:
        out: (N, F, H', W').
        cache: whatever conv_backward needs.
    """
    ### BEGIN SOLUTION
    stride, pad = conv_param["stride"], conv_param["pad"]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    views = windows(padded, *w.shape[2:], stride)  # (N, C, H', W', HH, WW)
    out = np.tensordot(views, w, axes=([1, 4, 5], [1, 2, 3])) + b  # (N, H', W', F)
    return out.transpose(0, 3, 1, 2), (padded, w, stride, pad)
    ### END SOLUTION


# %%
if __name__ == "__main__":
    ones = np.ones((1, 3, 5, 5)), np.ones((1, 3, 3, 3)), np.array([0.5])
    print(conv_forward(*ones, {"stride": 2, "pad": 0})[0])  # 27.5 at 2 x 2 places
    print(conv_forward(*ones, {"stride": 2, "pad": 1})[0])  # 12.5 in the corners of 3 x 3

# %% nbgrader={"grade": true, "grade_id": "conv_forward", "locked": true, "points": 14, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("convolutions", task="conv_forward", namespace=globals())

# %% [markdown]
# ### Backward
#
# Read the sum of the forward pass as a list of products. Each product $x^{\text{pad}}[\cdot]\,
# w[\cdot]$ went into one output, so it hands that output's gradient to both of its factors:
#
# - **to the weights.** A weight is used at every place of every image, and what is shared collects
#   from all: $\;dw[f, c, p, q] = \sum_{n, i, j} \text{dout}[n, f, i, j] \;
#   x^{\text{pad}}[n, c, s i + p, s j + q]$;
# - **to the pixels.** A pixel lies under several windows and collects from each of them:
#   `dpadded[n, c, s*i + p, s*j + q] += dout[n, f, i, j] * w[f, c, p, q]`, over everything. Then cut
#   the padding off, for the zeros are no input of ours. Where `pad` is 0 there is nothing to cut,
#   and `pad:-pad` would be empty: take `pad : pad + H`;
# - **to the biases.** $b_f$ was added at every place: $\;db_f = \sum_{n, i, j}
#   \text{dout}[n, f, i, j]$.
#
# Mind the `+=`: windows overlap, and a plain `=` keeps the last one's share only. Nothing is
# divided by $N$ here, since the loss has done that already and `dout` carries it. Work these sums
# out; differences of forward passes, one for each entry, would take hours on a real image.


# %% nbgrader={"grade": false, "grade_id": "conv_backward-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def conv_backward(dout: np.ndarray, cache: tuple) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gradients of a convolutional layer.

    Args:
        dout: (N, F, H', W') gradient with respect to the output.
        cache: from conv_forward.

    Returns:
        dx: (N, C, H, W), without the padding.
        dw: (F, C, HH, WW).
        db: (F,).
    """
    ### BEGIN SOLUTION
    padded, w, stride, pad = cache
    _, _, out_height, out_width = dout.shape
    views = windows(padded, *w.shape[2:], stride)  # (N, C, H', W', HH, WW)
    dw = np.tensordot(dout, views, axes=([0, 2, 3], [0, 2, 3]))  # (F, C, HH, WW)
    dpadded = np.zeros(padded.shape)
    for p, q in np.ndindex(w.shape[2:]):
        rows = slice(p, p + stride * out_height, stride)
        columns = slice(q, q + stride * out_width, stride)
        share = np.tensordot(dout, w[:, :, p, q], axes=(1, 0))  # (N, H', W', C)
        dpadded[:, :, rows, columns] += share.transpose(0, 3, 1, 2)
    height, width = padded.shape[2:]
    dx = dpadded[:, :, pad : height - pad, pad : width - pad]
    return dx, dw, dout.sum(axis=(0, 2, 3))
    ### END SOLUTION


# %%
if __name__ == "__main__":
    out, cache = conv_forward(*ones, {"stride": 1, "pad": 0})
    dx, dw, db = conv_backward(np.ones_like(out), cache)
    print(dx[0, 0])  # how many windows lie over each pixel: 1 in the corner, 9 in the middle
    print(dw[0, 0, 0, 0], db)  # 9 places: 9.0 [9.]

# %% nbgrader={"grade": true, "grade_id": "conv_backward", "locked": true, "points": 14, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("convolutions", task="conv_backward", namespace=globals())

# %% [markdown]
# ## 7. Pooling
#
# Once a filter has answered "here", a network rarely needs to know exactly where. **Pooling** keeps
# one number for each window, channel by channel: the largest (*max pooling*) or the mean (*average
# pooling*). The image shrinks, the following layers see further, and a shift by a pixel changes
# little. Nothing is learnt and nothing is padded. With windows of 2 x 2 and stride 2:
#
# ```
# 1 3 | 2 0
# 4 2 | 1 1        max  4 2        mean  2.5 1.0
# ----+----             6 8              3.0 6.5
# 6 0 | 5 8
# 2 4 | 6 7
# ```
#
# Windows need not tile the image: with a stride below the window's size they overlap, with a larger
# one they leave gaps. Numbers may be all negative, so a maximum must not start from 0.
#
# Backward, the maximum passes its gradient to the one pixel that won, and the mean gives an equal
# part to every pixel in the window. Where windows overlap, a pixel adds up what it gets: a window
# that writes its part with `=`, the zeros of the pixels that did not win included, wipes out what
# the window before it gave.


# %% nbgrader={"grade": false, "grade_id": "max_pool-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def max_pool_forward(x: np.ndarray, pool_param: dict[str, int]) -> tuple[np.ndarray, tuple]:
    """Keep the largest number of each window.

    Args:
        x: (N, C, H, W).
        pool_param: "pool_height", "pool_width" and "stride", in pixels.

    Returns:
        out: (N, C, H', W').
        cache: whatever max_pool_backward needs.
    """
    ### BEGIN SOLUTION
    height, width, stride = (pool_param[key] for key in ("pool_height", "pool_width", "stride"))
    views = windows(x, height, width, stride)  # (N, C, H', W', height, width)
    flat = views.reshape(*views.shape[:4], -1)  # (N, C, H', W', height * width)
    return flat.max(axis=-1), (x.shape, flat.argmax(axis=-1), width, stride)
    ### END SOLUTION


def max_pool_backward(dout: np.ndarray, cache: tuple) -> np.ndarray:
    """Gradient of max pooling: (N, C, H', W') -> (N, C, H, W), to each window's largest number."""
    ### BEGIN SOLUTION
    shape, winner, width, stride = cache
    n, c, i, j = np.indices(dout.shape)
    p, q = np.divmod(winner, width)  # the winner's place within its window
    dx = np.zeros(shape)
    np.add.at(dx, (n, c, stride * i + p, stride * j + q), dout)  # += that counts every repetition
    return dx
    ### END SOLUTION


# %%
if __name__ == "__main__":
    picture = np.array([[1.0, 3, 2, 0], [4, 2, 1, 1], [6, 0, 5, 8], [2, 4, 6, 7]])[None, None]
    tiles = {"pool_height": 2, "pool_width": 2, "stride": 2}
    out, cache = max_pool_forward(picture, tiles)
    print(out[0, 0])  # [[4. 2.] [6. 8.]]
    print(max_pool_backward(np.ones_like(out), cache)[0, 0])  # a 1 where 4, 2, 6 and 8 stand

# %% nbgrader={"grade": true, "grade_id": "max_pool", "locked": true, "points": 10, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("convolutions", task="max_pool", namespace=globals())


# %% nbgrader={"grade": false, "grade_id": "avg_pool-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def avg_pool_forward(x: np.ndarray, pool_param: dict[str, int]) -> tuple[np.ndarray, tuple]:
    """Keep the mean of each window.

    Args:
        x: (N, C, H, W).
        pool_param: "pool_height", "pool_width" and "stride", in pixels.

    Returns:
        out: (N, C, H', W').
        cache: whatever avg_pool_backward needs.
    """
    ### BEGIN SOLUTION
    height, width, stride = (pool_param[key] for key in ("pool_height", "pool_width", "stride"))
    out = windows(x, height, width, stride).mean(axis=(4, 5))
    return out, (x.shape, height, width, stride)
    ### END SOLUTION


def avg_pool_backward(dout: np.ndarray, cache: tuple) -> np.ndarray:
    """Gradient of average pooling: (N, C, H', W') -> (N, C, H, W), in equal parts."""
    ### BEGIN SOLUTION
    shape, height, width, stride = cache
    out_height, out_width = dout.shape[2:]
    dx = np.zeros(shape)
    for p, q in np.ndindex(height, width):
        rows = slice(p, p + stride * out_height, stride)
        columns = slice(q, q + stride * out_width, stride)
        dx[:, :, rows, columns] += dout / (height * width)
    return dx
    ### END SOLUTION


# %%
if __name__ == "__main__":
    out, cache = avg_pool_forward(picture, tiles)
    print(out[0, 0])  # [[2.5 1. ] [3.  6.5]]
    print(avg_pool_backward(np.ones_like(out), cache)[0, 0])  # 0.25 everywhere

# %% nbgrader={"grade": true, "grade_id": "avg_pool", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("convolutions", task="avg_pool", namespace=globals())

# %% [markdown]
# ## 8. The receptive field
#
# How many pixels of the input, along one axis, can change one number at the end of a stack of
# layers? A single 3-pixel layer sees 3. A second one of stride 1 sees 3 of the first one's outputs,
# which reach over 5 pixels. If the *first* has stride 2, its outputs lie 2 pixels apart, and the
# second sees $3 + 2 \cdot 2 = 7$:
#
# ```
# input          # # # # # # #
# first, s = 2   [ - ]                three outputs, 2 pixels apart,
#                    [ - ]            together over 7 pixels
#                        [ - ]
# ```
#
# So walk from input to output with two numbers: the field $r$, 1 at first, and the **jump** $j$,
# the distance in input pixels between neighbouring outputs, 1 at first. A layer of kernel $k$ and
# stride $s$ adds $(k - 1)\,j$ to $r$; then $j$ becomes $j s$. Strides and pooling let the field
# grow fast, and a layer's own stride counts only for the layers after it.


# %% nbgrader={"grade": false, "grade_id": "receptive_field-code", "locked": false, "schema_version": 3, "solution": true, "task": false}
def receptive_field(layers: list[tuple[int, int]]) -> int:
    """Pixels of the input, along one axis, that one output depends on.

    Args:
        layers: (kernel, stride) of each layer, convolution or pooling, from input to output.

    Returns:
        The size of the field; 1 where there is no layer.
    """
    ### BEGIN SOLUTION
    field, jump = 1, 1
    for kernel, stride in layers:
        field += (kernel - 1) * jump
        jump *= stride
    return field
    ### END SOLUTION


# %%
if __name__ == "__main__":
    print(receptive_field([(3, 1), (3, 1)]), receptive_field([(3, 2), (3, 1)]))
    # 5 7

# %% nbgrader={"grade": true, "grade_id": "receptive_field", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
if __name__ == "__main__":
    check_cell("convolutions", task="receptive_field", namespace=globals())

# %% [markdown]
# ## 9. A convolutional network reads digits
#
# Your layers at work: 8 filters of 5 x 5, ReLU, max pooling, 16 filters of 3 x 3, ReLU, max
# pooling, and one linear layer on what is left. Everything but `conv` and `max_pool` is written out
# below. It learns from 4,000 of the course's MNIST images.

# %%
if __name__ == "__main__":
    with np.load(course_root() / "data" / "mnist_subset.npz") as digits:
        X_train = digits["train_images"][:4000, None] / 255.0  # (4000, 1, 28, 28)
        y_train = digits["train_labels"][:4000].astype(int)
        X_test = digits["test_images"][:, None] / 255.0  # (2000, 1, 28, 28)
        y_test = digits["test_labels"].astype(int)

    FIRST = {"stride": 2, "pad": 2}  # 28 -> 14
    SECOND = {"stride": 1, "pad": 1}
    POOL = {"pool_height": 2, "pool_width": 2, "stride": 2}  # 14 -> 7 -> 3

    def network(x, params):
        """Scores (N, 10) of a batch, and a function from their gradient to those of params."""
        first, conv1 = conv_forward(x, params["w1"], params["b1"], FIRST)  # (N, 8, 14, 14)
        pooled, pool1 = max_pool_forward(np.maximum(first, 0), POOL)  # (N, 8, 7, 7)
        second, conv2 = conv_forward(pooled, params["w2"], params["b2"], SECOND)  # (N, 16, 7, 7)
        top, pool2 = max_pool_forward(np.maximum(second, 0), POOL)  # (N, 16, 3, 3)
        flat = top.reshape(len(x), -1)  # (N, 144)

        def backward(dscores):
            dtop = (dscores @ params["w3"].T).reshape(top.shape)
            dsecond = max_pool_backward(dtop, pool2) * (second > 0)
            dpooled, dw2, db2 = conv_backward(dsecond, conv2)
            dfirst = max_pool_backward(dpooled, pool1) * (first > 0)
            _, dw1, db1 = conv_backward(dfirst, conv1)
            dw3, db3 = flat.T @ dscores, dscores.sum(axis=0)
            return {"w1": dw1, "b1": db1, "w2": dw2, "b2": db2, "w3": dw3, "b3": db3}

        return flat @ params["w3"] + params["b3"], backward

    def probabilities(scores):
        odds = np.exp(scores - scores.max(axis=1, keepdims=True))
        return odds / odds.sum(axis=1, keepdims=True)

    rng = np.random.default_rng(0)
    params = {
        "w1": rng.normal(0, np.sqrt(2 / 25), (8, 1, 5, 5)),
        "b1": np.zeros(8),
        "w2": rng.normal(0, np.sqrt(2 / 72), (16, 8, 3, 3)),
        "b2": np.zeros(16),
        "w3": rng.normal(0, np.sqrt(2 / 144), (144, 10)),
        "b3": np.zeros(10),
    }
    velocity = {name: np.zeros_like(value) for name, value in params.items()}
    for epoch in range(4):
        order = rng.permutation(len(X_train))
        for start in range(0, len(order), 50):
            batch = order[start : start + 50]
            scores, backward = network(X_train[batch], params)
            dscores = probabilities(scores)
            dscores[np.arange(len(batch)), y_train[batch]] -= 1
            for name, gradient in backward(dscores / len(batch)).items():
                velocity[name] = 0.9 * velocity[name] - 0.03 * gradient
                params[name] += velocity[name]
        right = network(X_test, params)[0].argmax(axis=1) == y_test
        print(f"epoch {epoch + 1}: {right.mean():.1%} of the test images")

# %% [markdown]
# Expect about 94 % on the test images after a few passes, where the linear classifier of the
# softmax assignment stays near 89 %, and with about a third of its weights: 208 in the first layer,
# 1,168 in the second and 1,450 in the last, against 7,840. The cell takes some seconds with
# layers that use views. With a loop over the places it takes minutes: use fewer images while you
# try things out.

# %%
if __name__ == "__main__":
    figure, axes = plt.subplots(2, 8, figsize=(10, 2.8))
    answers = np.maximum(conv_forward(X_test[:1], params["w1"], params["b1"], FIRST)[0][0], 0)
    for k in range(8):
        axes[0, k].imshow(params["w1"][k, 0], cmap="RdBu_r", vmin=-0.8, vmax=0.8)
        axes[1, k].imshow(answers[k], cmap="gray")
    for ax in axes.flat:
        ax.axis("off")
    figure.suptitle("the eight filters it learnt, and where each of them sees itself in one digit")
    plt.show()

# %% [markdown]
# ## To go further
#
# - Shift the test images by two pixels with `np.roll` and measure again. Do the same with the
#   linear classifier of the softmax assignment. Which one suffers more?
# - Replace `max_pool` by `avg_pool`, or leave the first pooling out and use stride 4 instead. What
#   happens to accuracy and to time?
# - What is the receptive field of the numbers that enter the last layer? Ask `receptive_field`, and
#   then measure it: which pixels of `dx` can be other than zero?
