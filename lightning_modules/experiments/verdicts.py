"""From the records of runs to a verdict: supported, not supported, or inconclusive."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from lightning_modules.experiments.plan import stale
from lightning_modules.experiments.records import Record
from lightning_modules.experiments.spec import FIRST_TUNING_SEED, Condition, Experiment, Operand
from lightning_modules.experiments.statistics import LEVEL, Comparison, Estimate, compare, holm

SUPPORTED, NOT_SUPPORTED, INCONCLUSIVE = "supported", "not supported", "inconclusive"
INCOMPLETE = "incomplete"  # runs are missing: no verdict


@dataclass(frozen=True)
class Finding:
    """What one pair of operands shows.

    Args:
        condition: the part of the bar that it belongs to.
        first: of the pair; where the claim is an order, the one that it puts ahead.
        second: of the pair.
        compared: the differences, or logarithms of ratios, positive where `first` is better.
        p_for: of the runs, were the condition false.
        p_against: of the runs, were it true.
    """

    condition: Condition
    first: Operand
    second: Operand
    compared: Comparison
    p_for: float
    p_against: float

    @property
    def effect(self) -> Estimate:
        """Differences as they are; ratios as factors."""
        found = self.compared.difference
        if self.condition.scale == "difference":
            return found
        return Estimate(math.exp(found.mean), math.exp(found.low), math.exp(found.high), found.n)


@dataclass(frozen=True)
class Verdict:
    """An experiment's; `why` says what is missing where it is incomplete.

    `p_for` and `p_against` are corrected by Holm's method for all that were judged together.
    """

    experiment: Experiment
    records: list[Record]
    verdict: str
    findings: list[Finding] = field(default_factory=list)
    p_for: float = 1.0
    p_against: float = 1.0
    why: str = ""

    @property
    def runs(self) -> list[Record]:
        """Without the trials of the tuning before them."""
        return [record for record in self.records if record.seed < FIRST_TUNING_SEED]


def judge(experiments: Sequence[tuple[Experiment, list[Record]]]) -> list[Verdict]:
    """Verdicts of experiments that belong together, each from its records of one budget.

    A bar holds where all of its conditions do, so its p is the largest of theirs (an
    intersection-union test); it fails where any does not hold, so that p is the smallest of theirs
    times their number (Bonferroni). Over the experiments both are corrected by Holm's method.
    """
    found = [
        stale(experiment, records)
        or _findings(experiment, [r for r in records if r.seed < FIRST_TUNING_SEED])
        for experiment, records in experiments
    ]
    complete = [findings for findings in found if isinstance(findings, list)]
    p_for = holm([max(f.p_for for f in findings) for findings in complete])
    p_against = holm([min(1.0, len(fs) * min(f.p_against for f in fs)) for fs in complete])
    corrected = iter(zip(p_for, p_against, strict=True))
    verdicts = []
    for (experiment, records), findings in zip(experiments, found, strict=True):
        if isinstance(findings, str):
            verdicts.append(Verdict(experiment, records, INCOMPLETE, why=findings))
            continue
        of_this = next(corrected)
        if of_this[0] < LEVEL and all(_large_enough(f) for f in findings):
            verdict = SUPPORTED
        elif of_this[1] < LEVEL:
            verdict = NOT_SUPPORTED
        else:
            verdict = INCONCLUSIVE
        verdicts.append(Verdict(experiment, records, verdict, findings, *of_this))
    return verdicts


def _findings(experiment: Experiment, records: list[Record]) -> list[Finding] | str:
    """All pairs of the bar, or what is missing for them."""
    findings = []
    for condition in experiment.bar:
        name = condition.metric.name
        columns: dict[Operand, dict[int, float]] = {}
        for operand in condition.operands:
            if isinstance(operand, str):
                column = values_by_seed(records, operand, name)
                if isinstance(column, str):
                    return column
                columns[operand] = column
        seeds = sorted(next(iter(columns.values()))) if columns else []
        if len(seeds) < 2 or any(sorted(column) != seeds for column in columns.values()):
            return f"runs are missing: {name} of the same two seeds or more of each arm"
        for first, second in pairwise(condition.operands):
            a, b = (
                [columns[o][seed] if isinstance(o, str) else float(o) for seed in seeds]
                for o in (first, second)
            )
            if condition.scale == "ratio" and min(a + b) <= 0:
                return f"{name} is not positive throughout: it has no ratios"
            findings.append(_finding(condition, first, second, a, b))
    return findings


def values_by_seed(records: list[Record], arm: str, metric: str) -> dict[int, float] | str:
    """The metric of each finished run of an arm, by seed; or which run has none, and why."""
    values = {}
    for record in records:
        if record.arm != arm:
            continue
        if record.error:
            return f"{arm}, seed {record.seed}, failed: {record.error}"
        value = record.metrics.get(metric)
        if value is None:
            known = ", ".join(name for name, v in record.metrics.items() if v is not None)
            return f"{arm}, seed {record.seed}, has no finite {metric}; it has {known}"
        values[record.seed] = value
    return values


def _finding(
    condition: Condition, first: Operand, second: Operand, a: list[float], b: list[float]
) -> Finding:
    ratio = condition.scale == "ratio"
    differences = [math.log(x / y) if ratio else x - y for x, y in zip(a, b, strict=True)]
    if condition.metric.goal == "min":
        differences = [-d for d in differences]
    smallest, by = (
        math.log(bound) if ratio else bound for bound in (condition.smallest, condition.by)
    )
    c = compare(differences, smallest, by)
    if condition.kind == "better":
        p_for, p_against = c.p_more, min(c.p_less, c.p_equivalent)
    elif not smallest:  # equal to the last digit, in every run
        exact = not any(differences)
        p_for, p_against = (0.0, 1.0) if exact else (1.0, 0.0)
    else:
        matters = abs(c.difference.mean) >= smallest
        p_for, p_against = c.p_equivalent, c.p_differs if matters else 1.0
    return Finding(condition, first, second, c, p_for, p_against)


def _large_enough(finding: Finding) -> bool:
    condition = finding.condition
    if condition.kind == "equal":
        return True
    needed = max(condition.smallest, condition.by)
    ratio = condition.scale == "ratio"
    return finding.compared.difference.mean >= (math.log(needed) if ratio else needed)
