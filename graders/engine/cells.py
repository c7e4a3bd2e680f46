"""The pieces of code in a submission, which run one after another."""

from __future__ import annotations

from dataclasses import dataclass

from graders.engine.pieces import of_notebook, of_script


@dataclass(frozen=True)
class Cell:
    """A piece of a submission that runs on its own: a notebook's cell, or a script's part."""

    label: str
    """Where it is, for a message: "cell 3"."""
    file: str
    """What a traceback calls it."""
    text: str
    line: int = 0
    """How many lines of the file come before."""

    @property
    def source(self) -> str:
        """What runs: blank lines in front, so that a traceback's line numbers are the file's."""
        return "\n" * self.line + self.text


@dataclass(frozen=True)
class Code:
    """A submission's code. ``whole`` is set for a script, which has to be Python throughout."""

    cells: tuple[Cell, ...]
    whole: str = ""


def from_script(name: str, content: bytes) -> Code:
    """A ``.py`` file's code, its Markdown included, which is made of comments.

    Raises:
        Rejected: it is not text in the encoding that it declares, or in absurdly many parts.
    """
    cells = []
    before = 0
    pieces = of_script(name, content)
    for piece in pieces:
        if piece.raw.strip():
            cells.append(Cell(f"{name} from line {before + 1}", name, piece.raw, before))
        before += piece.raw.count("\n")
    return Code(tuple(cells), whole="".join(piece.raw for piece in pieces))


def from_notebook(name: str, content: bytes) -> Code:
    """A notebook's code cells.

    Raises:
        Rejected: it is not JSON, has no list of cells, or absurdly many, or code that is not text.
    """
    sources = [piece.source for piece in of_notebook(name, content) if piece.kind == "code"]
    labels = [f"cell {number}" for number in range(1, len(sources) + 1)]
    return Code(
        tuple(
            Cell(label, label, source)
            for label, source in zip(labels, sources, strict=True)
            if source.strip()
        )
    )
