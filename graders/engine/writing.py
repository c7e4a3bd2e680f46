"""Files are replaced whole: a reader sees the old one or the new one, whatever kills the writer."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

UNFINISHED = ".unfinished"  # how the name of a file ends that is still being written


def write_atomically(path: Path, content: str | bytes | Iterable[str], mode: int = 0o644) -> None:
    """Replace ``path`` by ``content`` so that a reader sees the old file or the new one.

    Args:
        content: all of it, or its pieces, of which there is then one at a time.
    """
    pieces = [content] if isinstance(content, str | bytes) else content
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(UNFINISHED, f".{path.name}.", path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            for piece in pieces:
                file.write(piece.encode() if isinstance(piece, str) else piece)
        Path(temporary).chmod(mode)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def remove_unfinished(folder: Path) -> None:
    """Remove what killed writers left below ``folder``, into which nobody may be writing."""
    for left in folder.rglob(f".*{UNFINISHED}"):
        left.unlink()
