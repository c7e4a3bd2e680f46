"""Hidden tests of the backprop assignment: 100 points.

Every demand has its test, so that a mistake in one costs no other: a network of one layer and one
example before deeper ones, weights apart from biases, the points at which a numerical gradient
asks apart from what it makes of the answers.

Expected gradients come from complex steps, ``f(x + ih).imag / h``, through formulas of our own
(the sigmoid as a hyperbolic tangent): exact to rounding, with no derivative worked out by hand.
Inputs and caches of a layer are the student's own, since what is in a cache is their choice; a
layer whose forward is wrong can therefore lose its backward too.
"""

import itertools

import numpy as np
import pytest

from graders.engine.compare import as_array, as_number, as_tuple, check_close, check_untouched

CARRIED_FORWARD = {
    "perceptron": ("perceptron",),
    "test_nand": ("nand",),
    "test_xor": ("xor",),
    "sigmoid": ("sigmoid",),
    "activations": ("sigmoid_forward", "sigmoid_backward", "relu_forward", "relu_backward"),
    "affine": ("affine_forward", "affine_backward"),
    "mlp_forward": ("mlp_forward",),
}
"""What comes later is judged with right ones of these, too, where the student's own went wrong."""


def smooth_step(z):
    """The sigmoid, as a hyperbolic tangent."""
    return 0.5 + 0.5 * np.tanh(0.5 * z)


def complex_step(f, x):
    """The gradient at x of a real function written in analytic operations."""
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        moved = x.astype(complex)
        moved[index] += 1e-30j
        gradient[index] = f(moved).imag / 1e-30
    return gradient


def check_works(answer, argument, what):
    """That a function does anything at all, before it is praised for what it leaves alone."""
    assert np.isfinite(answer).all(), f"{what} contains NaN or infinity"
    assert np.ptp(answer), f"{what} has the same number everywhere"
    assert not np.array_equal(answer, argument), f"{what} is what was handed in"


# --- perceptron: 5 ---


def fires(student, x, w, b):
    return as_number(student.perceptron(x, w, float(b)), "perceptron(x, w, b)") == 1


def draw_neuron(rng, d):
    """Inputs and weights whose product is well above 0."""
    x, w = rng.standard_normal((2, d))
    product = w @ x
    return x, w * np.sign(product) * (1 + 1 / abs(product))


@pytest.mark.points(2, task="perceptron", hint="1 where w . x + b > 0, else 0")
def test_perceptron_fires_by_its_inputs(student, rng):
    """Without a bias it fires if the weighted sum of its inputs is positive, and else not."""
    for d in (1, 2, 5):
        x, w = draw_neuron(rng, d)
        right = fires(student, x, w, 0.0), not fires(student, -x, w, 0.0)
        assert any(right), "it fires exactly where it should not"
        assert all(right), "it does not fire by the sign of w . x"


@pytest.mark.points(1, task="perceptron", hint="add b to the weighted sum before comparing with 0")
def test_perceptron_fires_by_its_bias(student, rng):
    """The bias moves the threshold."""
    x, w = draw_neuron(rng, 4)
    for b in (0.1, -0.1):
        decided = fires(student, x, w, b - w @ x)
        assert decided == (b > 0), "it is not w . x + b that decides whether it fires"


@pytest.mark.points(1, task="perceptron", hint="0 where it does not fire, not -1, nor the sum")
def test_perceptron_returns_0_or_1(student, rng):
    """What it returns is 1 or 0."""
    x, w = draw_neuron(rng, 3)
    outputs = {as_number(student.perceptron(s * x, w, 0.0), "perceptron(...)") for s in (1, -1)}
    assert outputs <= {0, 1}, "perceptron must return 0 or 1, nothing between or beyond"
    assert len(outputs) == 2, "it returns the same, whatever its inputs are"


@pytest.mark.points(1, task="perceptron", hint="strictly greater: >, not >=")
def test_perceptron_at_its_threshold(student):
    """Exactly at the threshold it does not fire, above it it does."""
    x, w = np.array([1.0, 2.0]), np.array([2.0, -1.0])
    assert not fires(student, x, w, 0.0), "with w . x + b = 0 it fires: > 0 is asked for"
    assert fires(student, np.ones(2), w, 0.0), "with w . x + b = 1 it does not fire"


# --- gates: 8 ---

BITS = [(0, 0), (0, 1), (1, 0), (1, 1)]


