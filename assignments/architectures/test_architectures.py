"""Public checks of the architectures assignment: shapes, counts, small worked numbers, and hints.

Your grade comes from other tests of the same classes, on other numbers and more cases.

``student.tool("forward", block, x)`` runs a module on a NumPy array, and ``"load"`` writes numbers
into its parameters: see ``graders/sandbox/torch_tools.py``.
"""

import numpy as np
import pytest

from graders.engine.compare import as_array, check_close

RNG = np.random.default_rng(0)


def make(student, name, in_channels, *args, **kwargs):
    """A block that has seen an image: lazy layers have their parameters only then."""
    block = getattr(student, name)(in_channels, *args, **kwargs)
    student.tool("forward", block, np.zeros((2, in_channels, 8, 8)))
    return block


def output(student, block, x, shape, what):
    return as_array(student.tool("forward", block, x), shape, f"the output of {what}")


def kernels(student, block):
    """Shapes of the convolutions' kernels, sorted."""
    state = student.tool("state", block)
    return sorted(value.shape for value in state.values() if value.ndim == 4)


def check_kernels(student, block, expected, what):
    found = kernels(student, block)
    assert found == sorted(expected), (
        f"{what} has kernels of shapes {found}, where {sorted(expected)} were expected: a layer "
        "counts where it is made in __init__ and kept as an attribute, in a Sequential or in a "
        "ModuleList"
    )


def load(student, block, kernel_value):
    """Write ``kernel_value(shape)`` into every kernel, and zeros into every bias."""
    state = student.tool("state", block)
    values = {
        name: kernel_value(value.shape) if value.ndim == 4 else np.zeros(value.shape)
        for name, value in state.items()
        if value.ndim == 4 or name.endswith("bias")
    }
    student.tool("load", block, values)


