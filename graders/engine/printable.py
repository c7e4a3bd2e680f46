"""Text from strangers, made harmless to look at."""

from __future__ import annotations

import re
import unicodedata

# Escape sequences that recolour a terminal, move its cursor or set its title.
_ESCAPE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor
    r"|\x1b[\]PX^_].*?(?:\x07|\x1b\\|\x9c|$)"  # OSC and other strings, up to their terminator
    r"|\x1b[ -/]*[0-~]",  # the short forms
    re.DOTALL,
)
_LINE_END = re.compile(r"\r\n?|[\u2028\u2029\x85]")


def printable(text: str, limit: int | None = None) -> str:
    """Return ``text`` without what could act on a terminal or reorder a page.

    Escape sequences go, and so do the control, format (bidirectional overrides, zero-width
    characters), private and unassigned characters of Unicode; tab and newline stay. A lone
    surrogate, which no UTF-8 file can hold, becomes U+FFFD. Markup is left alone: escaping it is
    the template's work. More than ``limit`` characters are cut, and the cut is said.
    """
    if not text.replace("\n", "").replace("\t", "").isprintable():  # rare, and slow to mend
        text = _LINE_END.sub("\n", _ESCAPE.sub("", text))
        text = "".join(_character(character) for character in text)
    if limit is not None and len(text) > limit:
        return f"{text[:limit]} … ({len(text) - limit} more characters)"
    return text


def cut(text: str, limit: int) -> str:
    """At most ``limit`` characters of ``text``, the last a sign that there were more."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def shown(text: str, limit: int) -> str:
    """``text`` made printable and cut; of a flood, only the beginning is looked at."""
    return cut(printable(text[: 10 * limit]), limit)


def _character(character: str) -> str:
    if character in "\n\t" or character.isprintable():
        return character
    category = unicodedata.category(character)
    if category == "Cs":
        return "\ufffd"
    return " " if category.startswith("Z") else ""


def printable_cell(text: str) -> str:
    """Return ``text`` as a spreadsheet cell that is never run as a formula.

    A leading apostrophe tells Excel, LibreOffice and Google Sheets that a cell is text (OWASP,
    CSV injection).
    """
    text = printable(text)
    return f"'{text}" if text.lstrip()[:1] in tuple("=+-@＝＋－＠") else text