def table(gate, name):
    """What a gate gives for the four pairs of bits."""
    return [as_number(gate(a, b), f"{name}(a, b)") for a, b in BITS]


@pytest.mark.points(3, task="gates", hint="weights -2 and -2, bias 3")
def test_nand(student):
    """NAND is 0 for two ones only."""
    outputs = table(student.nand, "nand")
    assert outputs != [0, 0, 0, 1], "this is AND: NAND is its opposite"
    assert outputs == [1, 1, 1, 0], "nand is not 0 for two ones and 1 for the other three pairs"


@pytest.mark.points(3, task="gates", hint="n = nand(a, b); nand(nand(a, n), nand(n, b))")
def test_xor(student):
    """XOR is 1 if exactly one input is."""
    outputs = table(student.xor, "xor")
    assert outputs != [0, 1, 1, 1], "this is OR: XOR is 0 for two ones"
    assert outputs != [1, 0, 0, 1], "this is the opposite of XOR"
    assert outputs == [0, 1, 1, 0], "xor is not 1 for exactly one 1, and 0 otherwise"


@pytest.mark.points(2, task="gates", hint="sum = xor(a, b); carry is 1 for 1 + 1 only")
def test_half_adder(student):
    """A half adder gives the sum bit, then the carry bit."""
    results = [as_tuple(student.half_adder(a, b), "sum, carry") for a, b in BITS]
    sums = [as_number(result[0], "the sum bit") for result in results]
    carries = [as_number(result[1], "the carry bit") for result in results]
    swapped = sums == [0, 0, 0, 1] and carries == [0, 1, 1, 0]
    assert not swapped, "sum and carry are exchanged: the sum comes first"
    assert sums == [0, 1, 1, 0], "the sum bit is not the XOR of the inputs"
    assert carries == [0, 0, 0, 1], "the carry bit is not 1 for 1 + 1 and 0 otherwise"


# --- sigmoid: 10 ---


@pytest.mark.points(4, task="sigmoid", hint="1 / (1 + exp(-z)), elementwise")
def test_sigmoid_definition(student, rng):
    """1 / (1 + exp(-z)) for every number."""
    z = 3 * rng.standard_normal((3, 4))
    right = smooth_step(z)
    check_close(
        student.sigmoid(z),
        right,
        "sigmoid(z)",
        mistakes={
            "the sign in the exponent is wrong": 1 - right,
            "this is tanh": np.tanh(z),
            "this is the slope of the sigmoid": right * (1 - right),
        },
    )


@pytest.mark.points(1, task="sigmoid", hint="nothing in the formula depends on the shape")
def test_sigmoid_of_any_shape(student, rng):
    """The same numbers in another shape have the same sigmoids."""
    z = 3 * rng.standard_normal(12)
    flat = as_array(student.sigmoid(z), z.shape, "sigmoid(z)")
    check_works(flat, z, "sigmoid(z)")
    check_close(student.sigmoid(z.reshape(2, 2, 3)), flat.reshape(2, 2, 3), "sigmoid of (2, 2, 3)")


@pytest.mark.points(2, task="sigmoid", hint="exp(-|z|) never overflows: treat both signs apart")
def test_sigmoid_of_large_numbers_is_finite(student):
    """For 1000 and -1000 one result is 1 and the other 0, neither NaN nor infinity."""
    ends = as_array(student.sigmoid(np.array([-1000.0, 1000.0])), (2,), "sigmoid of -1000 and 1000")
    assert np.isfinite(ends).all(), "sigmoid of -1000 and 1000 contains NaN or infinity"
    assert np.allclose(sorted(ends), [0, 1]), "sigmoid of -1000 and 1000 is not 0 and 1"


@pytest.mark.points(1, task="sigmoid", hint="exp(z) / (1 + exp(z)) for negative z, the other else")
def test_sigmoid_of_large_numbers(student, rng):
    """Right from -1000 to 1000."""
    z = np.array([-1000.0, -800 * rng.random() - 100, -30.0, 0.0, 30.0, 1000.0])
    wrong = {"the sign in the exponent is wrong": smooth_step(-z)}
    check_close(
        student.sigmoid(z), smooth_step(z), "sigmoid of numbers from -1000 to 1000", mistakes=wrong
    )


