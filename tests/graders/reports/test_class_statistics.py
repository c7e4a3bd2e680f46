"""The figures of the class report, checked by hand."""

from hypothesis import given
from hypothesis import strategies as st

from graders.engine.results import ClassResults, SubmissionResult
from graders.reports import class_statistics
from tests.graders.class_results import small_class, submission


def test_only_graded_submissions_say_anything_about_the_tests():
    softmax, accuracy = class_statistics.difficulties(small_class())
    assert (softmax.name, softmax.points, softmax.total) == ("softmax", 60.0, 3)
    assert (accuracy.name, accuracy.points, accuracy.total) == ("accuracy", 40.0, 3)


def test_tasks_and_tests_come_hardest_first():
    softmax, accuracy = class_statistics.difficulties(small_class())
    assert softmax.mean == (60 + 40 + 0) / 3
    assert softmax.pass_rate == 1 / 3  # ada alone passed both
    assert accuracy.pass_rate == 2 / 3
    assert [test.name for test in softmax.tests] == ["test_large_scores", "test_rows_sum_to_one"]
    assert softmax.tests[0].counts == {"passed": 1, "failed": 1, "skipped": 1}


def test_summary_of_nothing_is_none():
    assert class_statistics.summary([]) is None
    summary = class_statistics.summary([100.0, 80.0, 0.0])
    assert (summary.mean, summary.median, summary.minimum) == (60.0, 80.0, 0.0)


@given(st.lists(st.floats(0, 100)))
def test_every_score_falls_in_the_bin_that_names_it(scores):
    bins = class_statistics.histogram(scores, 100.0)
    assert sum(bin.count for bin in bins) == len(scores)
    for bin in bins:
        inside = [s for s in scores if bin.low <= s < bin.high or (s == 100.0 == bin.high)]
        assert bin.count == len(inside)


def test_one_broken_machine_is_one_row():
    full_disk = tuple(SubmissionResult(f"s{i}", "failed", message="disk full") for i in range(500))
    results = ClassResults(
        "softmax",
        100.0,
        "",
        (
            SubmissionResult("zoe", "missing"),
            submission("tim", "timeout", "passed", "passed", message="no answer within 10 s"),
            *full_disk,
        ),
    )
    failed, endless, missing = class_statistics.needs_attention(results)
    assert (failed.reason, len(failed.students)) == ("failed", 500)
    assert (endless.reason, endless.students) == ("timeout", ("tim",))
    assert (missing.reason, missing.students) == ("missing", ("zoe",))


def test_the_slowest_come_first():
    slow = SubmissionResult("slow", "graded", seconds=9.0)
    order = [item.student for item in class_statistics.slowest(small_class(slow))]
    assert order[0] == "slow"
    assert "dan" not in order  # no time was spent on what was not there
