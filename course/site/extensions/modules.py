"""The reference from docstrings: `<!-- modules: PACKAGE -->` stands for a package's modules."""

from __future__ import annotations

import pkgutil
import re
from typing import Any

from sphinx.application import Sphinx

_MARKER = re.compile(r"^<!-- modules: ([\w.]+) -->$", re.MULTILINE)
_LITERAL = re.compile(r"(\$\$.+?\$\$|`[^`]*`|\$[^$\s](?:[^$\n]*[^$\s])?\$)", re.DOTALL)
_EXAMPLE = re.compile(r"^(?=\S)(?!\.\. )(.+)\n\n((?: {4}.+(?:\n|\Z))+)", re.MULTILINE)


def reference(package: str) -> str:
    """A section of Markdown for each public module of a package, not for those of its packages.

    Raises:
        ImportError: there is no such package.
    """
    path = __import__(package, fromlist=["__path__"]).__path__
    names = [
        module.name
        for module in pkgutil.iter_modules(path)
        if not module.ispkg and not module.name.startswith("_")
    ]
    return "\n".join(
        f"## {name}\n\n```{{eval-rst}}\n.. automodule:: {package}.{name}\n```\n" for name in names
    )


def read(app: Sphinx, docname: str, source: list[str]) -> None:
    if docname.startswith("course/site/api/"):
        source[0] = _MARKER.sub(lambda match: reference(match[1]), source[0])


def escape(
    app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]
) -> None:
    if not any(line.endswith("::") for line in lines):  # what follows would be shown as it stands
        lines[:] = restructured("\n".join(lines)).split("\n")


def restructured(text: str) -> str:
    """A docstring as reStructuredText: `(N, *shape)` is no emphasis, `|w|` no substitution, what
    stands between dollars is mathematics, and an indented block below a paragraph an example."""
    parts = _LITERAL.split(text)
    parts[::2] = [re.sub(r"([*|])", r"\\\1", part) for part in parts[::2]]
    for at in range(1, len(parts), 2):
        if parts[at].startswith("$$"):
            parts[at] = f".. math:: {' '.join(parts[at].strip('$').split())}"
        elif parts[at].startswith("$"):
            parts[at] = f":math:`{parts[at].strip('$')}`"
    return _EXAMPLE.sub(_as_example, "".join(parts))


def _as_example(match: re.Match[str]) -> str:
    code = re.sub(r"\\([*|])", r"\1", match[2])
    return f"{match[1]}\n\n::\n\n{code}\n"


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("autodoc-process-docstring", escape, priority=400)  # before napoleon adds markup
    app.connect("source-read", read)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
