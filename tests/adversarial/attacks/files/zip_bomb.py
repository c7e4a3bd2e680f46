"""A zip of a few kilobytes that unpacks to gigabytes.

status: rejected
says: unpacks to more than
"""

import zipfile
from pathlib import Path


def build(folder: Path) -> None:
    with zipfile.ZipFile(
        folder.parent / "files_zip_bomb.zip", "w", zipfile.ZIP_DEFLATED
    ) as archive:
        archive.writestr("softmax.py", b"")
        for number in range(3):
            archive.writestr(f"{number}.csv", bytes(100 << 20))
    folder.rmdir()
