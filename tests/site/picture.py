"""Writes the front page's picture of the playground: `python -m tests.site.picture`."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from course.site.extensions import widgets
from tests.course.pages import ROOT
from tests.graders.chromium import Browser, chromium
from tests.site.conftest import PAGE, Page

PICTURE = ROOT / "course/figures/playground.png"
OTHERS_NETWORKS = "export const TRAINED = [];"  # of the widget that reads digits
BOX = "(({x, y, width, height}) => ({x, y, width, height, scale: 1}))(%s.getBoundingClientRect())"


def shot(browser: Browser, folder: Path, epochs: int) -> bytes:
    """A PNG of the playground, made to overfit noisy points for some epochs.

    Args:
        browser: whose page is another one afterwards.
        folder: for the widget's files.
        epochs: to train.
    """
    widgets.write(folder, OTHERS_NETWORKS)
    (folder / "playground.html").write_text(PAGE.format(name="playground"))
    browser.resize(960)
    browser.open((folder / "playground.html").as_uri())
    page = Page(browser)
    page.run("document.body.style.fontFamily = 'sans-serif'")
    page.focus("input[type=range]")
    page.press("ArrowRight", 10)  # more noise
    page.focus("button", 1)
    page.press(" ", epochs)
    page.run("document.activeElement.blur()")
    clip = page.run(BOX % "document.querySelector('.widget')")
    return browser.picture(clip=clip)


if __name__ == "__main__":
    with (
        TemporaryDirectory() as profile,
        TemporaryDirectory() as made,
        chromium("about:blank", Path(profile)) as opened,
    ):
        PICTURE.write_bytes(shot(opened, Path(made), 400))
    print(f"written: {PICTURE.relative_to(ROOT)}")
