"""Writing a zip of texts, whole or not at all; the same texts make the same bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

ALWAYS = (1980, 1, 1, 0, 0, 0)


def write_zip(to: Path, files: Mapping[str, str]) -> None:
    """Replace ``to`` by a zip of ``files``: name -> text."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, content in files.items():
            member = zipfile.ZipInfo(name, ALWAYS)
            member.compress_type = zipfile.ZIP_DEFLATED
            bundle.writestr(member, content)
    temporary = to.with_name(f".{to.name}.new")
    to.parent.mkdir(parents=True, exist_ok=True)
    try:
        temporary.write_bytes(archive.getvalue())
        temporary.replace(to)
    finally:
        temporary.unlink(missing_ok=True)
