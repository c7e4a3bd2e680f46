"""Every topic of the course has its heading, a figure there, and a question that code checks."""

from __future__ import annotations

import re

import pytest

from tests.course.pages import ROOT, cells

# lesson, section (and a second one, where the figure is), questions
TOPICS = {
    "least squares, normal equations": ("01", "The best line", (15,)),
    "hat matrix": ("01", "The hat matrix is a projection", (2,)),
    "basis expansions, dummies, interactions": ("01", "What a column may be", (1,)),
    "rank deficiency": ("01", "When coefficients are not determined", (3, 4)),
    "covariance, intervals, tests": ("01", "How far to trust a coefficient", (4, 5)),
    "where linear beats nonlinear": ("01", "When linear is better", (13,)),
    "linear classification, losses": ("01", "From numbers to classes", (9, 12)),
    "softmax": ("01", "Softmax and cross-entropy", (6, 7)),
    "descent against the closed form": ("01", "Descent or formula?", (11,)),
    "ridge is not scale-equivariant": ("01", "Ridge and lasso, in brief", (14,)),
    "learning rate, condition": ("02", "Level lines", (2, 9)),
    "stochastic descent": ("02", "A cheap gradient", (1, 3)),
    "momentum, Nesterov": ("02", "Momentum", (4,)),
    "AdaGrad, RMSprop, Adam": ("02", "A rate for each weight", (5, 6)),
    "schedules": ("02", "Schedules: small, high, small", (8,)),
    "overfitting": ("03", "A puzzle", (1,)),
    "bias and variance": ("03", "Bias and variance", (14,)),
    "the five steps": ("03", "Five steps, in this order", (6, 15)),
    "augmentation": ("03", "Augmentation", (6,)),
    "ridge, lasso, constraint form": ("03", "Lasso: exact zeros", (2, 3, 4)),
    "max-norm, elastic net": ("03", "Lasso: exact zeros", (12,)),
    "dropout": ("03", "Dropout", (5,)),
    "early stopping": ("03", "Stopping early is a penalty", (8, 11)),
    "dimensionality reduction": ("03", "Stopping early is a penalty", (13,)),
    "perceptron, NAND": ("04", "Perceptrons", (2,)),
    "sigmoid neuron, universality": ("04", "Sigmoid neurons: a slope to learn by", (13,)),
    "notation": ("04", "Layers and their notation", (1,)),
    "chain rule": ("04", "The chain rule on a graph", (3,)),
    "naive gradients": ("04", "Naive gradients cost exponentially much", (5,)),
    "assumptions on the cost": ("04", "What the cost must be like", (7,)),
    "four equations": ("04", "Four equations", (4,)),
    "Jacobians": ("04", "Jacobians, and why nobody builds them", (10,)),
    "numerical gradient": ("04", "Checking a gradient", (6,)),
    "backpropagation is not descent": ("04", "Backpropagation is not gradient descent", (6, 9)),
    "saturation": ("04", "Saturation", (8, 12)),
    "hints and downsides": ("04", "What deep learning is, and is not", (7, 11)),
    "how computers see": ("05", "What a computer sees", (9,)),
    "grey or colour": ("05", "Grey or colour?", (5,)),
    "invariance, also of text": ("05", "From the dense layer to the convolution", (14,)),
    "correlation or convolution": ("05", "From the dense layer to the convolution", (12,)),
    "sparse matrix": ("05", "The same layer as a matrix", (6,)),
    "gradient of shared weights": ("05", "Its gradients", (13,)),
    "edges, frequency": ("05", "Kernels that people made: edges and frequencies", (4, 8)),
    "OpenCV": ("05", "The same by OpenCV and SciPy", (11,)),
    "stride, padding": ("05", "Sizes: stride and padding", (1, 2)),
    "equivariance, pooling": ("05", "Shifts: equivariance, pooling, invariance", (7, 10)),
    "receptive field": ("05", "Receptive fields", (3,)),
    "MLP or convolutions": ("05", "Run it", (15, 16)),
    "start by overfitting": ("06", "First: can it learn at all?", (8,)),
    "activations, dead units": ("06", "Activations", (1, 9)),
    "initialisation": ("06", "How weights start", (2, 3, 10)),
    "batch normalisation": ("06", "Batch normalisation", (4, 5)),
    "what may be augmented": ("06", "Augmentation", (11,)),
    "ensembles": ("06", "Ensembles", (7,)),
    "AlexNet, memory and time": ("07", "AlexNet: scale", (2, 9)),
    "VGG": ("07", "VGG: small filters, stacked", (1, 9)),
    "1x1": ("07", "1x1 convolutions", (4,)),
    "Inception": ("07", "Inception: all sizes at once", (3, 8)),
    "residual blocks": ("07", "ResNet: depth that does no harm", (5, 6)),
    "capsules": ("07", "Capsules", (7,)),
    "transfer by layers": ("08", "Which stages are worth keeping?", (1, 2)),
    "head first, nothing initialised again": ("08", "Why the head goes first", (4,)),
    "precomputed features": ("08", "Compute features once", (3,)),
    "validation by groups": ("08", "Validate by groups", (5, 9)),
    "filters": ("09", "First-layer filters", (11,)),
    "hierarchy of layers": ("09", "Activations: the hierarchy", (1, 8)),
    "patches": ("09", "What excites a unit most", (1,)),
    "saliency": ("09", "Saliency", (2,)),
    "deconvolution": ("09", "Deconvolution", (3,)),
    "Grad-CAM": ("09", "Class maps: Grad-CAM", (4,)),
    "deep dream": ("09", "Deep dream", (9,)),
    "dangers": ("09", "Limits and dangers", (5, 10)),
    "segmentation": ("10", "Segmentation: down and up again", (1, 2, 4, 7)),
    "localisation": ("10", "Localisation: two answers from one head", (3,)),
    "detection": ("10", "Detection: every cell answers", (5, 6)),
    "principal components": ("11", "Principal components", (1,)),
    "autoencoders": ("11", "Autoencoders", (4,)),
    "variational autoencoder": ("11", "A code that can be drawn from", (2, 5)),
    "contrastive learning": ("11", "Contrastive learning", (3,)),
    "recurrence": ("12", "The same cell at every step", (1, 2)),
    "attention, embeddings": ("12", "Attention", (4, 5, 9)),
    "validation by time": ("12", "Time is no shuffle", (10,)),
    "leaderboard and luck": ("13", "How it is ranked, and luck", (1, 3, 4)),
    "folds, groups, time": ("13", "A validation set that predicts the test", (5, 6, 8)),
}
LESSONS = {path.parent.name[:2]: path.read_text() for path in ROOT.glob("course/[0-9]*/README.md")}
_HEADING = re.compile(r"^(##+) (.+)$", re.MULTILINE)
_FENCED = re.compile(r"`{3}.*?`{3}", re.DOTALL)  # where # begins a comment
_FIGURE = re.compile(r"\bplt\.(?:subplots|figure)\(|\bdraw_\w+\(|^rows\(", re.MULTILINE)
_QUESTION = re.compile(r"<summary>(\d+)\. .*?(?=<details>|\Z)", re.DOTALL)


