"""The pages say what the record says, to everyone, and run nothing that a stranger wrote."""

import json
import re
import unicodedata
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pytest
from bs4 import BeautifulSoup

from graders.engine.final import FinalScore, FinalTask
from graders.engine.results import NOT_WRITTEN, ClassResults, SubmissionResult
from graders.engine.timestamps import GUESSED, KNOWN
from graders.reports import pages
from tests.graders.chromium import chromium
from tests.graders.class_results import automatic, outcome, small_class, submission

ATTACKS = [
    "<script>alert(1)</script>",
    "</pre></section><img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' style='background:url(http://evil.example/x)",
    "</style><style>*{display:none}</style>",
    "</title><script>alert(1)</script>",
    "<!--",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:alert(1)",
    "\x1b[2J\x1b[31mred\u202eevil\u2066",
    "\ud800 lone surrogate \x00 null",
]


def parse(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def text_of(node) -> str:
    return re.sub(r"\s+", " ", node.get_text(" ")).strip()


@pytest.fixture
def written(tmp_path):
    results = small_class()
    pages.write_feedback(results, tmp_path, automatic(results))
    pages.write_report(results, tmp_path, automatic(results))
    return tmp_path


def test_every_student_has_a_page(written):
    assert sorted(path.stem for path in (written / "feedback").iterdir()) == [
        "ada", "bob", "cleo", "dan", "eve", "fay",
    ]  # fmt: skip


def test_feedback_names_each_test_with_points_message_and_hint(written):
    page = parse(written / "feedback" / "bob.html")
    assert "80 of 100 points" in text_of(page)
    assert "2 of 3 tests passed" in text_of(page)
    tests = {text_of(item.select_one(".what")): item for item in page.select("li.test")}
    assert list(tests) == [
        "What test_rows_sum_to_one asks.",
        "What test_large_scores asks.",
        "What test_counts asks.",
    ]
    wrong = text_of(tests["What test_large_scores asks."])
    assert "Failed" in wrong
    assert "0 / 20" in wrong
    assert "3 of 6 entries differ" in wrong
    assert "Hint: Hint of test_large_scores." in wrong
    right = text_of(tests["What test_counts asks."])
    assert "Passed" in right
    assert "Hint" not in right


def test_times_are_written_for_people(tmp_path):
    afar = submission(
        "ann", "passed", "passed", "skipped", submitted_at="2026-03-01T23:30:00-05:00"
    )
    results = ClassResults("softmax", 100.0, "", (afar,))
    pages.write_feedback(results, tmp_path, automatic(results))
    page = text_of(parse(tmp_path / "feedback" / "ann.html"))
    assert "ann · submitted 2026-03-02 04:30 UTC" in page
    assert "Hint" not in page  # none for what was not run


def test_feedback_adds_up_each_task(written):
    page = parse(written / "feedback" / "bob.html")
    headers = [text_of(header) for header in page.select(".task > header")]
    assert headers == ["softmax 40 / 60 points", "accuracy 40 / 40 points"]
    folded = [text_of(summary) for summary in page.select(".task > details > summary")]
    assert folded == ["Its test passed"]  # of accuracy: what needs work stands open


@pytest.mark.parametrize(
    ("student", "sentence"),
    [
        ("dan", "No submission was found"),
        ("eve", "could not be read as a submission"),
        ("fay", "not your fault and not a score of zero"),
    ],
)
def test_what_was_not_graded_is_explained(written, student, sentence):
    page = text_of(parse(written / "feedback" / f"{student}.html"))
    assert sentence in page
    assert "tests passed" not in page


def test_a_broken_grader_is_never_shown_as_zero(written):
    page = parse(written / "feedback" / "fay.html")
    assert text_of(page.select_one(".score")) == "– not graded yet, of 100 points"
    row = next(row for row in parse(written / "report.html").select(".class-table tr")
               if "fay" in text_of(row))  # fmt: skip
    assert text_of(row.select_one("td.number")) == "–"


def test_the_report_holds_the_figures_of_the_class(written):
    report = parse(written / "report.html")
    tiles = [text_of(tile) for tile in report.select(".tile")]
    assert tiles[:4] == ["3 graded", "1 missing", "1 rejected", "1 grader failed"]
    assert "60 mean of graded" in tiles
    title = text_of(report.select_one("svg title"))
    assert "0 to 10: 1" in title
    assert "80 to 90: 1" in title
    assert "90 to 100: 1" in title
    attention = text_of(report.select_one("[aria-labelledby=attention]"))
    assert "No space left on device" in attention
    assert "not valid JSON: line 3" in attention
    rows = [text_of(row) for row in report.select("[aria-labelledby=tasks] tbody tr")]
    assert rows[0].startswith("Task softmax 33 % every test 33.33 / 60")
    assert "test_large_scores 33 % 6.67 / 20 1 1 0 0 1" in rows[1]


def test_every_link_of_the_report_leads_to_a_page(written):
    links = {link["href"] for link in parse(written / "report.html").select("a")}
    assert len(links) == 6
    assert all((written / link).is_file() for link in links)


@pytest.mark.parametrize("attack", ATTACKS)
def test_attacks_are_shown_as_text(tmp_path, attack):
    name = "a b'&<i>"  # file names may hold these; the engine refuses slashes and controls
    results = ClassResults(
        "softmax",
        100.0,
        attack,
        (
            submission(name, "failed", "error", "timeout", message=attack, submitted_at=attack),
            SubmissionResult("mallory", "rejected", message=attack),
            SubmissionResult("trudy", "graded", message=attack),
        ),
    )
    pages.write_feedback(results, tmp_path, automatic(results))
    pages.write_report(results, tmp_path, automatic(results))
    for path in [tmp_path / "report.html", *(tmp_path / "feedback").iterdir()]:
        page = parse(path)
        assert not page.select(
            "script, img, iframe, object, embed, link, base, form, i, svg[onload]"
        )
        assert len(page.select("style")) == 1
        attributes = {name for tag in page.find_all(True) for name in tag.attrs}
        assert not [name for name in attributes if name.startswith("on")]
        assert all(link["href"].startswith("feedback/") for link in page.select("a"))
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", str(page))
    if attack.isprintable():
        shown = parse(tmp_path / "feedback" / "mallory.html").select_one("pre").get_text()
        assert shown == attack


@pytest.mark.parametrize("name", ["report.html", "feedback/bob.html", "feedback/dan.html"])
def test_pages_are_accessible_and_self_contained(written, name):
    page = parse(written / name)
    html = (written / name).read_text()
    assert page.html["lang"] == "en"
    assert page.title.get_text().strip()
    assert page.select_one('meta[name="viewport"]')
    assert "default-src 'none'" in page.select_one("meta[http-equiv]")["content"]
    assert "prefers-color-scheme: dark" in html
    assert "@media print" in html
    assert not re.search(r"https?://|url\(|@import", html)
    assert len(page.select("h1")) == 1
    assert all(header.get("scope") for header in page.select("th"))
    ids = [tag["id"] for tag in page.select("[id]")]
    assert len(ids) == len(set(ids))
    for tag in page.select("[aria-labelledby]"):
        assert tag["aria-labelledby"] in ids
    for status in page.select("li.test .status"):
        assert re.search("[A-Z][a-z]+", status.get_text())  # a word, not colour alone


def luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb`` (WCAG 2.2)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_text_contrast_is_aa(scheme):
    style = (Path(pages.__file__).parent / "templates" / "style.css").read_text()
    blocks = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", blocks[scheme]))
    for text in ("ink", "quiet", "accent", "good", "bad", "warn", "idle"):
        for ground in ("paper", "card"):
            light, dark = sorted((luminance(colours[text]), luminance(colours[ground])))[::-1]
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (text, ground)


def test_long_output_is_cut_and_says_so(tmp_path):
    results = ClassResults(
        "softmax", 100.0, "", (submission("ann", "error", "passed", "passed", message="x" * 9999),)
    )
    page = pages.feedback_page(results, automatic(results)[0])
    assert f">{'x' * 999}…<" in page


def test_an_unchanged_page_keeps_its_file(written):
    path = written / "feedback" / "ada.html"
    before = path.stat()
    pages.write_feedback(small_class(), written, automatic(small_class()))
    assert path.stat().st_ino == before.st_ino
    results = small_class(submission("gus", "passed", "passed", "passed"))
    pages.write_feedback(results, written, automatic(results))
    assert (written / "feedback" / "gus.html").is_file()


def test_an_empty_class_and_a_worthless_test_make_a_report(tmp_path):
    pages.write_report(ClassResults("softmax", 100.0, "", ()), tmp_path, [])
    assert "No submission was graded" in (tmp_path / "report.html").read_text()
    free = SubmissionResult("ann", "graded", tests=(outcome("test_free", "softmax", 0.0),))
    results = ClassResults("softmax", 0.0, "", (free,))
    pages.write_report(results, tmp_path, automatic(results))
    assert "test_free" in (tmp_path / "report.html").read_text()


def test_pages_of_names_that_differ_in_case_alone_do_not_collide(tmp_path):
    names = ("Ada", "ada", "Zo\u00eb", "Zoe\u0308", "bob")
    results = ClassResults(
        "softmax", 100.0, "", tuple(SubmissionResult(n, "missing") for n in names)
    )
    pages.write_feedback(results, tmp_path, automatic(results))
    pages.write_report(results, tmp_path, automatic(results))
    written = [path.name for path in (tmp_path / "feedback").iterdir()]
    assert len({unicodedata.normalize("NFC", name).casefold() for name in written}) == len(names)
    assert "bob.html" in written
    links = parse(tmp_path / "report.html").select("#class + .card a, table.class-table a")
    assert {text_of(link): text_of(parse(tmp_path / unquote(link["href"])).select_one("p.quiet"))
            for link in links} == {name: name for name in names}  # fmt: skip


def test_where_a_hand_in_time_comes_from_is_said(tmp_path):
    moment = "2026-03-01T12:00:00+00:00"
    results = ClassResults("softmax", 100.0, "", (
        SubmissionResult("ada", "graded", submitted_at=moment, submitted_at_source=KNOWN),
        SubmissionResult("bob", "graded", submitted_at=moment, submitted_at_source=GUESSED),
    ))  # fmt: skip
    pages.write_feedback(results, tmp_path, automatic(results))
    pages.write_report(results, tmp_path, automatic(results))
    rows = [text_of(row) for row in parse(tmp_path / "report.html").select(".class-table tbody tr")]
    assert rows[0].endswith("2026-03-01 12:00 UTC timestamp.txt")
    assert rows[1].endswith("2026-03-01 12:00 UTC file time")
    assert "copying changes" in text_of(parse(tmp_path / "report.html"))
    assert "time of the file" not in text_of(parse(tmp_path / "feedback" / "ada.html"))
    assert "12:00 UTC (the time of the file)" in text_of(parse(tmp_path / "feedback" / "bob.html"))


def test_how_something_was_handed_in_is_said_to_both(tmp_path):
    remark = "taken from softmax (1).ipynb <b>"
    odd = SubmissionResult("ada", "graded", file="softmax (1).ipynb <b>", sha256="0", remark=remark)
    results = ClassResults("softmax", 100.0, "", (odd,))
    assert remark in text_of(
        BeautifulSoup(pages.feedback_page(results, *automatic(results)), "html.parser")
    )
    report = text_of(BeautifulSoup(pages.report_page(results, automatic(results)), "html.parser"))
    assert f"Handed in oddly 1 {remark} ada" in report


@pytest.fixture
def by_hand(tmp_path):
    """Bob was late, and a human marked and commented; of cleo's work a part is not read yet."""
    results = small_class()
    lines = automatic(results)
    tasks = (
        FinalTask("softmax", 50.0, 60.0, by_hand=True, comment="Close.\n<b>Mind</b> exp."),
        FinalTask("accuracy", 40.0, 40.0),
        FinalTask("essay", 8.0, 10.0, by_hand=True, comment="Well told."),
    )
    lines[1] = FinalScore(lines[1].submission, 88.0, 98.0, 10.0, 110.0, tasks)
    unread = (*lines[2].tasks, FinalTask("essay", None, 10.0))
    lines[2] = FinalScore(lines[2].submission, None, None, 0.0, 110.0, unread)
    pages.write_feedback(results, tmp_path, lines)
    pages.write_report(results, tmp_path, lines)
    return tmp_path


def test_feedback_tells_the_final_score_and_what_made_it(by_hand):
    page = parse(by_hand / "feedback" / "bob.html")
    assert text_of(page.select_one(".score")) == "88 of 110 points"
    text = text_of(page)
    assert "Automatic tests: 80. With what was graded by hand: 98. Late: −10." in text
    headers = [text_of(header) for header in page.select(".task > header")]
    assert headers == [
        "softmax 50 / 60 points", "accuracy 40 / 40 points", "essay 8 / 10 points",
    ]  # fmt: skip
    assert "Points given by hand; the tests gave 40." in text
    comments = [comment.get_text() for comment in page.select(".comment")]
    assert comments == ["Comment: Close.\n<b>Mind</b> exp.", "Comment: Well told."]


def test_feedback_says_what_waits_for_a_human(by_hand):
    page = parse(by_hand / "feedback" / "cleo.html")
    assert "– not final yet: a human has to read a part of it" in text_of(page)
    assert "essay – / 10 points Not read yet." in text_of(page)


def test_the_report_counts_final_scores(by_hand):
    report = parse(by_hand / "report.html")
    tiles = [text_of(tile) for tile in report.select(".tile")]
    assert "94 mean of graded" in tiles  # ada 100, bob 88; cleo's is open
    rows = [text_of(row) for row in report.select(".class-table tbody tr")]
    assert rows[1].startswith("bob 88 tests 80, by hand, late −10 graded")
    assert rows[2].startswith("cleo – tests 0 graded")


def test_an_error_of_the_whole_file_is_told_once_and_without_hints():
    error = "SyntaxError: '(' was never closed (softmax.py line 1: def softmax(scores:)"
    results = ClassResults(
        "softmax", 100.0, "", (submission("jo", "error", "error", "error", message=error),)
    )
    page = pages.feedback_page(results, *automatic(results))
    assert text_of(BeautifulSoup(page, "html.parser")).count(error) == 1
    assert "Hint" not in page
    assert len(BeautifulSoup(page, "html.parser").select("li.test")) == 3
    two = tuple(outcome(f"test_{i}", "softmax", 1.0, "error", f"error {i}") for i in range(2))
    own = replace(results.submissions[0], tests=two)
    page = pages.feedback_page(results, *automatic(replace(results, submissions=(own,))))
    assert page.count("Hint:") == 2


def test_what_all_tests_of_a_task_say_is_told_once():
    tests = [outcome(f"test_{i}", "softmax", 1.0, "error", NOT_WRITTEN) for i in range(3)]
    done = outcome("test_counts", "accuracy", 1.0)
    ann = SubmissionResult("ann", "graded", tests=(*tests, done))
    results = ClassResults("softmax", 4.0, "", (ann,))
    page = text_of(BeautifulSoup(pages.feedback_page(results, *automatic(results)), "html.parser"))
    assert page.count(NOT_WRITTEN) == 1
    assert f"All 3 tests: {NOT_WRITTEN}" in page


MEASURE = """
JSON.stringify({
  across: document.documentElement.scrollWidth,
  cards: [...document.querySelectorAll(".card")].map(card => {
    const right = card.getBoundingClientRect().right - parseFloat(getComputedStyle(card).paddingRight);
    return [...card.querySelectorAll("*")].every(part => part.getBoundingClientRect().right <= right + 1);
  }),
  figure: document.querySelector(".histogram")?.getBoundingClientRect().width,
  broken: [...document.querySelectorAll("[aria-labelledby=slowest] a")]
    .filter(name => name.getClientRects().length > 1).length,
  names: [...document.querySelectorAll("[aria-labelledby=tasks] tbody th")]
    .map(name => name.getBoundingClientRect().width),
})
"""  # noqa: E501

LONG_NAMES = """
document.querySelectorAll("[aria-labelledby=slowest] code").forEach(
  test => test.textContent = "test_cross_entropy_of_several_examples")
"""


def test_pages_fit_a_phone_and_fill_a_screen(written, tmp_path):
    with chromium("about:blank", tmp_path / "profile") as browser:
        for width in (390, 1200):
            browser.resize(width, phone=width == 390)
            for name in ("report.html", "feedback/bob.html"):
                browser.open((written / name).as_uri())
                browser.evaluate(LONG_NAMES)
                seen = json.loads(browser.evaluate(MEASURE))
                assert seen["across"] <= width, name
                assert all(seen["cards"]), (name, width)
                if name == "report.html":
                    assert seen["figure"] > 0.75 * width
                    assert seen["broken"] == 0
                    assert min(seen["names"]) > (0.75 * width if width == 390 else 200)
