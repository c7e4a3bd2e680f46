"""Every lesson has the parts that all lessons have, and answers that code checks."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from graders.engine.catalogue import assignment_names
from tests.course.pages import ROOT, cells

LESSONS = {path.parent.name: path.read_text() for path in ROOT.glob("course/[0-9]*/README.md")}
SECTIONS = (
    "A puzzle",
    "Common mistakes",
    "Questions",
    "Exercises",
    "Read and watch next",
    "Assignment",
)
_SECTION = re.compile(r"^## (.+?)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_QUESTION = re.compile(r"<details><summary>(\d+)\. .+?</summary>\n\s*\S.*?</details>", re.DOTALL)


def lacks(text: str) -> list[str]:
    """What a lesson's page lacks, each in a few words."""
    sections = dict(_SECTION.findall(text))
    titles = [next((t for t in sections if t.startswith(name)), "") for name in SECTIONS]
    if "" in titles:
        return [f"a section '{name}'" for name, t in zip(SECTIONS, titles, strict=True) if not t]
    part = dict(zip(SECTIONS, (sections[title] for title in titles), strict=True))
    places = [list(sections).index(title) for title in titles]
    goals = re.search(r"(?:you can|able to)\n\n((?:- .+\n(?:  .+\n)*)+)", text)
    numbers = [int(number) for number in _QUESTION.findall(part["Questions"])]
    asked, _, varied = part["Questions"].rpartition("</details>")
    answers = [cell.code for cell in cells(asked) if cell.tags == ("hide-cell",)]
    *_, drawn, solved = cells(asked + varied)
    named = re.findall(r"dlcourse (?:check|submit) (\w+)", part["Assignment"])
    has = {
        "three goals": goals is not None and goals[1].count("\n- ") >= 2,
        "the common order of sections": all(a < b for a, b in pairwise(places)),
        "a figure": any(re.search(r"\bplt\.(subplots|figure)\(", c.code) for c in cells(text)),
        "five mistakes": len(re.findall(r"^- ", part["Common mistakes"], re.MULTILINE)) >= 5,
        "five questions, numbered from 1": len(numbers) >= 5
        and numbers == [*range(1, len(numbers) + 1)],
        "questions in which no Markdown is left": not re.search("<summary>[^<]*[`$]", text),
        "five answers that code checks": len([code for code in answers if "assert" in code]) >= 5,
        "a question with numbers drawn anew": "default_rng(" in drawn.code
        and (drawn.tags, solved.tags) == ((), ("hide-cell",)),
        "three links": len(re.findall(r"\]\(https?://", part["Read and watch next"])) >= 3,
        "its assignment": bool(named) and set(named) <= {*assignment_names(), "final_project"},
    }
    return [what for what, there in has.items() if not there]


@pytest.mark.parametrize("lesson", sorted(LESSONS))
def test_lessons_have_the_same_parts(lesson: str) -> None:
    assert lacks(LESSONS[lesson]) == []


def test_what_is_missing_is_noticed() -> None:
    text = LESSONS["08_transfer_learning"]
    for name in SECTIONS:
        assert lacks(text.replace(f"\n## {name}", f"\n## No {name}")) == [f"a section '{name}'"]
    for old, new, what in (
        ("\n- ", "\n* ", ["three goals", "five mistakes"]),
        ("summary>2.", "summary>3.", ["five questions, numbered from 1"]),
        ("summary>2. ", "summary>2. `a` ", ["questions in which no Markdown is left"]),
        ("assert", "print", ["five answers that code checks"]),
        ("default_rng(7)", "default", ["a question with numbers drawn anew"]),
        ("plt.", "draw.", ["a figure"]),
        ("](http", "](file", ["three links"]),
        ("check transfer", "check nothing", ["its assignment"]),
    ):
        assert lacks(text.replace(old, new)) == what
