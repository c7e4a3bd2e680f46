"""A file of 50 MB.

status: rejected
says: larger than 10 MiB
"""

from pathlib import Path


def build(folder: Path) -> None:
    (folder / "softmax.py").write_bytes(b"#" * (50 << 20))
