"""Sphinx's configuration of the course's site: `make site` writes it to `site/html/`.

The source folder is the whole repository, so that the pages which a code host shows are the pages
of the site. Lessons are executed, and their results cached by what their cells say.
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT), str(HERE)]

project = "dlcourse"
author = "the dlcourse authors"
project_copyright = "the dlcourse authors, MIT licence"
language = "en"
root_doc = "course/site/index"

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.mathjax",
    "extensions.repository",
    "extensions.modules",
    "extensions.offline",
    "extensions.widgets",
]
include_patterns = [
    "course/site/**.md",
    "course/[0-9]*/README.md",
    "course/ledger/README.md",
    "lightning_modules/**.md",
    "data/README.md",
    "CONTRIBUTING.md",
]
exclude_patterns = ["**/.*", ".*", "runs", "site", "tests", "wandb", "**/__pycache__"]

# Markdown as the code host reads it: mathematics in dollars, anchors of headings.
myst_enable_extensions = ["dollarmath", "amsmath", "colon_fence", "deflist"]
myst_heading_anchors = 3
myst_dmath_allow_labels = False

nb_execution_mode = "cache"
nb_execution_cache_path = str(ROOT / "site" / ".cells")
nb_execution_in_temp = True
nb_execution_raise_on_error = True
nb_execution_timeout = 600
nb_merge_streams = True
nb_render_image_options = {"alt": "figure that the code above draws"}
nb_ipywidgets_js: dict[str, dict[str, str]] = {}  # would be fetched from elsewhere

autodoc_member_order = "bysource"
autodoc_default_options = {"members": True}
autodoc_inherit_docstrings = False  # Lightning's are written for its own site
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
default_role = "code"  # of docstrings: `x` is code
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True

html_theme = "sphinx_book_theme"
html_title = "dlcourse"
html_extra_path = ["extra"]
html_static_path = ["static", "../../lightning_modules/experiments/ledger.js"]
html_css_files = ["site.css"]
html_js_files = [
    (name, {"defer": "defer"}) for name in ("ledger.js", "scrolling.js", "printing.js")
]
html_favicon = "static/favicon.svg"
html_context = {"default_mode": "auto"}  # light or dark as the reader's system is
html_copy_source = False
html_show_sphinx = False
html_theme_options = {
    "home_page_in_toc": True,
    "use_download_button": False,
    "use_fullscreen_button": False,
    "show_navbar_depth": 1,
    "show_toc_level": 2,
    "search_as_you_type": False,
}
html_sidebars = {"**": ["navbar-logo.html", "search-button-field.html", "sbt-sidebar-nav.html"]}
