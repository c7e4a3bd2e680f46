"""What a page and the ledger say of records."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from claims import experiment, records
from PIL import Image

from lightning_modules.errors import BadInput
from lightning_modules.experiments import ledger
from lightning_modules.experiments.pages import filled
from lightning_modules.experiments.report import effect, headline, plus_minus, rows, sentences
from lightning_modules.experiments.statistics import estimate
from lightning_modules.experiments.verdicts import judge

METRICS = {"score": {"label": "accuracy", "unit": "%"}}
BAR = [{"better": ["a", "b"], "metric": "score", "smallest": 0.01}]
VALUES = {"a": [0.91, 0.92, 0.93, 0.94, 0.95], "b": [0.8, 0.81, 0.82, 0.83, 0.84]}


def verdict(values=VALUES, **changed):
    e = experiment(**{"metrics": METRICS, "bar": BAR, **changed})
    return judge([(e, records(e, values))])[0]


def test_a_table_has_means_and_intervals():
    """0.91 to 0.95: standard error sqrt(0.00025 / 5), times 2.776 for 4 degrees of freedom."""
    assert rows(verdict()) == [["a", "5", "93.00 ± 1.96 %"], ["b", "5", "82.00 ± 1.96 %"]]


def test_words_say_what_was_found_and_what_was_asked():
    found = verdict({"a": [0.9, 0.91, 0.92, 0.93, 0.95], "b": [0.8, 0.81, 0.82, 0.83, 0.84]})
    assert headline(found) == "Supported, for numbers that a test made up."
    (sentence,) = sentences(found)
    assert sentence.startswith("Accuracy: a beats b by 10.20 [9.64, 10.76] points (5 seeds; asked")
    turned = verdict({"a": VALUES["b"], "b": VALUES["a"]})
    assert "b beats a by 11.00" in sentences(turned)[0]
    assert headline(turned).startswith("Not supported")
    unclear = verdict({"a": [0.5, 0.9, 0.7, 0.8, 0.6], "b": [0.6] * 5})
    assert "which may be nothing" in sentences(unclear)[0]


@pytest.mark.parametrize(
    ("bar", "text"),
    [
        ({"better": ["a", 0.5], "smallest": 0.1}, "a is above 50.00 % by 43.00"),
        ({"better": ["a", 0.99], "smallest": 0.1}, "a is below 99.00 % by 6.00"),
        ({"equal": ["a", 0.93], "smallest": 0.1}, "a differs from 93.00 % by 0.00"),
    ],
)
def test_a_number_is_lain_beside_not_beaten(bar, text):
    assert text in sentences(verdict(bar=[{"metric": "score", **bar}]))[0]


@pytest.mark.parametrize(
    ("goal", "second"), [("max", 0.9), ("min", 0.9), ("max", "b"), ("min", "b")]
)
def test_a_difference_is_how_much_larger_the_first_is_whichever_is_better(goal, second):
    values = {"a": [0.91, 0.92, 0.93, 0.94, 0.95], "b": [0.9] * 5}
    bar = [{"equal": ["a", second], "metric": "score", "smallest": 0.1}]
    found = verdict(values, bar=bar, metrics={"score": {"unit": "%", "goal": goal}})
    assert " by 3.00 [1.04, 4.96] points" in sentences(found)[0]


def test_a_ratio_is_written_from_the_side_that_is_ahead():
    bar = [{"better": ["a", "b"], "metric": "score", "scale": "ratio", "smallest": 2}]
    found = verdict({"a": [10.0, 20.0], "b": [40.0, 80.0]}, bar=bar, metrics={"score": {}})
    assert sentences(found)[0].startswith("Score: b beats a by a factor of 4 [4, 4]")
    assert effect(found.findings[0]) == "a factor of 0.25 [0.25, 0.25]"


PAGE = """\
# A lesson

<!-- experiment: made_up -->
old
<!-- /experiment -->

