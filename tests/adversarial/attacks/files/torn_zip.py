"""A zip that was cut off.

status: rejected
says: cannot be unpacked
"""

import io
import zipfile
from pathlib import Path


def build(folder: Path) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("softmax.py", "x = 1\n" * 1000)
    (folder.parent / "files_torn_zip.zip").write_bytes(made.getvalue()[:-40])
    folder.rmdir()
