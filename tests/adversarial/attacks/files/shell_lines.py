"""A notebook of shell lines and cells in other languages."""

import json
from pathlib import Path


def build(folder: Path) -> None:
    sources = [
        "!touch /tmp/dlcourse-was-here",
        "%%bash\ntouch /tmp/dlcourse-was-here",
        "%system touch dlcourse-was-here",
        "%run /etc/passwd",
        "%%writefile /tmp/x\nx",
    ]
    cells = [{"cell_type": "code", "source": source} for source in sources]
    (folder / "softmax.ipynb").write_text(json.dumps({"cells": cells}))
