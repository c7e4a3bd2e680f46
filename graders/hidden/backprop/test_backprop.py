"""Hidden tests of the backprop assignment: 100 points.

Expected gradients come from complex steps, ``f(x + ih).imag / h``, through formulas of our own
(the sigmoid as a hyperbolic tangent): exact to rounding, with no derivative worked out by hand.
Inputs and caches of a layer are the student's own, since what is in a cache is their choice; a
layer whose forward is wrong can therefore lose its backward too, and networks are graded with one
layer apart from networks with hidden ones, so that a wrong sigmoid keeps more than half.
"""

import itertools

import numpy as np
import pytest

from graders.engine.compare import as_array, as_number, as_tuple, check_close, check_untouched

CARRIED_FORWARD = {
    "sigmoid": ("sigmoid",),
    "activations": ("sigmoid_forward", "sigmoid_backward", "relu_forward", "relu_backward"),
    "affine": ("affine_forward", "affine_backward"),
    "mlp_forward": ("mlp_forward",),
}
"""Later tasks are judged with right ones of these, too, where the student's own went wrong."""


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


# --- perceptron: 5 ---


@pytest.mark.points(4, task="perceptron", hint="1 where w . x + b > 0, else 0")
def test_perceptron_fires_above_its_threshold(student, rng):
    """It fires if the weighted sum of its inputs plus the bias is positive."""
    outputs = []
    for d in (1, 2, 5, 5, 5, 5):
        x, w = rng.standard_normal((2, d))
        for b in (-(w @ x) + 0.1, -(w @ x) - 0.1):
            output = as_number(student.perceptron(x, w, float(b)), "perceptron(x, w, b)")
            assert output in (0, 1), "perceptron must return 0 or 1, nothing between or beyond"
            outputs.append((output, float(w @ x + b > 0)))
    wrong = sum(got != right for got, right in outputs)
    assert wrong < len(outputs), "it fires exactly where it should not"
    assert not wrong, f"{wrong} of {len(outputs)} decisions are wrong"


@pytest.mark.points(1, task="perceptron", hint="strictly greater: >, not >=")
@pytest.mark.depends("test_perceptron_fires_above_its_threshold")
def test_perceptron_at_its_threshold(student):
    """Exactly at the threshold it does not fire."""
    output = as_number(student.perceptron(np.array([1.0, 2.0]), np.array([2.0, -1.0]), 0.0), "it")
    assert output == 0, "with w . x + b = 0 it fires: the sum must be greater than 0"


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


@pytest.mark.points(5, task="sigmoid", hint="1 / (1 + exp(-z)), elementwise")
def test_sigmoid_definition(student, rng):
    """1 / (1 + exp(-z)) for arrays of any shape."""
    for shape in [(7,), (3, 4), (2, 2, 3)]:
        z = 3 * rng.standard_normal(shape)
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


@pytest.mark.points(3, task="sigmoid", hint="exp(-|z|) never overflows: treat both signs apart")
def test_sigmoid_of_large_numbers(student, rng):
    """Finite and right for numbers as large as 1000, of either sign."""
    z = np.array([-1000.0, -800 * rng.random() - 100, -30.0, 0.0, 30.0, 1000.0])
    check_close(student.sigmoid(z), smooth_step(z), "sigmoid of numbers from -1000 to 1000")


@pytest.mark.points(2, task="sigmoid", hint="z[z < 0] = ... writes into the caller's array")
@pytest.mark.depends("test_sigmoid_definition")
def test_sigmoid_leaves_its_argument(student, rng):
    """The array that was handed in stays as it was."""
    z = rng.standard_normal((4, 3))
    check_untouched(student.after("sigmoid", z), z, names="z")


# --- activations: 14 ---