def middle_tap(shape):
    """A kernel (F, C, k, k) that hands channel 0 on as it is, to every channel."""
    kernel = np.zeros(shape)
    kernel[:, 0, shape[2] // 2, shape[3] // 2] = 1
    return kernel


def check_learns(student, block, x):
    _, gradients = student.tool("gradients", block, x, np.ones(1))
    none = [name for name, gradient in gradients.items() if gradient is None]
    assert not none, f"no gradient reaches {', '.join(none)}: is the layer used, nothing detached?"


# --- conv1x1 ---


@pytest.mark.points(1, task="conv1x1", hint="nn.Conv2d(in_channels, out_channels, kernel_size=1)")
def test_conv1x1_shape(student):
    """From 3 channels to 5, at every size; 20 parameters."""
    block = make(student, "Conv1x1", 3, 5)
    for size in (6, 1):
        x = RNG.standard_normal((2, 3, size, size))
        output(student, block, x, (2, 5, size, size), "Conv1x1(3, 5)")
    count = sum(value.size for value in student.tool("parameters", block).values())
    check_close(count, 20, "the number of parameters of Conv1x1(3, 5)", reveal=True)


@pytest.mark.points(1, task="conv1x1", hint="a convolution, and nothing after it")
@pytest.mark.depends("test_conv1x1_shape")
def test_conv1x1_worked_pixel(student):
    """Weights (2, -1) turn a pixel (3, 1) into 5, and (1, 3) into -1."""
    block = make(student, "Conv1x1", 2, 1)
    load(student, block, lambda shape: np.array([2.0, -1.0]).reshape(shape))
    x = np.array([[3.0, 1.0], [1.0, 3.0]]).reshape(1, 2, 1, 2)
    right = np.array([5.0, -1.0]).reshape(1, 1, 1, 2)
    mistakes = {"a ReLU follows: the convolution alone is asked for": np.maximum(right, 0)}
    out = student.tool("forward", block, x)
    check_close(out, right, "the output", reveal=True, mistakes=mistakes)


# --- vgg_block ---


@pytest.mark.points(
    1, task="vgg_block", hint="padding=1 keeps the size; one MaxPool2d(2) halves it"
)
def test_vgg_block_shape(student):
    """7 by 8 pixels become 3 by 4, with one convolution or with three."""
    x = RNG.standard_normal((2, 3, 7, 8))
    for num_convs in (1, 3):
        block = make(student, "VGGBlock", 3, 5, num_convs)
        output(student, block, x, (2, 5, 3, 4), f"VGGBlock(3, 5, {num_convs}) for {x.shape}")


@pytest.mark.points(1, task="vgg_block", hint="in -> out once, then out -> out; nn.Sequential")
@pytest.mark.depends("test_vgg_block_shape")
def test_vgg_block_layers(student):
    """Three convolutions of 3x3, all of which learn."""
    block = make(student, "VGGBlock", 2, 4, 3)
    check_kernels(student, block, [(4, 2, 3, 3), (4, 4, 3, 3), (4, 4, 3, 3)], "VGGBlock(2, 4, 3)")
    check_learns(student, block, RNG.standard_normal((1, 2, 4, 4)))


@pytest.mark.points(1, task="vgg_block", hint="a ReLU after each convolution, then the maximum")
@pytest.mark.depends("test_vgg_block_layers")
def test_vgg_block_worked_image(student):
    """Kernels that copy their input leave the ReLU and the maximum of each 2x2 window."""
    block = make(student, "VGGBlock", 1, 1, 2)
    load(student, block, middle_tap)
    x = np.array([[1.0, 2.0, -1.0, -2.0], [3.0, 0.0, -3.0, -4.0]])[None, None]
    right = np.array([[[[3.0, 0.0]]]])
    mistakes = {
        "the ReLU is missing": np.array([[[[3.0, -1.0]]]]),
        "the pooling takes the mean: take the maximum": np.array([[[[1.5, 0.0]]]]),
    }
    out = student.tool("forward", block, x)
    check_close(out, right, "the output", reveal=True, mistakes=mistakes)


# --- inception_block ---


@pytest.mark.points(
    1, task="inception_block", hint="padding (k - 1) / 2 in each branch; cat(dim=1)"
)
def test_inception_block_shape(student):
    """Channels 2 + 4 + 6 + 7 side by side, height and width as they were."""
    block = make(student, "InceptionBlock", 3, 2, 3, 4, 5, 6, 7)
    x = RNG.standard_normal((2, 3, 5, 6))
    output(student, block, x, (2, 19, 5, 6), "InceptionBlock(3, 2, 3, 4, 5, 6, 7)")


@pytest.mark.points(1, task="inception_block", hint="in brackets in the drawing: what comes out")
@pytest.mark.depends("test_inception_block_shape")
def test_inception_block_layers(student):
    """Six convolutions, each with the channels of the drawing, all of which learn."""
    block = make(student, "InceptionBlock", 3, 2, 3, 4, 5, 6, 7)
    right = [(2, 3, 1, 1), (3, 3, 1, 1), (4, 3, 3, 3), (5, 3, 1, 1), (6, 5, 5, 5), (7, 3, 1, 1)]
    check_kernels(student, block, right, "InceptionBlock(3, 2, 3, 4, 5, 6, 7)")
    check_learns(student, block, RNG.standard_normal((1, 3, 4, 4)))


@pytest.mark.points(1, task="inception_block", hint="1x1, 3x3, 5x5, pooling: in this order")
@pytest.mark.depends("test_inception_block_layers")
def test_inception_block_reach(student):
    """A single bright pixel spreads over 1, 3, 5 and 3 pixels in the four branches."""
    block = make(student, "InceptionBlock", 1, 1, 1, 1, 1, 1, 1)
    load(student, block, np.ones)
    x = np.zeros((1, 1, 7, 7))
    x[0, 0, 3, 3] = 1
    out = output(student, block, x, (1, 4, 7, 7), "InceptionBlock(1, 1, 1, 1, 1, 1, 1)")
    reach = [int((np.abs(channel).sum(axis=0) > 0).sum()) for channel in out[0]]
    check_close(reach, [1, 3, 5, 3], "the reach of the branches, in pixels", reveal=True)
    dark = student.tool("forward", block, -x)
    assert np.all(dark >= 0), "a negative number comes out: a ReLU follows every convolution"


# --- residual_block ---


@pytest.mark.points(1, task="residual_block", hint="the stride is that of the first convolution")
def test_residual_block_shape(student):
    """A stride of 2 turns 5 by 6 pixels into 3 by 3."""
    x = RNG.standard_normal((2, 3, 5, 6))
    for channels, stride, size in [(3, 1, (5, 6)), (4, 1, (5, 6)), (4, 2, (3, 3))]:
        block = make(student, "ResidualBlock", 3, channels, stride=stride)
        what = f"ResidualBlock(3, {channels}, stride={stride})"
        output(student, block, x, (2, channels, *size), what)


@pytest.mark.points(1, task="residual_block", hint="a 1x1 convolution only where the shapes differ")
@pytest.mark.depends("test_residual_block_shape")
def test_residual_block_layers(student):
    """Two convolutions of 3x3 without bias; one of 1x1 in the shortcut where shapes differ."""
    for channels, stride, more in [(3, 1, []), (4, 1, [(4, 3, 1, 1)]), (3, 2, [(3, 3, 1, 1)])]:
        block = make(student, "ResidualBlock", 3, channels, stride=stride)
        right = [(channels, 3, 3, 3), (channels, channels, 3, 3), *more]
        check_kernels(student, block, right, f"ResidualBlock(3, {channels}, stride={stride})")
        count = sum(value.size for value in student.tool("parameters", block).values())
        norms = 2 * channels * len(right)
        check_close(
            count,
            sum(int(np.prod(shape)) for shape in right) + norms,
            "the number of parameters, with 2 a channel for each batch normalisation",
            reveal=True,
        )
        check_learns(student, block, RNG.standard_normal((2, 3, 4, 4)))


@pytest.mark.points(1, task="residual_block", hint="relu(residual + x): the sum, then the ReLU")
@pytest.mark.depends("test_residual_block_layers")
def test_residual_block_worked_image(student):
    """With kernels of zero the input comes through, less what is negative."""
    block = make(student, "ResidualBlock", 1, 1)
    load(student, block, np.zeros)
    x = np.array([[1.0, -2.0], [3.0, 0.5]])[None, None]
    right = np.maximum(x, 0)
    mistakes = {
        "the ReLU after the sum is missing": x,
        "the input is not added": np.zeros_like(x),
    }
    out = student.tool("forward", block, x)
    check_close(out, right, "the output", reveal=True, mistakes=mistakes)


# --- digit_classifier ---


def bars():
    """Ten kinds of picture, told apart by where their bright bar is: images and labels."""
    labels = np.arange(200) % 10
    images = RNG.standard_normal((200, 1, 28, 28)) * 0.5
    for image, label in zip(images, labels, strict=True):
        image[0, 2 * label + 4 : 2 * label + 6] += 2
    return images, labels


@pytest.mark.points(1, task="digit_classifier", hint="(N, 1, 28, 28) to (N, 10), no softmax")
def test_digit_classifier_gives_logits(student):
    """An image becomes ten logits, which need not sum to 1."""
    model = student.DigitClassifier()
    for count in (1, 4):
        x = RNG.standard_normal((count, 1, 28, 28))
        logits = output(student, model, x, (count, 10), "DigitClassifier()")
        assert np.isfinite(logits).all(), "the logits contain NaN or infinity"
        assert not np.allclose(np.abs(logits).sum(axis=1), 1, atol=1e-4), (
            "forward returns probabilities: return the logits, cross_entropy does the rest"
        )


@pytest.mark.points(1, task="digit_classifier", hint='self.log("train_loss", loss), return loss')
@pytest.mark.depends("test_digit_classifier_gives_logits")
def test_digit_classifier_learns(student):
    """A Trainer brings train_loss down on pictures that are easy to tell apart."""
    model = student.DigitClassifier()
    images, labels = bars()
    losses = []
    for epoch in range(5):
        logged = student.tool("fit", model, images, labels, batch_size=20, seed=epoch)
        assert "train_loss" in logged, f"train_loss is not logged; logged: {', '.join(logged)}"
        losses.append(float(logged["train_loss"]))
    assert losses[-1] < 0.8 * losses[0], (
        f"train_loss is {losses[0]:.2f} after one epoch and {losses[-1]:.2f} after five: does "
        "training_step return the loss, and configure_optimizers an optimizer of self.parameters()?"
    )


@pytest.mark.points(1, task="digit_classifier", hint="self.log in validation_step")
@pytest.mark.depends("test_digit_classifier_gives_logits")
def test_digit_classifier_validates(student):
    """val_loss and val_acc agree with the logits, over batches of 16, 16 and 8."""
    model = student.DigitClassifier()
    images, labels = (values[:40] for values in bars())
    logged = student.tool("validate", model, images, labels, batch_size=16)
    logits = student.tool("forward", model, images)
    loss = np.logaddexp.reduce(logits, axis=1) - logits[np.arange(40), labels]
    right = (logits.argmax(axis=1) == labels).mean()
    for name, value in [("val_loss", loss.mean()), ("val_acc", right)]:
        assert name in logged, f"{name} is not logged; logged: {', '.join(logged)}"
        check_close(logged[name], value, name, reveal=True, rtol=1e-3, atol=1e-3)
