"""The blocks of the assignment in NumPy, as functions of their parameters, and numbers for these.

A block's options are what students get wrong. A test asks for one thing, so what is wrong elsewhere
is worked out as well: an answer counts where it is right for some choice of the other options.

A student's block may name its layers as it likes. So that no test has to know which is which, all
parameters of one kind and shape get the same :class:`Numbers`: two 3x3 convolutions from 4 to 4
channels hold equal kernels. That each of them is used at all, its gradient shows.
"""

from collections import Counter
from dataclasses import dataclass, field, replace

import numpy as np

EPS = 1e-5  # of nn.BatchNorm2d


def kind_of(name, value, state):
    """What a parameter or buffer of the student's is, or None for what no number is drawn for."""
    prefix, _, last = name.rpartition(".")
    normalises = f"{prefix}.running_mean" in state if prefix else "running_mean" in state
    if value.dtype.kind != "f":
        return None  # num_batches_tracked
    if value.ndim >= 2:
        return "kernel"
    if last in ("running_mean", "running_var"):
        return last
    if normalises:
        return {"weight": "scale", "bias": "shift"}.get(last)
    return "bias"


def kernel_shapes(state):
    """How often each shape of convolution occurs; a dense layer on pixels is one of 1x1."""
    shapes = (v.shape for v in state.values() if v.ndim >= 2)
    return Counter(shape if len(shape) != 2 else (*shape, 1, 1) for shape in shapes)


@dataclass
class Numbers:
    """Parameters drawn once for each kind and shape, at some distance along a direction."""

    rng: np.random.Generator
    biased: bool = True
    positive: bool = False  # whatever goes in above 0 stays above 0, and no ReLU matters
    step: float = 0.0
    values: dict = field(default_factory=dict)
    directions: dict = field(default_factory=dict)

    def __call__(self, kind, *shape):
        if (kind, shape) not in self.values:
            noise = self.rng.standard_normal(shape)
            self.values[kind, shape] = {
                # variance 2 / fan_in: what comes out is of the size of what goes in
                "kernel": noise * np.sqrt(2 / max(1, int(np.prod(shape[1:])))),
                "bias": 0.3 * noise,
                "scale": 1 + 0.3 * noise,
                "shift": 0.3 * noise,
                "running_mean": 0.3 * noise,
                "running_var": 0.5 + noise**2,
            }[kind]
            if self.positive:
                sign = -1 if kind == "running_mean" else 1  # it is subtracted
                self.values[kind, shape] = sign * np.abs(self.values[kind, shape])
            still = kind.startswith("running")  # no gradient is taken of these
            self.directions[kind, shape] = 0 * noise if still else self.rng.standard_normal(shape)
        return self.values[kind, shape] + self.step * self.directions[kind, shape]

    def set(self, kind, shape, values):
        """Numbers of one's own for this kind and shape, in place of drawn ones."""
        self(kind, *shape)
        self.values[kind, shape] = values

    def moved(self, step):
        return replace(self, step=step)

    def of(self, kind, shape):
        """The number, and its direction, for a parameter of the student's."""
        full = shape if len(shape) != 2 else (*shape, 1, 1)  # a dense layer on pixels
        return self(kind, *full).reshape(shape), self.directions[kind, full].reshape(shape)

    # the layers, with these numbers in them

    def conv(self, x, out_channels, size, stride=1, padding=True):
        kernel = self("kernel", out_channels, x.shape[1], size, size)
        y = conv2d(x, kernel, stride, size // 2 if padding else 0)
        return y + self("bias", out_channels)[:, None, None] if self.biased else y

    def norm(self, x, training=False):
        channels = x.shape[1]
        mean, var = self("running_mean", channels), self("running_var", channels)
        if training:
            mean, var = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
        scale = self("scale", channels) / np.sqrt(var + EPS)
        return (x - mean[:, None, None]) * scale[:, None, None] + self("shift", channels)[
            :, None, None
        ]


def conv2d(x, kernel, stride=1, padding=0):
    """(N, C, H, W) and (F, C, k, k) to (N, F, H', W'): correlation, zeros around."""
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    windows = np.lib.stride_tricks.sliding_window_view(x, kernel.shape[2:], axis=(2, 3))
    return np.einsum("nchwij,fcij->nfhw", windows[:, :, ::stride, ::stride], kernel)


def pool(x, size, stride, padding=0, reduce=np.max, fill=-np.inf):
    """Pooling of (N, C, H, W)."""
    x = np.pad(x, ((0, 0), (0, 0), (padding,) * 2, (padding,) * 2), constant_values=fill)
    windows = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(2, 3))
    return reduce(windows[:, :, ::stride, ::stride], axis=(4, 5))


def relu(x):
    return np.maximum(x, 0)


def same(x):
    return x


# --- the blocks; the options are what students get wrong, and the first of each is right ---

ON_OR_OFF = (relu, same)
VGG_OPTIONS = {
    "between": ON_OR_OFF,
    "last": ON_OR_OFF,
    "reduce": (np.max, np.mean),
    "padding": (True, False),
}


def vgg_block(p, x, out_channels, num_convs, between=relu, last=relu, reduce=np.max, padding=True):
    for i in range(num_convs):
        x = p.conv(x, out_channels, 3, padding=padding)
        x = last(x) if i == num_convs - 1 else between(x)
    return pool(x, 2, 2, reduce=reduce)


def max_of_neighbours(x):
    return pool(x, 3, 1, 1)


def mean_of_neighbours(x):
    return pool(x, 3, 1, 1, reduce=np.mean, fill=0)


BRANCH_OPTIONS = {
    "inner": ON_OR_OFF,
    "outer": ON_OR_OFF,
    "pooling": (max_of_neighbours, mean_of_neighbours, same),
}


def inception_branches(
    p,
    x,
    c1,
    c3_reduce,
    c3,
    c5_reduce,
    c5,
    pool_proj,
    inner=relu,
    outer=relu,
    pooling=max_of_neighbours,
):
    """The four branches in the order in which they are concatenated."""
    return [
        outer(p.conv(x, c1, 1)),
        outer(p.conv(inner(p.conv(x, c3_reduce, 1)), c3, 3)),
        outer(p.conv(inner(p.conv(x, c5_reduce, 1)), c5, 5)),
        outer(p.conv(pooling(x), pool_proj, 1)),
    ]


def relu_of_the_sum(y, shortcut):
    return relu(y + shortcut)


def sum_alone(y, shortcut):
    return y + shortcut


def relu_before_the_sum(y, shortcut):
    return relu(y) + shortcut


def not_added(y, shortcut):
    return relu(y)


RESIDUAL_OPTIONS = {
    "middle": ON_OR_OFF,
    "end": (relu_of_the_sum, sum_alone, relu_before_the_sum, not_added),
    "statistics": ("running", "batch", "none"),  # that normalise
    "shortcut": ("projects where it must", "always projects", "projects, not normalised"),
}


def residual_block(
    p,
    x,
    out_channels,
    stride=1,
    middle=relu,
    end=relu_of_the_sum,
    statistics="running",
    shortcut="projects where it must",
):
    def norm(y):
        return y if statistics == "none" else p.norm(y, training=statistics == "batch")

    y = middle(norm(p.conv(x, out_channels, 3, stride)))
    y = norm(p.conv(y, out_channels, 3))
    around = x
    if stride != 1 or x.shape[1] != out_channels or shortcut == "always projects":
        around = p.conv(x, out_channels, 1, stride)
        around = around if shortcut == "projects, not normalised" else norm(around)
    return end(y, around)
