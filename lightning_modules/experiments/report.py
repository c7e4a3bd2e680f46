"""A verdict in words and in a table: what terminal, pages and ledger all show."""

from __future__ import annotations

import math

from lightning_modules.experiments.statistics import Estimate, estimate
from lightning_modules.experiments.verdicts import Finding, Verdict, values_by_seed


def columns(verdict: Verdict) -> list[str]:
    """Heads of the table."""
    labels = [metric.label for metric in verdict.experiment.metrics.values()]
    return ["arm", "seeds", *labels, *(["chosen"] if verdict.experiment.tune else [])]


def rows(verdict: Verdict) -> list[list[str]]:
    """For each arm its name, the number of finished runs, each metric's mean and interval, and
    what tuning chose."""
    table = []
    for arm in verdict.experiment.arms:
        runs = [record for record in verdict.runs if record.arm == arm and not record.error]
        cells = [arm, str(len(runs))]
        for name, metric in verdict.experiment.metrics.items():
            found = arm_mean(verdict, arm, name)
            cells.append(plus_minus(found, metric.unit) if found else "–")
        if verdict.experiment.tune:
            chosen = runs[0].chosen.items() if runs else ()
            cells.append(", ".join(f"{key.rpartition('.')[2]} {value}" for key, value in chosen))
        table.append(cells)
    return table


def arm_mean(verdict: Verdict, arm: str, metric: str) -> Estimate | None:
    """The metric's mean and interval over an arm's finished runs; None where one has no value."""
    runs = [record for record in verdict.runs if not record.error]
    values = values_by_seed(runs, arm, metric)
    return estimate([*values.values()]) if isinstance(values, dict) and values else None


def number(value: float, unit: str) -> str:
    """Shares as percent; other numbers to four digits, small and large ones without exponents."""
    if unit == "%":
        return _fixed(100 * value, 2)
    if value == round(value) and abs(value) < 1e9:
        return f"{value:,.0f}"
    return f"{value:,.1f}" if abs(value) >= 1000 else f"{value:.4g}"


def _fixed(value: float, decimals: int) -> str:
    """With so many decimals, and never as -0.00."""
    return f"{round(value, decimals) + 0.0:,.{decimals}f}"


def with_unit(value: float, unit: str) -> str:
    """`number` and its unit behind it."""
    return f"{number(value, unit)} {unit}".rstrip()


def plus_minus(found: Estimate, unit: str) -> str:
    """A mean and half the width of its 95 % interval, which is left out where nothing varies."""
    half = found.high - found.mean
    if not half:
        return with_unit(found.mean, unit)
    mean, half_width = _alike(half, unit, found.mean, half)
    return f"{mean} ± {half_width} {unit}".rstrip()


def effect(finding: Finding, turned: bool = False) -> str:
    """The difference or ratio with its 95 % interval; `turned`, as seen from the second operand."""
    found, unit = finding.effect, finding.condition.metric.unit
    mean, low, high = found.mean, found.low, found.high
    if finding.condition.scale == "ratio":
        if turned:
            mean, low, high = 1 / mean, 1 / high, 1 / low
        return f"a factor of {mean:.3g} [{low:.3g}, {high:.3g}]"
    if turned:
        mean, low, high = 0.0 - mean, 0.0 - high, 0.0 - low  # and never -0
    texts = _alike((high - low) / 2, unit, mean, low, high)
    return f"{texts[0]} [{texts[1]}, {texts[2]}] {'points' if unit == '%' else unit}".rstrip()


def _alike(half: float, unit: str, *values: float) -> list[str]:
    """Numbers with the decimals that an interval of half that width is worth: two digits of it."""
    if unit == "%" or not half:
        return [number(value, unit) for value in values]
    if max(map(abs, values)) < 1e-3:
        return [f"{value:.2g}" for value in values]
    decimals = max(0, 1 - math.floor(math.log10(half)))
    return [_fixed(value, decimals) for value in values]


def headline(verdict: Verdict) -> str:
    """The verdict in one line, with the scale at which it holds."""
    if verdict.why:
        return f"Incomplete: {verdict.why}"
    return f"{verdict.verdict.capitalize()}, for {verdict.experiment.holds}."


def sentences(verdict: Verdict) -> list[str]:
    """What each pair of the bar showed, and what was asked of it."""
    found = [f"{_found(finding)} ({_asked(finding)})." for finding in verdict.findings]
    return [text[0].upper() + text[1:] for text in found]


def _found(finding: Finding) -> str:
    condition, first, second = finding.condition, finding.first, finding.second
    metric = condition.metric
    nothing = 1.0 if condition.scale == "ratio" else 0.0
    larger = metric.goal == "min"  # turns what is positive where better to where larger
    ahead, behind = finding.effect.low > nothing, finding.effect.high < nothing
    if not isinstance(second, str):
        number = with_unit(second, metric.unit)
        if condition.kind == "equal" or not (ahead or behind):
            return f"{metric.label}: {first} differs from {number} by {effect(finding, larger)}"
        side = "above" if ahead == (metric.goal == "max") else "below"
        return f"{metric.label}: {first} is {side} {number} by {effect(finding, turned=behind)}"
    if condition.kind == "equal":
        return f"{metric.label}: {first} and {second} differ by {effect(finding, larger)}"
    if ahead:
        return f"{metric.label}: {first} beats {second} by {effect(finding)}"
    if behind:
        return f"{metric.label}: {second} beats {first} by {effect(finding, turned=True)}"
    return f"{metric.label}: {first} ahead of {second} by {effect(finding)}, which may be nothing"


def _asked(finding: Finding) -> str:
    condition, seeds = finding.condition, f"{finding.effect.n} seeds"
    unit = "points" if condition.metric.unit == "%" else condition.metric.unit
    smallest, by = (
        f"a factor of {bound:g}"
        if condition.scale == "ratio"
        else f"{number(bound, condition.metric.unit)} {unit}".rstrip()
        for bound in (condition.smallest, condition.by)
    )
    if condition.kind == "equal":
        return f"{seeds}; asked: {f'less than {smallest}' if condition.smallest else 'equal'}"
    if condition.by > condition.smallest:
        return f"{seeds}; asked: more than {by}"
    return f"{seeds}; asked: {smallest} or more" if condition.smallest else seeds
