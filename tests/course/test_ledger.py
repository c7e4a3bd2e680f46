"""The ledger that ships, and the lessons that quote it."""

from __future__ import annotations

import pytest

from course.experiment import LEDGER, experiments, judged
from course.experiment_pages import ledger_from, pages
from lightning_modules.experiments import ledger, reruns
from lightning_modules.experiments.pages import filled

MEND = "run `dlcourse experiment report --ledger`"


@pytest.fixture(scope="module")
def verdicts():
    return judged(LEDGER, "small")


def test_every_record_counts(verdicts):
    """None is from before a change of its experiment, none failed, and none is missing."""
    assert {v.experiment.name: v.why for v in verdicts if v.why} == {}
    known = {experiment.name for experiment in experiments()}
    assert {path.stem for path in LEDGER.glob("*.jsonl")} <= known


def test_verdicts_rest_on_five_seeds_or_more(verdicts):
    for verdict in verdicts:
        for finding in verdict.findings:
            assert finding.effect.n >= 5, verdict.experiment.name


def test_the_ledgers_pages_are_what_the_records_say(verdicts):
    assert (LEDGER / "README.md").read_text() == ledger.markdown(
        verdicts, reruns.load(LEDGER), ".."
    ), MEND
    assert (LEDGER / "ledger.json").read_text() == ledger.json_text(verdicts), MEND
    for verdict in verdicts:
        assert (LEDGER / f"{verdict.experiment.name}.png").is_file(), MEND


@pytest.mark.parametrize("page", pages(), ids=lambda path: path.parent.name)
def test_what_a_page_quotes_is_what_the_records_say(page, verdicts):
    by_name = {verdict.experiment.name: verdict for verdict in verdicts}
    text = page.read_text()
    assert filled(text, by_name, ledger_from(page), page) == text, MEND


def test_links_from_the_ledger_lead_somewhere():
    text = (LEDGER / "README.md").read_text()
    targets = [part.partition(")")[0] for part in text.split("](")[1:]]
    for target in targets:
        if not target.startswith("#"):
            assert (LEDGER / target).resolve().is_file(), target
