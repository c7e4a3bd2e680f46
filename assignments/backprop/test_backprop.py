"""Public checks of the backprop assignment: small worked numbers, and hints.

Your grade comes from other tests of the same functions, on other numbers and more cases.
"""

import numpy as np
import pytest

from graders.engine.compare import as_number, as_tuple, check_close, check_gradient, check_untouched

X = np.array([[0.5, -1.0], [2.0, 0.3], [-0.7, 1.2]])
DOUT = np.array([[1.0, -2.0], [0.5, 3.0], [-1.0, 0.1]])
BITS = [(0, 0), (0, 1), (1, 0), (1, 1)]


def out_of(result):
    return as_tuple(result, "out, cache")[0]


def cache_of(result):
    return as_tuple(result, "out, cache")[1]


@pytest.mark.points(1, task="perceptron", hint="int(np.dot(w, x) + b > 0)")
def test_perceptron_worked_inputs(student):
    """With weights (2, -1) and bias -0.5, inputs (1, 1) fire and (0, 1) do not."""
    w = np.array([2.0, -1.0])
    for x, right in [((1.0, 1.0), 1), ((0.0, 1.0), 0)]:
        output = as_number(student.perceptron(np.array(x), w, -0.5), "perceptron(x, w, b)")
        assert output in (0, 1), f"perceptron returns {output:g} for {x}, where 0 or 1 is asked for"
        assert output == right, f"perceptron returns {output:g} for {x}, where {right} is right"


@pytest.mark.points(1, task="gates", hint="weights -2 and -2, bias 3")
def test_nand(student):
    """NAND of (0,0), (0,1), (1,0), (1,1) is 1, 1, 1, 0."""
    wrong = {"this is AND: NAND is its opposite": [0, 0, 0, 1]}
    outputs = [student.nand(a, b) for a, b in BITS]
    check_close(outputs, [1, 1, 1, 0], "nand", mistakes=wrong, reveal=True)


@pytest.mark.points(1, task="gates", hint="n = nand(a, b), then nand(nand(a, n), nand(n, b))")
def test_xor(student):
    """XOR of (0,0), (0,1), (1,0), (1,1) is 0, 1, 1, 0."""
    wrong = {
        "this is OR: XOR is 0 for two ones": [0, 1, 1, 1],
        "this is the opposite of XOR": [1, 0, 0, 1],
    }
    outputs = [student.xor(a, b) for a, b in BITS]
    check_close(outputs, [0, 1, 1, 0], "xor", mistakes=wrong, reveal=True)


@pytest.mark.points(1, task="gates", hint="return the sum first, then the carry")
def test_half_adder(student):
    """1 + 1 is sum 0, carry 1; 0 + 1 is sum 1, carry 0."""
    outputs = [as_tuple(student.half_adder(a, 1), "sum, carry") for a in (1, 0)]
    wrong = {"sum and carry are exchanged: the sum comes first": [[1, 0], [0, 1]]}
    check_close(outputs, [[0, 1], [1, 0]], "1 + 1 and 0 + 1", mistakes=wrong, reveal=True)


@pytest.mark.points(1, task="sigmoid", hint="1 / (1 + np.exp(-z))")
def test_sigmoid_worked_numbers(student):
    """The sigmoid of 0, ln 3 and -ln 3 is 0.5, 0.75 and 0.25."""
    z = np.array([0.0, np.log(3), -np.log(3)])
    right = np.array([0.5, 0.75, 0.25])
    wrong = {"the sign in the exponent is wrong": 1 - right, "this is tanh": np.tanh(z)}
    check_close(student.sigmoid(z), right, "sigmoid(z)", mistakes=wrong, reveal=True)


@pytest.mark.points(1, task="sigmoid", hint="exp(z) / (1 + exp(z)) is safe for negative z")
def test_sigmoid_of_large_numbers(student):
    """The sigmoid of 1000 is 1, that of -1000 is 0."""
    z = np.array([[1000.0], [-1000.0]])
    check_close(student.sigmoid(z), [[1.0], [0.0]], "sigmoid(z)", reveal=True)


