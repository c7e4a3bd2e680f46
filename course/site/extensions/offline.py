"""Mathematics without a network: MathJax and its fonts, from a package, beside the pages."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.errors import ConfigError

_PACKAGE = "sphinx-mathjax-offline"
_PARTS = ("tex-chtml.js", "output/chtml/fonts/woff-v2")


def copy_mathjax(app: Sphinx, failure: Exception | None) -> None:
    """Copy the part of MathJax that the pages ask for.

    Raises:
        ConfigError: the package that has it is not installed.
    """
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise ConfigError(f"{_PACKAGE} is missing: pip install -e '.[site]'")
    if failure or app.builder.format != "html":
        return
    source = Path(spec.origin).parent / "static" / "mathjax"
    target = Path(app.outdir) / "_static" / "mathjax"
    for part in _PARTS:
        (target / part).parent.mkdir(parents=True, exist_ok=True)
        if (source / part).is_dir():
            shutil.copytree(source / part, target / part, dirs_exist_ok=True)
        else:
            shutil.copy(source / part, target / part)


def setup(app: Sphinx) -> dict[str, Any]:
    app.config.mathjax_path = "mathjax/tex-chtml.js"
    app.config.mathjax3_config = {"options": {"enableMenu": False}}  # it loads more, from elsewhere
    app.connect("build-finished", copy_mathjax)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
