"""Tensors, or tuples, lists and dicts of them: what a batch's inputs or targets may be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

Tree = Any  # a tensor whose first index counts examples, or a tuple, list or dict of such trees


def map_tree(function: Callable[[Tensor], Tensor], tree: Tree) -> Tree:
    """The same tree with `function` applied to each tensor."""
    if isinstance(tree, Tensor):
        return function(tree)
    if isinstance(tree, dict):
        return {key: map_tree(function, branch) for key, branch in tree.items()}
    return type(tree)(map_tree(function, branch) for branch in tree)


def first_leaf(tree: Tree) -> Tensor:
    """Any one of the tree's tensors: all have as many rows and lie on the same device."""
    while not isinstance(tree, Tensor):
        tree = next(iter(tree.values() if isinstance(tree, dict) else tree))
    return tree


def take(tree: Tree, rows: Tensor) -> Tree:
    """Rows (n,) of each tensor. Images (N, C, H, W) that are channels-last stay so.

    `index_select` takes half the time of `tensor[rows]`.
    """
    return map_tree(lambda tensor: _take(tensor, rows), tree)


def _take(tensor: Tensor, rows: Tensor) -> Tensor:
    channels_last = tensor.ndim == 4 and tensor.is_contiguous(memory_format=torch.channels_last)
    if channels_last and not tensor.is_contiguous():
        in_memory = tensor.permute(0, 2, 3, 1)  # (N, H, W, C), a view
        return in_memory.index_select(0, rows).permute(0, 3, 1, 2)  # (n, C, H, W)
    return tensor.index_select(0, rows)