@pytest.mark.points(2, task="sigmoid", hint="z[z < 0] = ... writes into the caller's array")
def test_sigmoid_leaves_its_argument(student, rng):
    """The array that was handed in stays as it was."""
    z = rng.standard_normal((4, 3))
    call = student.after("sigmoid", z)
    check_works(as_array(call.result, z.shape, "sigmoid(z)"), z, "sigmoid(z)")
    check_untouched(call, z, names="z")


# --- activations: 14 ---


@pytest.mark.points(3, task="activations", hint="out = sigmoid(x), and whatever backward needs")
def test_sigmoid_forward(student, rng):
    """The forward pass gives the sigmoid of its input."""
    x = rng.standard_normal((4, 3))
    out, _ = as_tuple(student.sigmoid_forward(x), "out, cache")
    s = smooth_step(x)
    wrong = {"the sign in the exponent is wrong": 1 - s, "this is tanh": np.tanh(x)}
    check_close(out, s, "out of sigmoid_forward", mistakes=wrong)


@pytest.mark.points(4, task="activations", hint="dout * s * (1 - s), with s the sigmoid of x")
def test_sigmoid_backward(student, rng):
    """The gradient is dout times the slope of the sigmoid."""
    x, dout = rng.standard_normal((2, 4, 3))
    _, cache = as_tuple(student.sigmoid_forward(x), "out, cache")
    slope = 1 / (4 * np.cosh(x / 2) ** 2)
    s = smooth_step(x)
    check_close(
        student.sigmoid_backward(dout, cache),
        dout * slope,
        "dx of sigmoid_backward",
        mistakes={
            "dout is missing: multiply by it": slope,
            "the slope is s * (1 - s) with s = sigmoid(x), not with x itself": dout * x * (1 - x),
            "the slope is s * (1 - s): the sigmoid was applied twice": (
                dout * smooth_step(s) * (1 - smooth_step(s))
            ),
            "the slope is s * (1 - s), not s": dout * s,
            "the slope is s * (1 - s), not 1 - s": dout * (1 - s),
            "this is the slope of tanh": dout * (1 - np.tanh(x) ** 2),
        },
    )


@pytest.mark.points(2, task="activations", hint="np.maximum(x, 0)")
def test_relu_forward(student, rng):
    """The forward pass keeps what is positive and puts 0 elsewhere."""
    for shape in [(4, 3), (2, 3, 2)]:
        x = rng.standard_normal(shape)
        out, _ = as_tuple(student.relu_forward(x), "out, cache")
        check_close(
            out,
            np.where(x > 0, x, 0),
            "out of relu_forward",
            mistakes={
                "this is the absolute value": np.abs(x),
                "this is where x is positive, not x itself": x > 0,
                "what is negative is kept, and what is positive lost": np.where(x < 0, x, 0),
            },
        )


@pytest.mark.points(3, task="activations", hint="dout where x > 0, and 0 elsewhere")
def test_relu_backward(student, rng):
    """The gradient passes where the input was positive."""
    x, dout = rng.standard_normal((2, 5, 3))
    _, cache = as_tuple(student.relu_forward(x), "out, cache")
    check_close(
        student.relu_backward(dout, cache),
        np.where(x > 0, dout, 0),
        "dx of relu_backward",
        mistakes={
            "what counts is the sign of x, not that of dout": np.where(dout > 0, dout, 0),
            "dout is missing: multiply by it": x > 0,
            "the slope is 1 where x > 0, not x": dout * np.where(x > 0, x, 0),
            "it passes where the input was negative": np.where(x > 0, 0, dout),
            "the gradient passes everywhere": dout,
        },
    )


def check_own_cache(gradient, forward, first, second, x):
    """The gradient of a first call, in the shape of x, is the same before and after a second.

    Args:
        gradient: works it out from a cache.
    """
    _, cache = as_tuple(forward(*first), "out, cache")
    before = as_array(gradient(cache), x.shape, "dx")
    check_works(before, None, "dx")
    as_tuple(forward(*second), "out, cache")
    check_close(gradient(cache), before, "dx of the first of two calls, asked for after the second")


@pytest.mark.points(1, task="activations", hint="all that backward needs goes into cache")
def test_activations_keep_their_own_cache(student, rng):
    """A layer that is called twice can be walked back twice: memory is in the cache alone."""
    x, other, dout = rng.standard_normal((3, 4, 3))
    for layer in ("sigmoid", "relu"):
        forward, backward = (getattr(student, f"{layer}_{way}") for way in ("forward", "backward"))

        def dx(cache, backward=backward):
            gradient = backward(dout, cache)
            assert not np.array_equal(as_array(gradient, dout.shape, "dx"), dout), "dx is dout"
            return gradient

        check_own_cache(dx, forward, (x,), (other,), x)


