"""Verdicts: every shape of claim, how often they are wrong, and what is refused one."""

from __future__ import annotations

import gc
from dataclasses import replace

import numpy as np
import pytest
from claims import experiment, records

from lightning_modules.experiments.verdicts import (
    INCOMPLETE,
    INCONCLUSIVE,
    NOT_SUPPORTED,
    SUPPORTED,
    judge,
)

NOISE = [0.1, -0.1, 0.05, -0.05, 0.0]


def verdict_of(values, metric="score", **changed):
    e = experiment(**changed)
    return judge([(e, records(e, values, metric))])[0].verdict


def shifted(by, scale=1.0):
    return [by + scale * x for x in NOISE]


@pytest.mark.parametrize(
    ("ahead", "expected"),
    [
        (2.0, SUPPORTED),
        (-2.0, NOT_SUPPORTED),  # the other way
        (0.0, NOT_SUPPORTED),  # no difference that matters
        (0.3, NOT_SUPPORTED),  # there, but too small to matter
        (0.5, SUPPORTED),  # as large as what matters
    ],
)
def test_better(ahead, expected):
    assert verdict_of({"a": shifted(ahead), "b": [0.0] * 5}) == expected


def test_noise_that_hides_everything_is_inconclusive():
    assert verdict_of({"a": shifted(0.5, scale=20), "b": [0.0] * 5}) == INCONCLUSIVE


def test_less_is_better_where_the_metric_says_so():
    metrics = {"score": {"goal": "min"}}
    assert verdict_of({"a": shifted(-2), "b": [0.0] * 5}, metrics=metrics) == SUPPORTED
    assert verdict_of({"a": shifted(2), "b": [0.0] * 5}, metrics=metrics) == NOT_SUPPORTED


def test_pairs_share_a_seed():
    """Seeds differ by far more than arms do; paired, the difference is plain."""
    seeds = [0.0, 10.0, 20.0, 30.0, 40.0]
    values = {"a": [s + 1 + n for s, n in zip(seeds, NOISE, strict=True)], "b": seeds}
    assert verdict_of(values) == SUPPORTED
    assert verdict_of(values | {"b": seeds[::-1]}) == INCONCLUSIVE


def test_an_order_needs_every_step():
    bar = [{"better": ["a", "b", "c"], "metric": "score", "smallest": 0.5}]
    more = {"arms": {"a": {}, "b": {}, "c": {}}, "bar": bar}
    ordered = {"a": shifted(4), "b": shifted(2, 0.5), "c": [0.0] * 5}
    assert verdict_of(ordered, **more) == SUPPORTED
    assert verdict_of(ordered | {"b": shifted(4, -1)}, **more) == NOT_SUPPORTED
    assert verdict_of(ordered | {"b": shifted(2, 50)}, **more) == INCONCLUSIVE


@pytest.mark.parametrize(
    ("apart", "scale", "expected"),
    [(0.0, 1, SUPPORTED), (2.0, 1, NOT_SUPPORTED), (0.0, 30, INCONCLUSIVE)],
)
def test_equal(apart, scale, expected):
    bar = [{"equal": ["a", "b"], "metric": "score", "smallest": 0.5}]
    assert verdict_of({"a": shifted(apart, scale), "b": [0.0] * 5}, bar=bar) == expected


def test_a_slope_is_held_against_a_number():
    bar = [{"equal": ["a", -1], "metric": "score", "smallest": 0.2}]
    assert verdict_of({"a": shifted(-1), "b": []}, bar=bar) == SUPPORTED
    assert verdict_of({"a": shifted(-2), "b": []}, bar=bar) == NOT_SUPPORTED


def test_an_exact_claim_allows_no_exception():
    bar = [{"equal": ["a", 1], "metric": "score", "smallest": 0}]
    assert verdict_of({"a": [1.0] * 5}, bar=bar) == SUPPORTED
    assert verdict_of({"a": [1.0] * 4 + [0.999]}, bar=bar) == NOT_SUPPORTED


@pytest.mark.parametrize(
    ("plain", "expected"), [(2000, SUPPORTED), (500, NOT_SUPPORTED), (100, NOT_SUPPORTED)]
)
def test_a_ratio_of_steps(plain, expected):
    """a took about 100 steps; the claim says at most a tenth."""
    bar = [{"better": ["a", "b"], "metric": "score", "scale": "ratio", "by": 10, "smallest": 1.5}]
    values = {"a": [90, 95, 100, 105, 110], "b": [plain * f for f in (1.1, 0.9, 1, 1.05, 0.95)]}
    assert verdict_of(values, bar=bar, metrics={"score": {"goal": "min"}}) == expected


