"""A zip whose members climb out of it.

status: missing
"""

import zipfile
from pathlib import Path


def build(folder: Path) -> None:
    with zipfile.ZipFile(folder.parent / "files_zip_paths.zip", "w") as archive:
        for name in ("../../dlcourse-was-here", "/tmp/dlcourse-was-here", "../softmax.py"):
            archive.writestr(name, "climbed = True")
    folder.rmdir()