@pytest.mark.points(1, task="activations", hint="x[x < 0] = 0 writes into the caller's array")
def test_activations_leave_their_arguments(student, rng):
    """Inputs and gradients that were handed in stay as they were."""
    x, dout = rng.standard_normal((2, 4, 3))
    for layer in ("sigmoid", "relu"):
        call = student.after(f"{layer}_forward", x)
        out, cache = as_tuple(call.result, "out, cache")
        check_works(as_array(out, x.shape, "out"), x, "out")
        check_untouched(call, x, names="x")
        call = student.after(f"{layer}_backward", dout, cache)
        check_works(as_array(call.result, x.shape, "dx"), dout, "dx")
        check_untouched(call, dout, names="dout")


# --- affine: 18 ---


def draw_affine(rng, shape, m=3):
    d = int(np.prod(shape[1:]))
    x, w, b = rng.standard_normal(shape), rng.standard_normal((d, m)), rng.standard_normal(m)
    return x, w, b, rng.standard_normal((shape[0], m))


def affine(x, w, b):
    flat = np.stack([example.ravel() for example in x])
    return np.einsum("nd,dm->nm", flat, w) + b


def affine_gradients(student, rng, shape):
    """The student's dx, dw, db and what they were drawn from."""
    x, w, b, dout = draw_affine(rng, shape)
    _, cache = as_tuple(student.affine_forward(x, w, b), "out, cache")
    return as_tuple(student.affine_backward(dout, cache), "dx, dw, db"), (x, w, b, dout)


def check_affine(student, rng, shape):
    x, w, b, _ = draw_affine(rng, shape)
    out, _ = as_tuple(student.affine_forward(x, w, b), "out, cache")
    check_close(
        out,
        affine(x, w, b),
        f"out for x of shape {shape}",
        mistakes={
            "b is missing": affine(x, w, 0 * b),
            "examples are flattened in another order than x.reshape(N, -1)": (
                affine(np.stack([example.T for example in x]), w, b)
            ),
        },
    )


@pytest.mark.points(3, task="affine", hint="x @ w + b")
def test_affine_forward(student, rng):
    """out = x w + b, for examples that are rows."""
    for shape in [(4, 5), (1, 3)]:
        check_affine(student, rng, shape)


@pytest.mark.points(1, task="affine", hint="x.reshape(N, -1) flattens each example")
def test_affine_forward_of_images(student, rng):
    """Examples of any shape are flattened to rows."""
    for shape in [(2, 3, 2), (3, 2, 2, 2)]:
        check_affine(student, rng, shape)


@pytest.mark.points(3, task="affine", hint="dx = dout @ w.T")
def test_affine_backward_dx(student, rng):
    """dx carries dout back through the weights."""
    (dx, _, _), (x, w, b, dout) = affine_gradients(student, rng, (4, 3))
    right = complex_step(lambda x: np.sum(affine(x, w, b) * dout), x)
    check_close(dx, right, "dx", mistakes={"w must be transposed: dout @ w.T": dout @ w})


@pytest.mark.points(3, task="affine", hint="dw = x.T @ dout: a sum over the examples, no 1/N")
def test_affine_backward_dw(student, rng):
    """dw adds up, over the examples, what each weight was multiplied with."""
    (_, dw, _), (x, w, b, dout) = affine_gradients(student, rng, (4, 5))
    right = complex_step(lambda w: np.sum(affine(x, w, b) * dout), w)
    check_close(dw, right, "dw", mistakes={"no 1/N here: dout has it already": right / len(x)})


@pytest.mark.points(3, task="affine", hint="db = dout.sum(axis=0), of shape (M,)")
def test_affine_backward_db(student, rng):
    """db adds up dout over the examples."""
    (_, _, db), (x, w, b, dout) = affine_gradients(student, rng, (4, 5))
    right = complex_step(lambda b: np.sum(affine(x, w, b) * dout), b)
    check_close(db, right, "db", mistakes={"sum over the examples, no mean": right / len(x)})


