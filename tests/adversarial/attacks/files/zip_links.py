"""A zip that holds a link to a file of the host."""

import zipfile
from pathlib import Path


def build(folder: Path) -> None:
    member = zipfile.ZipInfo("softmax.py")
    member.external_attr = 0o120777 << 16
    with zipfile.ZipFile(folder.parent / "files_zip_links.zip", "w") as archive:
        archive.writestr(member, "../../host/private.txt")
    folder.rmdir()
