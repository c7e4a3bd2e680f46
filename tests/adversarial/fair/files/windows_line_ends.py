"""A script with the line ends of Windows."""

from pathlib import Path


def build(folder: Path, solution: str) -> None:
    (folder / "softmax.py").write_bytes(solution.replace("\n", "\r\n").encode())