@pytest.mark.points(2, task="affine", hint="dx.reshape(x.shape), with the x that was handed in")
def test_affine_backward_dx_of_images(student, rng):
    """dx has the shape that x had before it was flattened."""
    (dx, _, _), (x, w, b, dout) = affine_gradients(student, rng, (3, 2, 1, 2))
    check_close(dx, complex_step(lambda x: np.sum(affine(x, w, b) * dout), x), "dx")


@pytest.mark.points(1, task="affine", hint="dw = x.reshape(N, -1).T @ dout")
def test_affine_backward_dw_of_images(student, rng):
    """dw has a row for each number of a flattened example."""
    (_, dw, _), (x, w, b, dout) = affine_gradients(student, rng, (3, 2, 1, 2))
    check_close(dw, complex_step(lambda w: np.sum(affine(x, w, b) * dout), w), "dw")


@pytest.mark.points(1, task="affine", hint="all that backward needs goes into cache")
def test_affine_keeps_its_own_cache(student, rng):
    """A layer that is called twice can be walked back twice: memory is in the cache alone."""
    *first, dout = draw_affine(rng, (4, 5))
    *second, _ = draw_affine(rng, (4, 5))

    def dx(cache):
        return as_tuple(student.affine_backward(dout, cache), "dx, dw, db")[0]

    check_own_cache(dx, student.affine_forward, first, second, first[0])


@pytest.mark.points(1, task="affine", hint="+= on an argument writes into the caller's array")
def test_affine_leaves_its_arguments(student, rng):
    """Inputs, weights and gradients that were handed in stay as they were."""
    x, w, b, dout = draw_affine(rng, (4, 5))
    call = student.after("affine_forward", x, w, b)
    out, cache = as_tuple(call.result, "out, cache")
    check_works(as_array(out, dout.shape, "out"), x, "out")
    check_untouched(call, x, w, b, names="x, w, b")
    call = student.after("affine_backward", dout, cache)
    check_works(as_array(as_tuple(call.result, "dx, dw, db")[0], x.shape, "dx"), dout, "dx")
    check_untouched(call, dout, names="dout")


# --- numerical_gradient: 10 ---


def asked(student, f, x, h):
    """The gradient and the points at which f was called, less x."""
    steps = []

    def watched(point):
        steps.append(np.array(point) - x)
        return f(np.asarray(point))

    return student.numerical_gradient(watched, x, h), steps


@pytest.mark.points(4, task="numerical_gradient", hint="(f(x + h e_i) - f(x - h e_i)) / (2 h)")
def test_numerical_gradient_of_smooth_functions(student, rng):
    """It agrees with the known slope, for arrays of any shape."""
    for shape in [(3,), (1, 2, 2)]:
        x, a = rng.standard_normal((2, *shape))
        check_close(
            student.numerical_gradient(lambda x, a=a: float(np.sum(a * np.sin(x))), x),
            a * np.cos(x),
            "the gradient",
            mistakes={
                "divide by 2 h: the points are 2 h apart": 2 * a * np.cos(x),
                "the points are h apart: divide by h": a * np.cos(x) / 2,
                "it is a difference: divide by 2 h": 2e-5 * a * np.cos(x),
                "the sign is that of f(x - h) - f(x + h)": -a * np.cos(x),
            },
            atol=1e-4,  # a difference of one side is off by 1e-5, and judged below
        )


@pytest.mark.points(2, task="numerical_gradient", hint="both sides of x, h away: use h as given")
def test_numerical_gradient_asks_on_both_sides(student, rng):
    """For every entry, f is asked at x + h and at x - h, with h as given."""
    x, h = 1 + rng.random(3), 0.1
    _, steps = asked(student, lambda x: float(np.sum(x**3)), x, h)
    moved = np.abs(np.array(steps))
    assert moved.max() > 1e-9, "f is never asked beside x"
    assert np.isclose(moved, h).any(), (
        f"h is not heeded: with h = 0.1, f is asked {moved.max():g} away"
    )
    after, before = (np.isclose(steps, sign * h).any(axis=0) for sign in (1, -1))
    assert after.any(), "only the side of x - h is used: take both"
    assert before.any(), "only the side of x + h is used: take both"
    assert (after & before).all(), "not every entry was moved by h to both sides"


