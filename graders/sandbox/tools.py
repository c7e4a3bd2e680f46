"""The functions that ``student.tool`` finds by name: there in the torch profile alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graders.sandbox import torch_tools, transfer_tools

MODULES = (torch_tools, transfer_tools)


def tool(name: str) -> Callable[..., Any]:
    """The tool of this name.

    Raises:
        AttributeError: there is none.
    """
    for module in MODULES:
        if hasattr(module, name):
            return getattr(module, name)
    raise AttributeError(f"no tool is called {name}")