@pytest.mark.points(3, task="activations", hint="out = sigmoid(x), and whatever backward needs")
def test_sigmoid_forward(student, rng):
    """The forward pass gives the sigmoid of its input."""
    x = rng.standard_normal((4, 3))
    out, _ = as_tuple(student.sigmoid_forward(x), "out, cache")
    check_close(out, smooth_step(x), "out of sigmoid_forward")


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
            },
        )


@pytest.mark.points(4, task="activations", hint="dout where x > 0, and 0 elsewhere")
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


@pytest.mark.points(1, task="activations", hint="x[x < 0] = 0 writes into the caller's array")
@pytest.mark.depends("test_relu_backward", "test_sigmoid_backward")
def test_activations_leave_their_arguments(student, rng):
    """Inputs and gradients that were handed in stay as they were."""
    x, dout = rng.standard_normal((2, 4, 3))
    for layer in ("sigmoid", "relu"):
        call = student.after(f"{layer}_forward", x)
        check_untouched(call, x, names="x")
        check_untouched(
            student.after(f"{layer}_backward", dout, call.result[1]), dout, names="dout"
        )


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


@pytest.mark.points(4, task="affine", hint="x.reshape(N, -1) @ w + b")
def test_affine_forward(student, rng):
    """out = x w + b, with each example flattened."""
    for shape in [(4, 5), (1, 3), (2, 3, 2), (3, 2, 2, 2)]:
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


@pytest.mark.points(3, task="affine", hint="dx = dout @ w.T")
def test_affine_backward_dx(student, rng):
    """dx carries dout back through the weights."""
    (dx, _, _), (x, w, b, dout) = affine_gradients(student, rng, (4, 3))
    right = complex_step(lambda x: np.sum(affine(x, w, b) * dout), x)
    check_close(dx, right, "dx", mistakes={"w must be transposed: dout @ w.T": dout @ w})


@pytest.mark.points(4, task="affine", hint="dw = x.T @ dout: a sum over the examples, no 1/N")
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
@pytest.mark.depends("test_affine_backward_dx")
def test_affine_backward_of_images(student, rng):
    """dx has the shape that x had before it was flattened."""
    for shape in [(2, 3, 2), (3, 2, 2, 2)]:
        (dx, dw, _), (x, w, b, dout) = affine_gradients(student, rng, shape)
        check_close(
            dx, complex_step(lambda x, w=w, b=b, d=dout: np.sum(affine(x, w, b) * d), x), "dx"
        )
        check_close(
            dw, complex_step(lambda w, x=x, b=b, d=dout: np.sum(affine(x, w, b) * d), w), "dw"
        )


@pytest.mark.points(2, task="affine", hint="+= on an argument writes into the caller's array")
@pytest.mark.depends("test_affine_forward", "test_affine_backward_dw")
def test_affine_leaves_its_arguments(student, rng):
    """Inputs, weights and gradients that were handed in stay as they were."""
    x, w, b, dout = draw_affine(rng, (4, 5))
    call = student.after("affine_forward", x, w, b)
    check_untouched(call, x, w, b, names="x, w, b")
    check_untouched(student.after("affine_backward", dout, call.result[1]), dout, names="dout")


# --- numerical_gradient: 10 ---


@pytest.mark.points(5, task="numerical_gradient", hint="(f(x + h e_i) - f(x - h e_i)) / (2 h)")
def test_numerical_gradient_of_smooth_functions(student, rng):
    """It agrees with the known slope, for arrays of any shape."""
    for shape in [(3,), (2, 3), (1, 2, 2)]:
        x, a = rng.standard_normal((2, *shape))
        check_close(
            student.numerical_gradient(lambda x, a=a: float(np.sum(a * np.sin(x))), x),
            a * np.cos(x),
            "the gradient",
            mistakes={
                "divide by 2 h: the points are 2 h apart": 2 * a * np.cos(x),
                "it is a difference: divide by 2 h": 2e-5 * a * np.cos(x),
            },
            atol=1e-4,  # a difference of one side is off by 1e-5, and judged below
        )


