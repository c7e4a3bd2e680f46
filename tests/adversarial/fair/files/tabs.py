"""A script indented with tabs."""

from pathlib import Path


def build(folder: Path, solution: str) -> None:
    lines = solution.split("\n")
    indents = [len(line) - len(line.lstrip(" ")) for line in lines]
    tabbed = ["\t" * i + line.lstrip(" ") for i, line in zip(indents, lines, strict=True)]
    (folder / "softmax.py").write_text("\n".join(tabbed))