def test_the_effect_of_a_ratio_is_a_factor():
    bar = [{"better": ["a", "b"], "metric": "score", "scale": "ratio", "smallest": 1.5}]
    e = experiment(bar=bar)
    (verdict,) = judge([(e, records(e, {"a": [8.0, 2.0], "b": [2.0, 2.0]}))])
    assert verdict.findings[0].effect.mean == pytest.approx(2.0)  # the root of 4 times 1


def missing(values, metric="score"):
    e = experiment()
    (verdict,) = judge([(e, records(e, values, metric))])
    assert verdict.verdict == INCOMPLETE
    return verdict.why


def test_without_every_run_there_is_no_verdict():
    assert "missing" in missing({"a": shifted(2)[:4], "b": [0.0] * 5})
    assert "b, seed 4, has no finite score" in missing({"a": shifted(2), "b": [0.0] * 4 + [None]})
    assert "it has other" in missing({"a": shifted(2), "b": [0.0] * 5}, metric="other")
    e = experiment()
    runs = records(e, {"a": shifted(2), "b": [0.0] * 5})
    runs[-1] = replace(runs[-1], error="Diverged: the loss is nan")
    (verdict,) = judge([(e, runs)])
    assert verdict.why == "b, seed 4, failed: Diverged: the loss is nan"


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"claim": "a is no worse than b."}, "bar"),
        ({"bar": [{"better": ["a", "b"], "metric": "score", "smallest": 0.1}]}, "bar"),
        ({"metrics": {"score": {"goal": "min"}}}, "bar"),
        ({"arms": {"a": {}, "b": {"draws": 3}}}, "arms or options"),
    ],
)
def test_runs_from_before_a_change_get_no_verdict(changed, why):
    """The bar is written before the run: one that is lowered afterwards judges nothing."""
    runs = records(experiment(), {"a": shifted(2), "b": [0.0] * 5})
    (verdict,) = judge([(experiment(**changed), runs)])
    assert verdict.verdict == INCOMPLETE
    assert why in verdict.why


def test_words_may_change():
    runs = records(experiment(), {"a": shifted(2), "b": [0.0] * 5})
    metrics = {"score": {"label": "points", "unit": "pt"}}
    changed = experiment(question="Really?", equal="everything", metrics=metrics, seeds=7)
    assert judge([(changed, runs)])[0].verdict == SUPPORTED


@pytest.fixture
def _little_garbage():
    """statsmodels collects garbage in each correction, through all that other tests imported."""
    gc.freeze()
    yield
    gc.unfreeze()


def simulated(rng, effect):
    """A claim whose arms really differ by `effect` standard deviations of a pair's difference."""
    e = experiment(bar=[{"better": ["a", "b"], "metric": "score", "smallest": 0.1}])
    b = rng.normal(size=5)
    a = b + effect + rng.normal(size=5)
    return e, records(e, {"a": a.tolist(), "b": b.tolist()})


@pytest.mark.usefixtures("_little_garbage")
def test_of_200_claims_with_nothing_behind_them_5_percent_at_most_are_supported():
    rng = np.random.default_rng(0)
    alone = [judge([simulated(rng, 0.0)])[0].verdict for _ in range(200)]
    assert 1 <= alone.count(SUPPORTED) <= 10  # 2.5 % are to be expected, and not none
    ledgers = [judge([simulated(rng, 0.0) for _ in range(20)]) for _ in range(5)]
    wrong = [sum(v.verdict == SUPPORTED for v in ledger) for ledger in ledgers]
    assert sum(wrong) <= 1  # Holm: any at all in 1 ledger of 20


def test_of_claims_with_a_large_effect_most_are_supported():
    rng = np.random.default_rng(1)
    found = [judge([simulated(rng, 3.0)])[0].verdict for _ in range(50)]
    assert found.count(SUPPORTED) >= 45
    assert NOT_SUPPORTED not in found


def test_claims_that_are_true_are_rarely_contradicted():
    """An effect of exactly what matters is called `not supported` in 5 % at most."""
    rng = np.random.default_rng(2)
    found = [judge([simulated(rng, 0.1)])[0].verdict for _ in range(200)]
    assert found.count(NOT_SUPPORTED) <= 10


def test_true_equality_is_found_and_false_equality_is_not():
    rng = np.random.default_rng(3)
    bar = [{"equal": ["a", "b"], "metric": "score", "smallest": 3.0}]
    e = experiment(bar=bar)

    def verdicts(apart, count):
        pairs = [(rng.normal(size=5), rng.normal(size=5)) for _ in range(count)]
        runs = [records(e, {"a": (a + apart).tolist(), "b": b.tolist()}) for a, b in pairs]
        return [judge([(e, r)])[0].verdict for r in runs]

    assert verdicts(0.0, 40).count(SUPPORTED) >= 30
    # at the edge 5 % are to be expected; 7 % of 400 are two standard errors more
    assert verdicts(3.0, 400).count(SUPPORTED) <= 28