def section(text: str, title: str) -> str:
    """A section with what is below it, or nothing."""
    headings = list(_HEADING.finditer(_FENCED.sub(lambda fence: " " * len(fence[0]), text)))
    for place, heading in enumerate(headings):
        if heading[2] == title:
            ends = [h.start() for h in headings[place + 1 :] if len(h[1]) <= len(heading[1])]
            return text[heading.end() : ends[0] if ends else len(text)]
    return ""


def lacks(text: str, title: str, questions: tuple[int, ...]) -> list[str]:
    """What a topic lacks on a lesson's page."""
    part = section(text, title)
    checked = {
        int(asked[1])
        for asked in _QUESTION.finditer(section(text, "Questions"))
        if any("assert" in cell.code for cell in cells(asked[0].split("</details>")[-1])[:1])
    }
    has = {
        "a section": bool(part),
        "a figure": "![" in part or any(_FIGURE.search(cell.code) for cell in cells(part)),
        "a checked question": bool(checked & set(questions)),
    }
    return [what for what, there in has.items() if not there]


@pytest.mark.parametrize("topic", TOPICS)
def test_topics_are_explained_drawn_and_asked(topic: str) -> None:
    lesson, title, questions = TOPICS[topic]
    assert lacks(LESSONS[lesson], title, questions) == []


def test_what_a_topic_lacks_is_noticed() -> None:
    text = LESSONS["08"]
    of = ("Compute features once", (3,))
    assert lacks(text, *of) == []
    for old, new, what in (
        ("## Compute features once", "## Compute them", ["a section", "a figure"]),
        ("plt.", "draw.", ["a figure"]),
        ("assert round(saving", "print(round(saving", ["a checked question"]),
    ):
        assert lacks(text.replace(old, new), *of) == what
