"""A course in a few lines, and how to read its pages."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup

from graders.engine.results import ClassResults, SubmissionResult

PASSED, FAILED = ("passed", "passed", "passed"), ("failed", "failed", "failed")


def text_of(node: BeautifulSoup) -> str:
    return re.sub(r"\s+", " ", node.get_text(" ")).strip()


def graded(*submissions: SubmissionResult, name: str = "softmax") -> ClassResults:
    return ClassResults(name, 100.0, "bubblewrap", submissions)


def rows_of(page: BeautifulSoup) -> dict[str, list[str]]:
    """Who -> the other cells of their row."""
    rows = page.select(".matrix tbody tr")
    return {text_of(row.th): [text_of(cell) for cell in row.select("td")] for row in rows}
