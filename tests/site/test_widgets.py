"""Widgets of the site: by keyboard, on a phone, in light and dark; they say what they show."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sphinx.errors import ExtensionError

from course.site.extensions import widgets
from course.site.extensions.bundles import bundle
from tests.site.conftest import Page
from tests.site.picture import shot

ROOT = Path(__file__).resolve().parents[2]
UNNAMED = """
[...document.querySelectorAll("button, input, select, canvas, [tabindex]")]
  .filter(part => !(part.labels?.[0] ?? part).textContent.trim() && !part.ariaLabel)
  .filter(part => !part.ariaHidden)
  .map(part => part.outerHTML)
"""


@pytest.mark.parametrize("name", widgets.NAMES)
def test_a_widget_fits_a_phone_names_its_controls_and_follows_the_theme(
    name: str, page: Page, site: Path
) -> None:
    for width in (390, 1200):
        page.browser.resize(width, phone=width == 390)
        page.browser.open((site / f"{name}.html").as_uri())
        assert page.run("document.documentElement.scrollWidth") <= width
    assert page.run(UNNAMED) == []
    assert "nothing yet" not in page.run("document.body.textContent")
    tone = "getComputedStyle(document.querySelector('.widget')).getPropertyValue('--widget-1')"
    light = page.run(tone)
    page.run("document.documentElement.dataset.theme = 'dark'")
    assert page.run(tone) != light


def test_a_convolution_is_stepped_through(page: Page, site: Path) -> None:
    page.browser.open((site / "stepper.html").as_uri())
    page.focus(".stepper-drawings")
    assert page.says().startswith("Row 1, column 1 of 5 by 5")
    page.press("ArrowDown", 2)
    page.press("ArrowRight")
    assert page.says().startswith("Row 3, column 2 of 5 by 5")
    assert page.run("document.querySelectorAll('.stepper-grid .seen').length") == 9 + 1
    page.focus("input[type=range]")
    page.press("ArrowLeft", 5)  # a smaller input, till the kernel covers all of it
    assert page.says().startswith("Row 1, column 1 of 1 by 1")
    page.focus("input[type=range]", 4)
    page.press("ArrowRight")  # a wider gap
    assert "fits nowhere" in page.says()


def test_a_kernel_is_moved_and_changed(page: Page, site: Path) -> None:
    page.browser.open((site / "kernel.html").as_uri())
    page.focus("canvas")
    assert page.says().startswith("Row 13, column 16: the sum of 9 products")
    page.press("ArrowRight")
    assert page.says().startswith("Row 13, column 17:")
    before = page.drawn(1)
    page.focus(".kernel-grid input", 4)
    page.press("ArrowUp", 2)  # a number's own keys
    assert page.drawn(1) != before
    assert page.run("document.querySelectorAll('.kernel-grid input')[4].value") == "2"


def test_a_digit_is_moved_and_drawn(page: Page, site: Path) -> None:
    page.browser.open((site / "digits.html").as_uri())
    page.focus("canvas")
    before = page.drawn()
    page.press("ArrowLeft", 3)
    page.press("ArrowDown")
    assert page.says().startswith("Moved by 3 left, 1 down: softmax says ")
    assert re.search(r"MLP says \d \(.*LeNet says \d \(.* They (dis)?agree\.$", page.says())
    assert page.run("document.querySelector('thead [aria-current]').textContent") == "3"
    page.press("ArrowRight", 40)  # out of the picture: its ink is not lost
    assert page.says().startswith("Draw a digit")
    page.press("ArrowLeft", 28)  # it is never moved further than a side
    page.press("ArrowUp")
    assert page.drawn() == before
    page.run(
        "[...document.querySelectorAll('button')].find(b => b.textContent === 'Clear').click()"
    )
    assert page.says().startswith("Draw a digit")
    page.focus("canvas")
    page.press("ArrowUp", 8)
    page.press(" ")  # the pen is down
    dot = page.drawn()
    page.press("ArrowDown", 16)
    assert page.says().startswith("Not moved: softmax says ")
    assert page.drawn() != dot


def test_optimizers_race_from_where_the_reader_says(page: Page, site: Path) -> None:
    page.browser.open((site / "race.html").as_uri())
    first = page.says()
    assert first.startswith("After 30 steps the lowest is ")
    page.focus("canvas")
    before = page.drawn()
    page.press("ArrowDown", 3)
    assert page.says() != first
    assert page.drawn() != before
    page.focus(".race-row input[type=range]")
    page.press("End")  # descent at a rate of 10
    assert page.run("document.querySelector('.race-row > output').textContent") == "∞"


def test_a_network_is_trained_by_keys(page: Page, site: Path) -> None:
    page.browser.open((site / "playground.html").as_uri())
    assert page.says().startswith("Not trained yet")
    before = page.drawn()
    page.focus("button", 1)
    page.press(" ", 3)
    assert page.says().startswith("After 3 epochs ")
    assert page.drawn() != before
    assert " of which 0 are 0" in page.run("document.querySelector('.widget-formula').textContent")
    page.focus("input[type=range]", 5)
    page.press("End")  # L1
    page.focus("button", 1)
    page.press(" ")
    assert " of which 0 are 0" not in page.run(
        "document.querySelector('.widget-formula').textContent"
    )


def test_the_front_pages_picture_is_drawn(page: Page, tmp_path: Path) -> None:
    few, more = (shot(page.browser, tmp_path, epochs) for epochs in (1, 2))
    assert few.startswith(b"\x89PNG")
    assert few != more
    assert "After 2 epochs " in page.says()


def test_pages_name_widgets_that_there_are() -> None:
    shown = [path.read_text() for path in (ROOT / "course").glob("*/*.md")]
    places = widgets.embed("\n".join(shown))
    assert "<!-- widget: " not in places
    assert "<!-- /widget -->" not in places
    for name in widgets.NAMES:
        assert places.count(f'data-widget="{name}"') >= 2  # where all are, and in a lesson
    with pytest.raises(ExtensionError, match="no widget dice; there are: digits, "):
        widgets.embed("<!-- widget: dice -->\n<!-- /widget -->")


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ('import { a } from "./missing.js";', "missing.js, which is missing"),
        ('import { b } from "./other.js";', "imports b: not in other.js"),
        ('import all from "./other.js";', "of a form"),
        ('import { a } from "./circle.js";', "circle"),
    ],
)
def test_what_cannot_be_bundled_is_said(source: str, why: str) -> None:
    others = {"other": "export const a = 1;", "circle": 'import { entry } from "./entry.js";'}
    with pytest.raises(ValueError, match=why):
        bundle("entry", {"entry": source, **others})
