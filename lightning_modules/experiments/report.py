"""Verdicts and records in words and tables."""

from __future__ import annotations

from lightning_modules.experiments.records import Record
from lightning_modules.experiments.spec import Experiment
from lightning_modules.experiments.statistics import Estimate, estimate
from lightning_modules.experiments.verdicts import Finding, Verdict, values_by_seed


def columns(experiment: Experiment) -> list[str]:
    """Heads of the table."""
    return ["arm", "seeds", *(metric.label for metric in experiment.metrics.values())]


def rows(experiment: Experiment, records: list[Record]) -> list[list[str]]:
    """For each arm its name, the number of finished runs, and each metric's mean and interval."""
    table = []
    for arm in experiment.arms:
        runs = [record for record in records if record.arm == arm and not record.error]
        cells = []
        for name, metric in experiment.metrics.items():
            values = values_by_seed(runs, arm, name)
            finite = isinstance(values, dict) and values
            cells.append(plus_minus(estimate([*values.values()]), metric.unit) if finite else "–")  # type: ignore[union-attr]
        table.append([arm, str(len(runs)), *cells])
    return table


def number(value: float, unit: str) -> str:
    """Shares as percent; other numbers to four digits, small and large ones without exponents."""
    if unit == "%":
        return f"{100 * value:.2f}"
    if value == round(value) and abs(value) < 1e9:
        return f"{value:,.0f}"
    return f"{value:,.1f}" if abs(value) >= 1000 else f"{value:.4g}"


def plus_minus(found: Estimate, unit: str) -> str:
    """A mean and half the width of its 95 % interval, which is left out where nothing varies."""
    half = found.high - found.mean
    tolerance = f" ± {100 * half:.2f}" if unit == "%" else f" ± {half:.2g}"
    return f"{number(found.mean, unit)}{tolerance if half else ''} {unit}".rstrip()


def interval(found: Estimate, unit: str) -> str:
    """A mean and its 95 % interval."""
    low, high = number(found.low, unit), number(found.high, unit)
    return f"{number(found.mean, unit)} [{low}, {high}]"


def headline(verdict: Verdict) -> str:
    """The verdict in one line, with the scale at which it holds."""
    if verdict.why:
        return f"{verdict.verdict.capitalize()}: {verdict.why}"
    return f"{verdict.verdict.capitalize()}, for {verdict.experiment.holds}"


def sentences(verdict: Verdict) -> list[str]:
    """What each pair of the bar showed."""
    return [sentence(finding) for finding in verdict.findings]


def sentence(finding: Finding) -> str:
    """One comparison in words: effect, interval, and what was asked of it."""
    condition, effect, metric = finding.condition, finding.effect, finding.condition.metric
    unit = "points" if metric.unit == "%" else metric.unit
    if condition.scale == "ratio":
        found = f"{effect.mean:.3g} times [{effect.low:.3g}, {effect.high:.3g}]"
        smallest, by = f"{condition.smallest:g} times", f"{condition.by:g} times"
    else:
        found = f"{interval(effect, metric.unit)} {unit}".rstrip()
        smallest, by = (
            f"{number(bound, metric.unit)} {unit}".rstrip()
            for bound in (condition.smallest, condition.by)
        )
    better = "more" if metric.goal == "max" else "less"
    if condition.kind == "equal":
        asked = f"asked: equal within {smallest}" if condition.smallest else "asked: equal"
    else:
        asked = f"{better} is better; what matters begins at {smallest}"
        asked += f"; asked: {by}" if condition.by > (condition.scale == "ratio") else ""
    return (
        f"{metric.label}: {finding.first} against {finding.second}: {found}, "
        f"{effect.n} seeds ({asked}; p {finding.p_for:.2g})"
    )