@pytest.mark.points(3, task="numerical_gradient", hint="both sides of x, h away: use h as given")
@pytest.mark.depends("test_numerical_gradient_of_smooth_functions")
def test_numerical_gradient_is_central(student, rng):
    """Differences are central, and h is used as given."""
    x, h = 1 + rng.random((2, 2)), 0.1
    check_close(
        student.numerical_gradient(lambda x: float(np.sum(x**3)), x, h),
        ((x + h) ** 3 - (x - h) ** 3) / (2 * h),
        "the gradient with h = 0.1",
        mistakes={
            "only the side of x + h is used: take both": ((x + h) ** 3 - x**3) / h,
            "only the side of x - h is used: take both": (x**3 - (x - h) ** 3) / h,
            "h is not heeded": 3 * x**2,
        },
    )


@pytest.mark.points(2, task="numerical_gradient", hint="put the old value back after both calls")
@pytest.mark.depends("test_numerical_gradient_of_smooth_functions")
def test_numerical_gradient_restores_x(student, rng):
    """In the end x is as it was; and only one entry at a time is moved."""
    x, seen = rng.standard_normal((2, 3)), []

    def f(point):
        seen.append(np.array(point))
        return float(np.sum(np.asarray(point) ** 2))

    call = student.after("numerical_gradient", f, x)
    after = np.asarray(call.args[1])
    assert np.allclose(after, x, rtol=0, atol=1e-12), "x is not put back: restore every entry"
    moved = max(np.count_nonzero(np.abs(point - x) > 1e-9) for point in seen)
    assert moved <= 1, "several entries are moved at once: restore each before the next"


# --- mlp: 35 ---