@pytest.mark.points(1, task="activations", hint="keep the output in cache: dout * out * (1 - out)")
def test_sigmoid_layer(student):
    """The sigmoid layer's gradient agrees with the slope of its output."""
    dx = student.sigmoid_backward(DOUT, cache_of(student.sigmoid_forward(X)))
    check_gradient(lambda x: np.sum(out_of(student.sigmoid_forward(x)) * DOUT), X, dx, "dx")


@pytest.mark.points(1, task="activations", hint="np.maximum(x, 0) and dout * (x > 0)")
def test_relu_layer(student):
    """The ReLU layer keeps what is positive, and so does its gradient."""
    check_close(
        out_of(student.relu_forward(X)), X * (X > 0), "out", mistakes={"abs": abs(X)}, reveal=True
    )
    dx = student.relu_backward(DOUT, cache_of(student.relu_forward(X)))
    check_gradient(lambda x: np.sum(out_of(student.relu_forward(x)) * DOUT), X, dx, "dx")


W = np.array([[1.0, -0.5], [0.2, 0.7]])
B = np.array([0.1, -0.3])


@pytest.mark.points(1, task="affine", hint="x.reshape(len(x), -1) @ w + b")
def test_affine_forward(student):
    """Example (1, 2) times the columns (1, 3) and (2, 4), plus (10, 20), is (17, 30)."""
    x, w, b = np.array([[1.0, 2.0]]), np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([10.0, 20.0])
    wrong = {"b is missing": [[7.0, 10.0]]}
    out = out_of(student.affine_forward(x, w, b))
    check_close(out, [[17.0, 30.0]], "out", mistakes=wrong, reveal=True)
    images = np.arange(8.0).reshape(2, 2, 2)
    out = out_of(student.affine_forward(images, np.ones((4, 1)), np.zeros(1)))
    check_close(out, [[6.0], [22.0]], "out for x of shape (2, 2, 2)", reveal=True)


@pytest.mark.points(1, task="affine", hint="dout @ w.T, x.T @ dout, dout.sum(axis=0)")
def test_affine_backward(student):
    """The three gradients agree with the slopes of the output."""
    result = student.affine_backward(DOUT, cache_of(student.affine_forward(X, W, B)))
    dx, dw, db = as_tuple(result, "dx, dw, db")

    def loss(x=X, w=W, b=B):
        return np.sum(out_of(student.affine_forward(x, w, b)) * DOUT)

    check_gradient(lambda x: loss(x=x), X, dx, "dx")
    check_gradient(lambda w: loss(w=w), W, dw, "dw")
    check_gradient(lambda b: loss(b=b), B, db, "db")


@pytest.mark.points(1, task="affine", hint="dx.reshape(x.shape)")
@pytest.mark.depends("test_affine_backward")
def test_affine_backward_of_images(student):
    """dx has the shape of x."""
    images = np.arange(8.0).reshape(2, 2, 2)
    cache = cache_of(student.affine_forward(images, np.ones((4, 2)), np.zeros(2)))
    dx, _, _ = as_tuple(student.affine_backward(np.ones((2, 2)), cache), "dx, dw, db")
    check_close(dx, np.full((2, 2, 2), 2.0), "dx", reveal=True)


@pytest.mark.points(1, task="numerical_gradient", hint="(f(x + h) - f(x - h)) / (2 h), entrywise")
def test_numerical_gradient_worked_number(student):
    """The slope of x^3 at 1 with h = 0.1 comes out as 3.01."""
    value = student.numerical_gradient(lambda x: float(np.sum(x**3)), np.array([1.0]), 0.1)
    wrong = {
        "only the side of x + h is used: take both": [3.31],
        "divide by 2 h": [6.02],
        "h is not heeded": [3.0],
    }
    check_close(value, [3.01], "the gradient", mistakes=wrong, reveal=True)


@pytest.mark.points(1, task="numerical_gradient", hint="put the old value back")
@pytest.mark.depends("test_numerical_gradient_worked_number")
def test_numerical_gradient_restores_x(student):
    """In the end x is as it was."""
    call = student.after("numerical_gradient", lambda x: float(np.sum(x**2)), X)
    check_close(call.args[1], X, "x after the call", rtol=1e-12, atol=1e-12, reveal=True)
    check_close(call.result, 2 * X, "the gradient", reveal=True)