@pytest.mark.points(
    1, task="numerical_gradient", hint="divide the difference by 2 h, with h as given"
)
def test_numerical_gradient_with_a_large_step(student, rng):
    """With h = 0.1 it is the slope of the chord, which differs from that of the curve."""
    x, h = 1 + rng.random((2, 2)), 0.1
    right = ((x + h) ** 3 - (x - h) ** 3) / (2 * h)
    check_close(
        student.numerical_gradient(lambda x: float(np.sum(x**3)), x, h),
        right,
        "the gradient with h = 0.1",
        mistakes={
            "only the side of x + h is used: take both": ((x + h) ** 3 - x**3) / h,
            "only the side of x - h is used: take both": (x**3 - (x - h) ** 3) / h,
            "h is not heeded": 3 * x**2,
            "divide by 2 h: the points are 2 h apart": 2 * right,
        },
    )


@pytest.mark.points(2, task="numerical_gradient", hint="put the old value back after both calls")
def test_numerical_gradient_restores_x(student, rng):
    """In the end x is as it was."""
    x = rng.standard_normal(4)
    call = student.after("numerical_gradient", lambda x: float(np.sum(np.asarray(x) ** 2)), x)
    check_works(as_array(call.result, x.shape, "the gradient"), x, "the gradient")
    after = as_array(call.args[1], x.shape, "x")
    assert np.allclose(after, x, rtol=0, atol=1e-12), "x is not put back: restore every entry"


@pytest.mark.points(1, task="numerical_gradient", hint="put the old value back before the next")
def test_numerical_gradient_moves_one_entry_at_a_time(student, rng):
    """While one entry is moved, all others are where they belong."""
    gradient, steps = asked(student, lambda x: float(np.prod(x)), 1 + rng.random(4), 1e-5)
    check_works(as_array(gradient, (4,), "the gradient"), None, "the gradient")
    moved = max(np.count_nonzero(np.abs(step) > 1e-9) for step in steps)
    assert moved, "f is never asked beside x"
    assert moved == 1, "several entries are moved at once: restore each before the next"


# --- mlp_forward: 12 ---


def draw_mlp(rng, sizes, n=5):
    """A network, its examples and labels; the label of a single one is the last class."""
    X, y = rng.standard_normal((n, sizes[0])), rng.integers(0, sizes[-1], n)
    y[0] = sizes[-1] - 1
    params = {}
    for layer, (fan_in, fan_out) in enumerate(itertools.pairwise(sizes), start=1):
        params[f"W{layer}"] = rng.standard_normal((fan_in, fan_out))
        params[f"b{layer}"] = rng.standard_normal(fan_out)
    return X, y, params


