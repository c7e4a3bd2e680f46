"""Figures to play with: `<!-- widget: NAME -->` stands for one, and its script comes with the page.

What stands between that marker and `<!-- /widget -->` is for readers of the page elsewhere, and for
those whose browser runs no scripts.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from course.site.extensions import digit_networks, widget_data
from course.site.extensions.bundles import bundle

SOURCES = Path(__file__).resolve().parents[1] / "widgets"
NAMES = ("digits", "kernel", "playground", "race", "stepper")

_MARKER = re.compile(r"^<!-- widget: (\w+) -->\n(.*?)^<!-- /widget -->$", re.MULTILINE | re.DOTALL)
_PLACE = re.compile(r'<div class="widget" data-widget="(\w+)"')


def embed(text: str) -> str:
    """A page's Markdown with a place for each widget that it names.

    Raises:
        ExtensionError: it names one that there is not.
    """

    def place(match: re.Match[str]) -> str:
        if match[1] not in NAMES:
            raise ExtensionError(f"no widget {match[1]}; there are: {', '.join(NAMES)}")
        return f'<div class="widget" data-widget="{match[1]}">\n\n{match[2]}\n</div>'

    return _MARKER.sub(place, text)


def modules() -> dict[str, str]:
    """The source of each module that people wrote, by name."""
    return {path.stem: path.read_text(encoding="utf-8") for path in SOURCES.glob("*.js")}


def write(folder: Path, trained: str) -> None:
    """Write each widget's script, and the style of all.

    Args:
        folder: where to.
        trained: the module of trained networks (see `digit_networks`).
    """
    folder.mkdir(parents=True, exist_ok=True)
    sources = {**modules(), "pictures": widget_data.pictures(), "trained": trained}
    for name in NAMES:
        # in braces, so that two widgets on a page may have modules of the same name
        script = f"{{\n{bundle(name, sources)}\n}}\n"
        (folder / f"{name}.js").write_text(script, encoding="utf-8")
    shutil.copy(SOURCES / "widgets.css", folder)


def write_to_site(app: Sphinx) -> None:
    if app.builder.format == "html":
        networks = digit_networks.trained(Path(app.srcdir) / "site" / ".networks")
        write(Path(app.outdir) / "_static" / "widgets", networks)


def read(app: Sphinx, docname: str, source: list[str]) -> None:
    source[0] = embed(source[0])


def add_scripts(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object
) -> None:
    """Give a page the scripts of its widgets."""
    found = dict.fromkeys(_PLACE.findall(context.get("body", "")))
    for name in found:
        app.add_js_file(f"widgets/{name}.js", loading_method="defer")
    if found:
        app.add_css_file("widgets/widgets.css")


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("builder-inited", write_to_site)
    app.connect("source-read", read)
    app.connect("html-page-context", add_scripts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
