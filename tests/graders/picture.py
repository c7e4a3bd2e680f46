"""Writes the front page's picture of a class report: `python -m tests.graders.picture`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.course.pages import ROOT
from tests.graders.chromium import chromium

PICTURE = ROOT / "course/figures/class_report.png"
WIDTH, HEIGHT = 1080, 1338  # of its upper part


def main() -> None:
    with TemporaryDirectory() as made, TemporaryDirectory() as profile:
        out = Path(made) / "run"
        subprocess.run([sys.executable, "-m", "course", "demo", "--out", str(out)], check=True)
        with chromium("about:blank", Path(profile)) as browser:
            browser.resize(WIDTH, HEIGHT)
            browser.open((out / "grades" / "report.html").as_uri())
            PICTURE.write_bytes(browser.picture())
    print(f"written: {PICTURE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