a has <!-- number: made_up | a | score -->?<!-- /number -->,
by <!-- number: made_up | effect 1 --><!-- /number -->:
it is <!-- number: made_up | verdict --><!-- /number -->.
"""


def test_markers_are_filled_and_filling_again_changes_nothing():
    page = filled(PAGE, {"made_up": verdict()}, "../ledger", Path("README.md"))
    assert "old" not in page
    assert "| a | 5 | 93.00 ± 1.96 % |" in page
    assert "a has <!-- number: made_up | a | score -->93.00 %<!-- /number -->," in page
    assert "effect 1 -->11.00 [11.00, 11.00] points<!-- /number -->" in page
    assert "verdict -->supported<!-- /number -->" in page
    assert "(../ledger/made_up.png)" in page
    assert filled(page, {"made_up": verdict()}, "../ledger", Path("README.md")) == page
    other = filled(page, {"made_up": verdict({**VALUES, "b": [0.5] * 5})}, "../ledger", Path())
    assert other != page


@pytest.mark.parametrize(
    ("marker", "said"),
    [
        ("other | a | score", "no runs of experiment 'other'"),
        ("made_up | c | score", "has no score of an arm 'c'"),
        ("made_up | a | loss", "has no loss of an arm 'a'"),
        ("made_up | effect 2", "effects 1 to 1, not 2"),
        ("made_up | means", "write ARM | METRIC, effect 1, or verdict"),
    ],
)
def test_a_marker_that_names_nothing_is_refused(marker, said):
    text = f"It is <!-- number: {marker} --><!-- /number -->"
    with pytest.raises(BadInput) as refused:
        filled(text, {"made_up": verdict()}, "../ledger", Path("lesson.md"))
    assert str(refused.value).startswith("lesson.md: ")
    assert said in str(refused.value)


def test_a_marker_that_would_end_a_paragraph_is_refused():
    text = "by\n<!-- number: made_up | verdict --><!-- /number -->"
    with pytest.raises(BadInput, match="put a word before it"):
        filled(text, {"made_up": verdict()}, "../ledger", Path("lesson.md"))


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([-1.0, -1.004, -1.008], "-1.0040 ± 0.0099"),
        ([160, 170, 174], "168 ± 18"),
        ([38.0, 40.0, 42.0], "40.0 ± 5.0"),
        ([12000.0, 15000.0, 18000.0], "15,000 ± 7,452"),
        ([1e-7, 2e-7, 3e-7], "2e-07 ± 2.5e-07"),
        ([28938.0] * 3, "28,938"),
        ([0.25] * 3, "0.25"),
    ],
)
def test_decimals_are_those_that_the_interval_is_worth(values, text):
    assert plus_minus(estimate(values), "") == text


def test_the_ledger_is_three_pages_of_one_content_and_a_figure_each(tmp_path):
    waiting = verdict({"a": VALUES["a"], "b": VALUES["b"][:3]})
    pages = ledger.write([verdict()], [], tmp_path, "..")
    assert [page.name for page in pages] == ["README.md", "ledger.json", "index.html"]
    markdown, values, html = (page.read_text() for page in pages)
    assert "1 claims" not in markdown
    assert (
        "| [made_up](#made_up): a beats b. | supported | Accuracy: a beats b by 11.00" in markdown
    )
    (entry,) = json.loads(values)
    assert entry["verdict"] == "supported"
    assert entry["findings"][0]["effect"] == pytest.approx([0.11, 0.11, 0.11])
    assert entry["arms"]["a"]["score"][0] == pytest.approx(0.93)
    assert 'src="data:image/png;base64,' in html
    assert 'src="made_up' not in html
    assert "<td>93.00 ± 1.96 %</td>" in html
    assert '<h2 id="made_up">' in html
    assert Image.open(tmp_path / "made_up.png").size == (704, 374)
    assert "Incomplete: runs are missing" in ledger.markdown([waiting], [], "..")
