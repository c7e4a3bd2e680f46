"""The detection reference against torchvision, torch and scikit-learn."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import jaccard_score, precision_recall_curve
from torch.nn import functional as F
from torchvision.models.detection._utils import BoxCoder
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.ops import box_iou
from torchvision.ops import nms as torchvision_nms

from tests.assignments.references import load_reference


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    return load_reference("detection")


def draw_boxes(rng: np.random.Generator, count: int) -> np.ndarray:
    corner = rng.uniform(-5, 20, (count, 2))
    return np.concatenate([corner, corner + rng.uniform(1, 15, (count, 2))], axis=1)


seeds = st.integers(0, 10**6)
few = st.integers(1, 3)


@settings(deadline=None, max_examples=20)
@given(seeds, st.integers(0, 20), st.integers(0, 20), st.floats(0, 1))
def test_boxes_agree_with_torchvision(reference, seed, count, others, threshold) -> None:
    rng = np.random.default_rng(seed)
    a, b, scores = draw_boxes(rng, count), draw_boxes(rng, others), rng.random(count)
    np.testing.assert_allclose(reference.iou(a, b), box_iou(*map(torch.tensor, (a, b))), atol=1e-12)
    kept = torchvision_nms(torch.tensor(a), torch.tensor(scores), threshold)
    assert reference.nms(a, scores, threshold).tolist() == kept.tolist()


@settings(deadline=None, max_examples=20)
@given(seeds, st.integers(1, 12))
def test_offsets_agree_with_torchvision(reference, seed, count) -> None:
    rng = np.random.default_rng(seed)
    boxes, anchors = draw_boxes(rng, count), draw_boxes(rng, count)
    coder = BoxCoder((1.0, 1.0, 1.0, 1.0))
    right = coder.encode_single(torch.tensor(boxes), torch.tensor(anchors)).numpy()
    offsets = reference.encode_boxes(boxes, anchors)
    np.testing.assert_allclose(offsets, right, atol=1e-9)
    np.testing.assert_allclose(reference.decode_boxes(offsets, anchors), boxes, atol=1e-9)


def test_anchors_have_the_shapes_and_the_order_of_torchvision(reference) -> None:
    sizes, ratios = [4.0, 10.0, 31.0], [0.5, 1.0, 3.0]
    generator = AnchorGenerator()
    # torchvision's come ratio by ratio, around the corner of a cell, rounded to pixels
    around_zero = generator.generate_anchors(sizes, ratios, torch.float64).reshape(3, 3, 4)
    ours = reference.anchors(2, 3, 8, sizes, ratios).reshape(2, 3, 3, 3, 4)
    for i, j in np.ndindex(2, 3):
        centre = np.array([j + 0.5, i + 0.5] * 2) * 8
        shapes = around_zero.numpy().transpose(1, 0, 2)
        np.testing.assert_allclose(ours[i, j], centre + shapes, atol=0.51)


@settings(deadline=None, max_examples=30)
@given(seeds, st.integers(1, 20), st.integers(0, 5))
def test_average_precision_agrees_with_scikit_learn(reference, seed, count, missed) -> None:
    rng = np.random.default_rng(seed)
    scores, matches = rng.permutation(count) / count, rng.random(count) < 0.5
    matches[0] = True
    precision, recall, _ = precision_recall_curve(matches, scores)  # recall falls from 1 to 0
    best = np.maximum.accumulate(precision[:-1])
    area = float(-np.diff(recall) @ best) * matches.sum() / (matches.sum() + missed)
    got = reference.average_precision(scores, matches, int(matches.sum()) + missed)
    np.testing.assert_allclose(got, area, atol=1e-12)


@settings(deadline=None, max_examples=20)
@given(seeds, st.integers(1, 15), st.integers(1, 3))
def test_matches_keep_their_promises(reference, seed, count, objects) -> None:
    rng = np.random.default_rng(seed)
    anchors, boxes = draw_boxes(rng, count), draw_boxes(rng, objects)
    found = reference.match_anchors(anchors, boxes, 0.2, 0.4)
    overlap = box_iou(torch.tensor(anchors), torch.tensor(boxes)).numpy()
    claimed = set(overlap.argmax(axis=0))
    for k in set(range(count)) - claimed:
        best = overlap[k].max()
        assert found[k] == (overlap[k].argmax() if best >= 0.4 else -1 if best < 0.2 else -2)
    assert all(found[k] >= 0 for k in claimed)


@settings(deadline=None, max_examples=15)
@given(seeds, few, few, few, few, few, few, st.integers(1, 3), st.integers(0, 1))
def test_transposed_convolution_agrees_with_torch(
    reference, seed, n, c, f, height, width, kernel, stride, pad
) -> None:
    kernel += 2 * pad  # no more is cut off than a painting covers
    generator = torch.Generator().manual_seed(seed)
    x, w, b = (
        torch.randn(shape, generator=generator, dtype=torch.float64, requires_grad=True)
        for shape in [(n, c, height, width), (c, f, kernel, kernel + 1), (f,)]
    )
    out = F.conv_transpose2d(x, w, b, stride=stride, padding=pad)
    dout = torch.randn(out.shape, generator=generator, dtype=torch.float64)
    out.backward(dout)
    arrays = [value.detach().numpy() for value in (x, w, b)]
    got, cache = reference.transposed_conv_forward(*arrays, {"stride": stride, "pad": pad})
    np.testing.assert_allclose(got, out.detach(), atol=1e-10)
    gradients = reference.transposed_conv_backward(dout.numpy(), cache)
    for gradient, value in zip(gradients, (x, w, b), strict=True):
        np.testing.assert_allclose(gradient, value.grad, atol=1e-10)


@settings(deadline=None, max_examples=15)
@given(seeds, few, few, few, few)
def test_max_unpool_agrees_with_torch(reference, seed, n, c, height, width) -> None:
    maps = torch.tensor(np.random.default_rng(seed).standard_normal((n, c, 3 * height, 2 * width)))
    pooled, switches = F.max_pool2d_with_indices(maps, (3, 2))
    right = F.max_unpool2d(pooled, switches, (3, 2))
    got = reference.max_unpool(pooled.numpy(), switches.numpy(), (3 * height, 2 * width))
    np.testing.assert_array_equal(got, right)


@settings(deadline=None, max_examples=20)
@given(seeds, st.integers(2, 5), st.floats(0, 3))
def test_masks_agree_with_scikit_learn_and_autograd(reference, seed, classes, eps) -> None:
    rng = np.random.default_rng(seed)
    truth, guess = rng.integers(0, classes, (2, 30))
    confusion = np.zeros((classes, classes))
    np.add.at(confusion, (truth, guess), 1)
    right = jaccard_score(truth, guess, average="macro")  # over the labels that occur
    np.testing.assert_allclose(reference.mean_iou(confusion), right)

    probs, target = rng.random((3, 4, 5)), rng.integers(0, 2, (3, 4, 5)).astype(float)
    p, t = torch.tensor(probs, requires_grad=True), torch.tensor(target)
    dice = (2 * (p * t).sum((1, 2)) + eps) / (p.sum((1, 2)) + t.sum((1, 2)) + eps)
    (1 - dice).mean().backward()
    loss, dprobs = reference.dice_loss(probs, target, eps)
    np.testing.assert_allclose(loss, (1 - dice).mean().item())
    np.testing.assert_allclose(dprobs, p.grad, atol=1e-12)