def scores_of(X, params, hidden=smooth_step):
    out = X
    for layer in range(1, len(params) // 2 + 1):
        out = (hidden(out) if layer > 1 else out) @ params[f"W{layer}"] + params[f"b{layer}"]
    return out


def loss_of(X, y, params):
    """Mean cross-entropy, in operations that carry a complex step."""
    scores = scores_of(X, params)
    return np.mean(np.log(np.exp(scores).sum(axis=1)) - scores[np.arange(len(y)), y])


def check_scores(student, rng, sizes):
    X, _, params = draw_mlp(rng, sizes)
    right = scores_of(X, params)
    check_close(
        student.mlp_forward(X, params),
        right,
        f"the scores with L = {len(sizes) - 1}",
        mistakes={
            "the scores are passed through a sigmoid: only hidden layers are": smooth_step(right),
            "the hidden sigmoid is missing": scores_of(X, params, lambda h: h),
            "hidden units are ReLUs where sigmoids are asked for": (
                scores_of(X, params, lambda h: np.maximum(h, 0))
            ),
            "hidden units are tanhs where sigmoids are asked for": scores_of(X, params, np.tanh),
            "softmax was applied: the scores are asked for": (
                np.exp(right) / np.exp(right).sum(axis=1, keepdims=True)
            ),
            "the biases are missing": (
                scores_of(X, {k: v * (k[0] == "W") for k, v in params.items()})
            ),
        },
    )


@pytest.mark.points(4, task="mlp_forward", hint="with L = 1 the scores are X @ W1 + b1, no sigmoid")
def test_mlp_forward_without_hidden_layer(student, rng):
    """With one layer the scores are X W1 + b1."""
    check_scores(student, rng, (4, 3))


@pytest.mark.points(4, task="mlp_forward", hint="sigmoid after every layer but the last")
def test_mlp_forward_with_a_hidden_layer(student, rng):
    """With two layers there is a sigmoid between them."""
    check_scores(student, rng, (4, 6, 3))


@pytest.mark.points(
    2, task="mlp_forward", hint="loop from 1 to len(params) // 2: sorted, W10 precedes W2"
)
def test_mlp_forward_of_any_depth(student, rng):
    """Three layers, and eleven."""
    check_scores(student, rng, (4, 5, 6, 3))
    check_scores(student, rng, (3, *[4] * 10, 2))


@pytest.mark.points(2, task="mlp_forward", hint="h += b writes into an array that may be X")
def test_mlp_forward_leaves_its_arguments(student, rng):
    """Examples and parameters that were handed in stay as they were."""
    X, _, params = draw_mlp(rng, (4, 5, 3))
    call = student.after("mlp_forward", X, params)
    check_works(as_array(call.result, (5, 3), "the scores"), X, "the scores")
    check_same_params(call, (X,), params, names="X")


def check_same_params(call, arrays, params, names):
    check_untouched(call, *arrays, names=names)
    after = call.args[len(arrays)]
    assert set(after) == set(params), "params was changed: keys came or went"
    for key, value in params.items():
        assert np.array_equal(after[key], value), f"params[{key!r}] was changed: work on a copy"


# --- mlp_loss: 23 ---


def check_loss(student, rng, sizes, n=5):
    X, y, params = draw_mlp(rng, sizes, n)
    loss, _ = as_tuple(student.mlp_loss(X, y, params), "loss, grads")
    right = loss_of(X, y, params).real
    added_up = {"the losses of the examples were added up: take their mean": right * n}
    check_close(loss, right, f"the loss with L = {len(sizes) - 1}", mistakes=added_up)


def check_grads(student, rng, sizes, n, keys):
    """The gradients of the parameters whose names begin with one of ``keys``."""
    X, y, params = draw_mlp(rng, sizes, n)
    _, grads = as_tuple(student.mlp_loss(X, y, params), "loss, grads")
    assert isinstance(grads, dict), "grads must be a dictionary with the keys of params"
    wanted = [key for key in reversed(params) if key.startswith(keys)]  # as they are computed
    missing = sorted(set(wanted) - set(grads))
    assert not missing, f"grads has no {', '.join(missing)}"
    for key in wanted:
        right = complex_step(lambda p, key=key: loss_of(X, y, {**params, key: p}), params[key])
        check_close(
            grads[key],
            right,
            f"grads[{key!r}] with L = {len(sizes) - 1}",
            mistakes={
                "it is N times too large: the mean's 1/N is missing": right * n,
                "it is N times too small: divide by N once": right / n,
            },
        )


@pytest.mark.points(2, task="mlp_loss", hint="ln(sum(exp(scores))) - scores[y]")
def test_mlp_loss_of_one_example(student, rng):
    """With one layer and one example it is the cross-entropy of the softmax of the scores."""
    check_loss(student, rng, (4, 3), n=1)


@pytest.mark.points(1, task="mlp_loss", hint="the mean over the examples")
def test_mlp_loss_of_several_examples(student, rng):
    """Several examples cost the mean of what each of them costs."""
    check_loss(student, rng, (4, 3))


@pytest.mark.points(3, task="mlp_loss", hint="the same loss of the scores with hidden layers")
def test_mlp_loss_with_hidden_layers(student, rng):
    """The loss is the cross-entropy whatever the depth, for one example."""
    check_loss(student, rng, (4, 5, 3), n=1)
    check_loss(student, rng, (3, *[3] * 10, 2), n=1)


@pytest.mark.points(
    2, task="mlp_loss", hint="dscores = softmax - one_hot, then dW1 = X.T @ dscores"
)
def test_mlp_weight_gradient_of_one_example(student, rng):
    """With one layer and one example the weights' gradient is that of a linear classifier."""
    check_grads(student, rng, (4, 3), 1, "W")


@pytest.mark.points(1, task="mlp_loss", hint="db1 = dscores.sum(axis=0)")
def test_mlp_bias_gradient_of_one_example(student, rng):
    """With one layer and one example the biases' gradient is that of the scores."""
    check_grads(student, rng, (4, 3), 1, "b")


@pytest.mark.points(2, task="mlp_loss", hint="dscores = (softmax - one_hot) / N")
def test_mlp_gradients_of_several_examples(student, rng):
    """The mean's 1/N goes through to the weights' gradient."""
    check_grads(student, rng, (4, 3), 5, "W")


@pytest.mark.points(4, task="mlp_loss", hint="walk back: affine, then the sigmoid before it")
def test_mlp_weight_gradients_with_a_hidden_layer(student, rng):
    """The weights' gradients reach the first layer, through the sigmoid."""
    check_grads(student, rng, (4, 5, 3), 1, "W")


@pytest.mark.points(2, task="mlp_loss", hint="walk back: affine, then the sigmoid before it")
def test_mlp_bias_gradients_with_a_hidden_layer(student, rng):
    """The biases' gradients reach the first layer, through the sigmoid."""
    check_grads(student, rng, (4, 5, 3), 1, "b")


@pytest.mark.points(2, task="mlp_loss", hint="for layer in range(L, 0, -1)")
def test_mlp_gradients_of_a_deeper_network(student, rng):
    """Three layers are walked back like two."""
    check_grads(student, rng, (3, 4, 3, 2), 2, ("W", "b"))


def penalty_of(student, rng):
    """What a penalty adds to loss and gradients, the parameters and reg.

    As differences of two calls, so that a wrong data loss does not cost a second time.
    """
    X, y, params = draw_mlp(rng, (3, 4, 3, 2))
    reg = 0.1 + rng.random()
    loss, grads = as_tuple(student.mlp_loss(X, y, params, reg), "loss, grads")
    loss0, grads0 = as_tuple(student.mlp_loss(X, y, params), "loss, grads")
    assert isinstance(grads, dict), "grads must be a dictionary with the keys of params"
    added = as_number(loss, "the loss") - as_number(loss0, "the loss")
    pulls = {
        key: as_array(grads[key], value.shape, f"grads[{key!r}]")
        - as_array(grads0[key], value.shape, f"grads[{key!r}]")
        for key, value in params.items()
        if key in grads  # that none is missing, another test sees to
    }
    return added, pulls, params, reg


def squares(params, *keys):
    return sum(np.sum(value**2) for key, value in params.items() if key.startswith(keys))


@pytest.mark.points(1, task="mlp_loss", hint="reg * sum(W * W) over all W")
def test_mlp_penalty(student, rng):
    """The penalty is on all weights and on no bias."""
    added, _, params, reg = penalty_of(student, rng)
    right = reg * squares(params, "W")
    check_close(
        added,
        right,
        "what the penalty adds to the loss",
        mistakes={
            "there is no factor 1/2 in this penalty": right / 2,
            "the biases are not penalised": reg * squares(params, "W", "b"),
            "reg has no effect on the loss": 0.0,
            "only W1 is penalised": reg * squares(params, "W1"),
            "only W1 and W2 are penalised": reg * squares(params, "W1", "W2"),
            "only the last layer's weights are penalised": reg * squares(params, "W3"),
            "the weights of the last layer are not penalised": reg * squares(params, "W1", "W2"),
        },
    )


@pytest.mark.points(1, task="mlp_loss", hint="the penalty's gradient is 2 * reg * W for every W")
def test_mlp_penalty_gradients(student, rng):
    """The penalty's gradient pulls every weight towards zero, and no bias."""
    _, pulls, params, reg = penalty_of(student, rng)
    for key, value in params.items():
        if key.startswith("W"):
            assert key in pulls, f"grads has no {key}"
        elif key not in pulls:
            continue
        check_close(
            pulls[key],
            2 * reg * value if key.startswith("W") else 0 * value,
            f"what the penalty adds to grads[{key!r}]",
            mistakes={
                "the factor 2 of the square is missing": reg * value,
                "reg has no effect on this gradient": 0 * value,
                "the biases are not penalised": 2 * reg * value,
            },
        )


@pytest.mark.points(2, task="mlp_loss", hint="store gradients in a new dictionary")
def test_mlp_loss_leaves_its_arguments(student, rng):
    """Examples, labels and parameters that were handed in stay as they were."""
    X, y, params = draw_mlp(rng, (4, 5, 3))
    call = student.after("mlp_loss", X, y, params, 0.3)
    loss, grads = as_tuple(call.result, "loss, grads")
    assert as_number(loss, "the loss") > 0, "the loss is not above 0"
    assert isinstance(grads, dict), "grads must be a dictionary with the keys of params"
    assert "W1" in grads, "grads has no W1"
    check_works(as_array(grads["W1"], (4, 5), "grads['W1']"), params["W1"], "grads['W1']")
    check_same_params(call, (X, y), params, names="X, y")
