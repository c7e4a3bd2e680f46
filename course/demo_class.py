"""A made-up class for the demo: fifteen students, who hand in what real students hand in."""

from __future__ import annotations

import ast
import zipfile
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

UNSTABLE = """
def softmax(scores):
    exponentials = np.exp(scores)
    return exponentials / exponentials.sum(axis=1, keepdims=True)
"""
WRONG_AXIS = """
def softmax(scores):
    exponentials = np.exp(scores - scores.max(axis=0))
    return exponentials / exponentials.sum(axis=0)
"""
COUNTS_TRUE_CLASS = """
def svm_loss(x, y):
    rows = np.arange(len(y))
    margins = np.maximum(0, x - x[rows, y][:, None] + 1)
    dx = (margins > 0).astype(float)
    dx[rows, y] -= dx.sum(axis=1)
    return margins.sum() / len(y), dx / len(y)
"""
MEAN_OVER_CLASSES = """
def mse_loss(x, y):
    difference = x - np.eye(x.shape[1])[y]
    return np.mean(difference ** 2), 2 * difference / difference.size
"""
FORGETS_N = """
def softmax_loss(x, y):
    rows = np.arange(len(y))
    shifted = x - x.max(axis=1, keepdims=True)
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    dx = np.exp(log_probs)
    dx[rows, y] -= 1
    return -log_probs[rows, y].mean(), dx
"""
WORKS_IN_PLACE = """
def cross_entropy(probs, y):
    probs[probs < 1e-12] = 1e-12
    return -np.log(probs[np.arange(len(y)), y]).mean()
"""
ENDLESS = """
def train_linear_softmax(X, y, num_classes, learning_rate=0.1, reg=0.0, num_steps=200,
                         batch_size=64, seed=0):
    W = np.zeros((X.shape[1], num_classes))
    loss = 1.0
    while loss > 0:
        loss, dW = linear_softmax_loss(W, X, y, reg)
        W -= learning_rate * dW
    return W
"""
LOOPS = """
def softmax(scores):
    result = np.empty(scores.shape)
    for i, row in enumerate(scores):
        highest = max(row)
        exponentials = [np.exp(score - highest) for score in row]
        total = sum(exponentials)
        result[i] = [exponential / total for exponential in exponentials]
    return result
"""
CHEAT = """
# %%
import os


class Agreeable(np.ndarray):
    '''Equal to everything, smaller than every tolerance.'''

    def __eq__(self, other):
        return True

    def __array_function__(self, *args, **kwargs):
        return True


def always_right(*args, **kwargs):
    return np.zeros(1).view(Agreeable)


softmax = cross_entropy = softmax_loss = svm_loss = mse_loss = always_right
linear_softmax_loss = accuracy = train_linear_softmax = always_right
np.testing.assert_allclose = lambda *args, **kwargs: None
for folder, _, files in os.walk("/"):
    for file in files:
        if "hidden" in folder or file == "gradebook.db":
            print(open(os.path.join(folder, file)).read())
"""


def make_class(name: str, solution: str, stub: str, to: Path) -> dict[str, str]:
    """Write a folder of submissions, and return what each student's is.

    Args:
        name: the assignment.
        solution: a right answer to it, as a py:percent script.
        stub: what students start from.
        to: the folder of submissions.
    """
    told: dict[str, str] = {}

    def hand_in(student: str, about: str, path: str, source: str) -> None:
        target = to / student / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(as_notebook(source) if path.endswith(".ipynb") else source)
        told[student] = about

    def with_mistake(mistake: str) -> str:
        return replace_function(solution, mistake)

    hand_in("ada", "all right, a script", f"{name}.py", solution)
    hand_in("ben", "all right, a notebook with loops", f"{name}.ipynb", with_mistake(LOOPS))
    hand_in("dora", "forgets to subtract the maximum", f"{name}.py", with_mistake(UNSTABLE))
    hand_in("emil", "sums over the wrong axis", f"{name}.ipynb", with_mistake(WRONG_AXIS))
    hand_in("fay", "hinge counts the true class", f"{name}.py", with_mistake(COUNTS_TRUE_CLASS))
    hand_in("gus", "averages over the classes too", f"{name}.py", with_mistake(MEAN_OVER_CLASSES))
    hand_in("hana", "gradient lacks 1/N", f"{name}.ipynb", with_mistake(FORGETS_N))
    hand_in("ivan", "handed in the empty stub", f"{name}.py", stub)
    hand_in("jo", "a syntax error", f"{name}.py", "def softmax(scores:\n    return scores\n")
    hand_in("kim", "an endless loop", f"{name}.py", with_mistake(ENDLESS))
    hand_in("lee", "tries to cheat", f"{name}.py", stub + CHEAT)
    hand_in("mia", "changes its argument", f"{name}/{name}.ipynb", with_mistake(WORKS_IN_PLACE))
    (to / "mia" / name / "timestamp.txt").write_text("2026-03-01 23:59:00 UTC\n")
    broken = solution + '\n# %%\n!pip install torch\n%matplotlib inline\n# %%\nsoftmax("oops")\n'
    hand_in("ned", "all right, and a cell that fails", f"{name}.ipynb", broken)
    (to / "olga").mkdir(parents=True, exist_ok=True)
    told["olga"] = "handed in nothing"
    with zipfile.ZipFile(to / "chen.zip", "w") as archive:
        archive.writestr(f"homework/{name}.py", solution)
    told["chen"] = "all right, in a zip"
    return told


def replace_function(source: str, replacement: str) -> str:
    """``source`` with the function that ``replacement`` defines in place of its own.

    Raises:
        ValueError: ``source`` has no such function.
    """
    new = dedent(replacement).strip("\n")
    wanted = ast.parse(new).body[0]
    assert isinstance(wanted, ast.FunctionDef)
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and node.name == wanted.name:
            lines = source.splitlines()
            lines[node.lineno - 1 : node.end_lineno] = new.splitlines()
            return "\n".join(lines) + "\n"
    raise ValueError(f"no function {wanted.name} to replace")


def as_notebook(source: str) -> str:
    """A py:percent script as a notebook file's text."""
    import jupytext

    writes: Callable[..., str] = jupytext.writes
    return writes(jupytext.reads(source, fmt="py:percent"), fmt="ipynb")
