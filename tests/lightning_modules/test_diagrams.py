"""Diagrams say what runs: shapes and counts are torch's own, forks and joins the network's."""

from __future__ import annotations

import matplotlib.pyplot as plt
import torch

from lightning_modules.models.inception import InceptionBlock
from lightning_modules.models.lenet import LeNet
from lightning_modules.models.resnet import BasicBlock, CifarBlock
from lightning_modules.visualisation.diagrams import boxes, draw_graph, draw_pyramid


def test_a_chain_has_the_networks_shapes_and_counts() -> None:
    model = LeNet()
    found = boxes(model, torch.zeros(2, 1, 28, 28))
    assert [box.shape for box in found] == [
        (1, 28, 28),
        (6, 28, 28),
        (6, 14, 14),
        (16, 10, 10),
        (16, 5, 5),
        (120,),
        (84,),
        (10,),
    ]
    assert found[1].label == "conv 5×5, ReLU"
    assert sum(box.parameters for box in found) == sum(p.numel() for p in model.parameters())
    assert found[3].multiplications == 16 * 6 * 25 * 10 * 10
    assert [box.inputs for box in found] == [[], *([index] for index in range(7))]
    assert model.training  # as it was


def test_forks_and_joins() -> None:
    block = InceptionBlock(8, 4, 2, 6, 1, 2, 3)
    found = boxes(block, torch.zeros(2, 8, 5, 5))
    join = found[-1]
    assert join.label == "side by side"
    assert [found[source].shape[0] for source in join.inputs] == [4, 6, 2, 3]
    assert [box.inputs for box in found].count([0]) == 4
    assert len({box.lane for box in found if box.inputs == [0]}) == 4
    assert sum(box.parameters for box in found) == sum(p.numel() for p in block.parameters())


def test_a_shortcut_that_does_nothing_is_an_arrow_from_the_input() -> None:
    for block in (BasicBlock(4, 4), CifarBlock(4, 4, 1, True)):
        found = boxes(block, torch.zeros(2, 4, 6, 6))
        assert [box.label for box in found][1:] == ["conv 3×3, BN, ReLU", "conv 3×3, BN", "+, ReLU"]
        assert sorted(found[-1].inputs) == [0, 2]
    plain = boxes(CifarBlock(4, 4, 1, False), torch.zeros(2, 4, 6, 6))
    assert plain[-1].inputs == [1]


def test_drawings_show_every_box() -> None:
    _, (left, right) = plt.subplots(1, 2)
    for ax, draw, model, shape in (
        (left, draw_pyramid, LeNet(), (2, 1, 28, 28)),
        (right, draw_graph, BasicBlock(4, 8, 2), (2, 4, 6, 6)),
    ):
        found = draw(model, torch.zeros(shape), ax)
        shown = " ".join(text.get_text() for text in ax.texts)
        assert all(box.size in shown for box in found)
    plt.close("all")