def draw_mlp(rng, sizes, n=5):
    X, y = rng.standard_normal((n, sizes[0])), rng.integers(0, sizes[-1], n)
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
            "softmax was applied: the scores are asked for": (
                np.exp(right) / np.exp(right).sum(axis=1, keepdims=True)
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


@pytest.mark.points(2, task="mlp_forward", hint="L is len(params) // 2: loop over the layers")
@pytest.mark.depends("test_mlp_forward_with_a_hidden_layer")
def test_mlp_forward_of_any_depth(student, rng):
    """Three layers, and eleven."""
    check_scores(student, rng, (4, 5, 6, 3))
    check_scores(student, rng, (3, *[4] * 10, 2))


@pytest.mark.points(2, task="mlp_forward", hint="h += b writes into an array that may be X")
@pytest.mark.depends("test_mlp_forward_without_hidden_layer")
def test_mlp_forward_leaves_its_arguments(student, rng):
    """Examples and parameters that were handed in stay as they were."""
    X, _, params = draw_mlp(rng, (4, 5, 3))
    check_same_params(student.after("mlp_forward", X, params), (X,), params, names="X")


def check_same_params(call, arrays, params, names):
    check_untouched(call, *arrays, names=names)
    after = call.args[len(arrays)]
    assert set(after) == set(params), "params was changed: keys came or went"
    for key, value in params.items():
        assert np.array_equal(after[key], value), f"params[{key!r}] was changed: work on a copy"


def check_loss(student, rng, sizes):
    X, y, params = draw_mlp(rng, sizes)
    loss, _ = as_tuple(student.mlp_loss(X, y, params), "loss, grads")
    right = loss_of(X, y, params).real
    added_up = {"the losses of the examples were added up: take their mean": right * len(y)}
    check_close(loss, right, f"the loss with L = {len(sizes) - 1}", mistakes=added_up)


def check_grads(student, rng, sizes):
    X, y, params = draw_mlp(rng, sizes)
    _, grads = as_tuple(student.mlp_loss(X, y, params), "loss, grads")
    assert isinstance(grads, dict), "grads must be a dictionary with the keys of params"
    missing = sorted(set(params) - set(grads))
    assert not missing, f"grads has no {', '.join(missing)}"
    for key in reversed(params):  # the way in which they are computed
        right = complex_step(lambda p, key=key: loss_of(X, y, {**params, key: p}), params[key])
        check_close(
            grads[key],
            right,
            f"grads[{key!r}] with L = {len(sizes) - 1}",
            mistakes={"it is N times too large: the mean's 1/N is missing": right * len(y)},
        )


@pytest.mark.points(3, task="mlp_loss", hint="mean softmax cross-entropy of mlp_forward's scores")
def test_mlp_loss_without_hidden_layer(student, rng):
    """With one layer it is the softmax loss of a linear classifier."""
    check_loss(student, rng, (4, 3))


@pytest.mark.points(4, task="mlp_loss", hint="the same loss of the scores with hidden layers")
def test_mlp_loss_with_hidden_layers(student, rng):
    """The loss is the mean cross-entropy, whatever the depth."""
    check_loss(student, rng, (4, 5, 3))
    check_loss(student, rng, (4, 3, 4, 2))


@pytest.mark.points(5, task="mlp_loss", hint="dscores = (softmax - one_hot) / N, then affine back")
def test_mlp_gradients_without_hidden_layer(student, rng):
    """With one layer the gradients are those of a linear classifier."""
    check_grads(student, rng, (4, 3))


@pytest.mark.points(7, task="mlp_loss", hint="walk back: affine, then the sigmoid before it")
def test_mlp_gradients_with_hidden_layers(student, rng):
    """Gradients reach every layer, through the sigmoids."""
    check_grads(student, rng, (4, 5, 3))
    check_grads(student, rng, (3, 4, 3, 2))


@pytest.mark.points(2, task="mlp_loss", hint="reg * sum(W * W) over all W, gradient 2 * reg * W")
def test_mlp_penalty(student, rng):
    """The penalty is on all weights and on no bias."""
    X, y, params = draw_mlp(rng, (4, 5, 3))
    reg = 0.1 + rng.random()
    # As differences of two calls, so that a wrong data loss does not cost a second time.
    loss, grads = as_tuple(student.mlp_loss(X, y, params, reg), "loss, grads")
    loss0, grads0 = as_tuple(student.mlp_loss(X, y, params), "loss, grads")
    weights = {key: value for key, value in params.items() if key.startswith("W")}
    right = reg * sum(np.sum(value**2) for value in weights.values())
    added = as_number(loss, "the loss") - as_number(loss0, "the loss")
    biases = reg * sum(np.sum(value**2) for value in params.values())
    check_close(
        added,
        right,
        "what the penalty adds to the loss",
        mistakes={
            "there is no factor 1/2 in this penalty": right / 2,
            "the biases are not penalised": biases,
            "reg has no effect on the loss": 0.0,
            "only W1 is penalised": reg * np.sum(params["W1"] ** 2),
            "only W2 is penalised": reg * np.sum(params["W2"] ** 2),
        },
    )
    for key, value in params.items():
        pull = as_array(grads[key], value.shape, f"grads[{key!r}]") - as_array(
            grads0[key], value.shape, f"grads[{key!r}]"
        )
        check_close(
            pull,
            2 * reg * value if key in weights else 0 * value,
            f"what the penalty adds to grads[{key!r}]",
            mistakes={
                "the factor 2 of the square is missing": reg * value,
                "reg has no effect on this gradient": 0 * value,
                "the biases are not penalised": 2 * reg * value,
            },
        )


@pytest.mark.points(2, task="mlp_loss", hint="store gradients in a new dictionary")
@pytest.mark.depends("test_mlp_loss_without_hidden_layer")
def test_mlp_loss_leaves_its_arguments(student, rng):
    """Examples, labels and parameters that were handed in stay as they were."""
    X, y, params = draw_mlp(rng, (4, 5, 3))
    check_same_params(student.after("mlp_loss", X, y, params, 0.3), (X, y), params, names="X, y")
