"""The course's site, its lessons not run: no page is broken, too wide, or needs a network."""

from __future__ import annotations

import json
import os
import runpy
from collections.abc import Iterator
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import unquote, urlsplit

import pytest
from sphinx.application import Sphinx

from tests.course.pages import ROOT
from tests.graders.chromium import Browser

# Docstrings take four times as long as all the rest; networks of the widgets would be trained.
LEFT_OUT = {"extensions.modules", "extensions.widgets"}
LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href"}
# Console, errors and loads of a page, from its first script on.
WATCH = """
window.wrong = [];
addEventListener("error", (event) => wrong.push(event.message || event.target.outerHTML), true);
addEventListener("securitypolicyviolation", (event) => wrong.push(event.blockedURI));
console.error = (...words) => wrong.push(words.join(" "));
"""

# Of the table of verdicts: name of the claim and verdict of each row that shows.
ROWS = """
JSON.stringify([...document.querySelectorAll("th[aria-sort]")[0].closest("table").tBodies[0].rows]
  .map((row) => row.checkVisibility() ? [...row.cells].slice(0, 2).map((cell) =>
    (cell.querySelector("a") ?? cell).textContent.trim()) : null))
"""
FOCUS = """
[...document.querySelectorAll(%s)].find((one) => one.textContent.includes(%s)).focus()
"""


class Page(HTMLParser):
    """What a page loads and links to, and the anchors that it has."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.anchors = {"", "top"}
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        of = {name: value or "" for name, value in attributes}
        self.anchors.update(of[name] for name in ("id", "name") if name in of)
        if tag == "a" and "href" in of:
            self.links.append(of["href"])
        if of.get(LOADED.get(tag, "")):
            self.loads.append(of[LOADED[tag]])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the site's pages are, without figures that lessons draw and without docstrings."""
    folder = tmp_path_factory.mktemp("site")
    settings = runpy.run_path(str(ROOT / "course/site/conf.py"))
    app = Sphinx(
        ROOT,
        ROOT / "course/site",
        folder / "html",
        folder / "pages",
        "html",
        {
            "extensions": [name for name in settings["extensions"] if name not in LEFT_OUT],
            "nb_execution_mode": "off",
            "suppress_warnings": ["myst-nb.lexer"],  # which a run notebook names
        },
        status=None,
        warningiserror=True,
        exception_on_warning=True,
    )
    app.build()
    return folder / "html"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    """Of a server that has the site and nothing else."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def watched(browser: Browser) -> Iterator[Browser]:
    """The browser, its pages watched for what goes wrong."""
    browser.send("Page.enable")
    script = browser.send("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
    yield browser
    browser.send("Page.removeScriptToEvaluateOnNewDocument", **script)


def test_links_lead_somewhere_and_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    pages = {
        path: Page(path.read_text(encoding="utf-8"))
        for path in site.rglob("*.html")
        if "_static" not in path.parts  # templates of the theme
    }
    assert len(pages) > 40
    broken = []
    for path, page in pages.items():
        for target in {*page.links, *page.loads}:
            parts = urlsplit(target)
            if parts.scheme or parts.netloc:
                if target in page.loads and parts.scheme != "data":
                    broken.append((path.name, target))
                continue
            to = Path(os.path.normpath(path.parent / unquote(parts.path))) if parts.path else path
            anchors = pages[to].anchors if to in pages else {parts.fragment}
            if not to.is_file() or unquote(parts.fragment) not in anchors:
                broken.append((str(path.relative_to(site)), target))
    assert broken == []


# elements that scroll sideways, which no key reaches
OUT_OF_REACH = """
[...document.querySelectorAll("article *")].filter(
  (element) => ["auto", "scroll"].includes(getComputedStyle(element).overflowX)
    && element.scrollWidth > element.clientWidth
    && element.tabIndex < 0 && !element.querySelector("a, button, input, [tabindex]")
).length
"""


@pytest.mark.parametrize(
    "page",
    [
        "course/04_neural_networks/README",
        "course/ledger/README",
        "course/site/students/5_train",
        "lightning_modules/experiments/README",
    ],
)
def test_a_page_fits_a_telephone_and_loads_nothing_from_elsewhere(
    address: str, watched: Browser, page: str
) -> None:
    watched.resize(390, 844, phone=True)
    watched.open(f"{address}/{page}.html")
    assert watched.evaluate("document.documentElement.scrollWidth") == 390
    loads = watched.evaluate("performance.getEntriesByType('resource').map((load) => load.name)")
    assert "site.css" in " ".join(loads)
    assert [load for load in loads if not load.startswith((address, "data:"))] == []
    assert watched.evaluate("window.wrong") == []
    assert watched.evaluate(OUT_OF_REACH) == 0


# elements whose text would be cut on paper, and answers that would be missing
CUT = """
[...document.querySelectorAll("article :is(pre, .highlight, .pst-scrollable-table-container)")]
  .filter((one) => one.checkVisibility() && one.scrollWidth > one.clientWidth + 1).length
"""
CLOSED = "document.querySelectorAll('details:not(.hide, [open])').length"


@pytest.mark.parametrize("page", ["course/04_neural_networks/README", "CONTRIBUTING"])
def test_on_paper_a_page_is_light_and_whole_and_has_the_answers(
    address: str, watched: Browser, page: str
) -> None:
    theme = "document.documentElement.dataset.theme"
    watched.resize(740, 1000)
    watched.send("Emulation.setEmulatedMedia", media="print")
    try:
        watched.open(f"{address}/{page}.html")
        closed = watched.evaluate(CLOSED)
        watched.evaluate(f"{theme} = 'dark'; dispatchEvent(new Event('beforeprint'))")
        assert watched.evaluate(theme) == "light"
        assert watched.evaluate(CLOSED) == watched.evaluate(CUT) == 0
        watched.evaluate("dispatchEvent(new Event('afterprint'))")
        assert (watched.evaluate(theme), watched.evaluate(CLOSED)) == ("dark", closed)
        assert closed > 0 or "Questions" not in watched.evaluate("document.body.textContent")
    finally:
        watched.send("Emulation.setEmulatedMedia", media="")


def test_the_ledgers_table_is_sorted_and_filtered_from_the_keyboard(
    site: Path, watched: Browser
) -> None:
    def shown() -> list[list[str]]:
        rows = json.loads(watched.evaluate(ROWS))
        return [row for row in rows if row]

    def press(selector: str, text: str) -> None:
        watched.find(selector, text)
        watched.evaluate(FOCUS % (json.dumps(selector), json.dumps(text)))
        for kind in ("keyDown", "keyUp"):
            watched.send("Input.dispatchKeyEvent", type=kind, key="Enter", code="Enter",
                         windowsVirtualKeyCode=13, text="\r")  # fmt: skip

    watched.open((site / "course/ledger/README.html").as_uri())
    before = shown()
    press(".verdicts button", "not supported")
    chosen = [row for row in before if row[1] == "not supported"]
    assert 0 < len(chosen) < len(before)
    assert shown() == chosen
    assert watched.evaluate("document.querySelector('.shown').textContent") == (
        f"{len(chosen)} of {len(before)} claims"
    )
    press(".verdicts button", "all")
    press("th button", "verdict")
    assert shown() == sorted(before, key=lambda row: row[1])
    press("th button", "verdict")
    assert shown() == sorted(before, key=lambda row: row[1], reverse=True)
    press("th button", "verdict")
    assert shown() == before