def network(*sizes):
    rng = np.random.default_rng(0)
    params = {}
    for layer in range(1, len(sizes)):
        params[f"W{layer}"] = rng.standard_normal((sizes[layer - 1], sizes[layer]))
        params[f"b{layer}"] = rng.standard_normal(sizes[layer])
    return params


LABELS = np.array([0, 2, 1])


@pytest.mark.points(1, task="mlp_forward", hint="for layer in range(1, len(params) // 2 + 1)")
def test_mlp_forward(student):
    """One layer is affine; two have a sigmoid between them, and none at the end."""
    scores = student.mlp_forward(X, {"W1": W, "b1": B})
    wrong = {"there is a sigmoid after the last layer too": 1 / (1 + np.exp(-(X @ W + B)))}
    check_close(scores, X @ W + B, "the scores of one layer", mistakes=wrong, reveal=True)
    params = {"W1": W, "b1": B, "W2": np.eye(2), "b2": np.zeros(2)}
    right = 1 / (1 + np.exp(-(X @ W + B)))
    wrong = {
        "the hidden sigmoid is missing": X @ W + B,
        "there is a sigmoid after the last layer too": 1 / (1 + np.exp(-right)),
        "hidden units are ReLUs where sigmoids are asked for": np.maximum(X @ W + B, 0),
        "hidden units are tanhs where sigmoids are asked for": np.tanh(X @ W + B),
    }
    scores = student.mlp_forward(X, params)
    check_close(scores, right, "the scores of two layers", mistakes=wrong, reveal=True)


@pytest.mark.points(1, task="mlp_loss", hint="mean of ln(sum(exp(scores))) - scores[y]")
def test_mlp_loss_of_equal_scores(student):
    """With all scores equal, the loss is the logarithm of the number of classes."""
    params = {"W1": np.zeros((2, 3)), "b1": np.ones(3)}
    loss, _ = as_tuple(student.mlp_loss(X, LABELS, params), "loss, grads")
    wrong = {"the losses were added up: take their mean": 3 * np.log(3)}
    check_close(loss, np.log(3), "the loss", mistakes=wrong, reveal=True)


@pytest.mark.points(1, task="mlp_loss", hint="last layer first; check each layer before the next")
def test_mlp_gradients(student):
    """The gradients of two and three layers agree with the slopes of the loss."""
    for sizes, reg in [((2, 3), 0.0), ((2, 4, 3), 0.0), ((2, 4, 4, 3), 0.2)]:
        params = network(*sizes)
        _, grads = as_tuple(student.mlp_loss(X, LABELS, params, reg), "loss, grads")
        for key in reversed(params):

            def loss(value, key=key, params=params, reg=reg):
                return student.mlp_loss(X, LABELS, {**params, key: value}, reg)[0]

            what = f"grads[{key!r}] of {len(sizes) - 1} layers with reg={reg}"
            assert key in grads, f"there is no {what}"
            check_gradient(loss, params[key], grads[key], what)


@pytest.mark.points(1, task="mlp_loss", hint="reg * sum(W * W) over all W, not over the biases")
@pytest.mark.depends("test_mlp_loss_of_equal_scores")
def test_mlp_penalty(student):
    """The penalty adds reg times the sum of all squared weights."""
    params = network(2, 4, 3)
    loss = as_number(student.mlp_loss(X, LABELS, params, 0.5)[0], "the loss")
    without = as_number(student.mlp_loss(X, LABELS, params)[0], "the loss")
    right = 0.5 * sum(np.sum(params[key] ** 2) for key in ("W1", "W2"))
    wrong = {
        "there is no factor 1/2 in this penalty": right / 2,
        "the biases are not penalised": 0.5 * sum(np.sum(p**2) for p in params.values()),
        "only W1 is penalised": 0.5 * np.sum(params["W1"] ** 2),
    }
    check_close(loss - without, right, "what the penalty adds", mistakes=wrong, reveal=True)
    check_untouched(student.after("mlp_loss", X, LABELS, params, 0.5), X, LABELS, names="X, y")
