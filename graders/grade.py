"""``dlcourse grade``: a folder of submissions in, a gradebook and pages out."""

from __future__ import annotations

import hashlib
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from statistics import fmean

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from graders.engine import audit
from graders.engine.allowances import allowances_path, read_allowances
from graders.engine.catalogue import course_root
from graders.engine.cluster import cluster_workers
from graders.engine.final import FinalScore, results_json
from graders.engine.hand_ins import HandIn, find, warning_of_look_alikes, warning_of_loose
from graders.engine.interrupts import sigterm_raises
from graders.engine.jobs import REFERENCE, read_job, reference_job
from graders.engine.pool import Workers, grade_all
from graders.engine.processes import local_workers, worker_count
from graders.engine.records import Records, only_grader
from graders.engine.results import (
    ClassResults,
    SubmissionResult,
    TestResult,
    points_by_task,
    write_atomically,
)
from graders.engine.secret import course_secret
from graders.engine.settings import MAX_SCORE, GradingSettings, settings_for
from graders.engine.version import version
from graders.engine.worker import GradingJob
from graders.errors import BadInput, GraderBroke
from graders.platforms.recognise import refuse_download
from graders.sandbox.isolation import Isolation
from graders.sandbox.limits import Limits

MOST_NAMED = 8  # students in a line of the summary; the report has them all


def grade(
    name: str,
    folder: Path,
    out: Path,
    *,
    jobs: int | None = None,
    cluster: str | None = None,
    force: bool = False,
    timeout: float = Limits.submission_seconds,
    sandboxed: bool = True,
    trust_file_times: bool = False,
    what_if: bool = False,
) -> int:
    """Grade assignment ``name`` for every student in ``folder`` and return the exit status.

    Args:
        jobs: worker processes; one per core if left out.
        cluster: address of a Dask scheduler, whose workers grade instead.
        force: whether to grade again what is graded already.
        timeout: seconds that a submission may take.
        sandboxed: whether students' code runs isolated.
        trust_file_times: whether late penalties fall where only a file's own time tells when it
            was handed in.
        what_if: whether to tell what would change, and write nothing.

    Raises:
        BadInput: a name, a folder or an option that cannot be.
        GraderBroke: the hidden tests do not accept the reference solution.
    """
    settings = settings_for(name, timeout, sandboxed)
    count = worker_count(jobs)
    if out.resolve().is_relative_to(folder.resolve()):
        raise BadInput(f"--out {out} lies inside {folder}, whose folders are students: move it out")
    if what_if and not (out / "results.json").exists():
        raise BadInput(f"--what-if compares with {out}/results.json: grade without it first")
    refuse_download(folder, name)
    students = find(folder)
    for warning in (warning_of_loose(folder), warning_of_look_alikes(students)):
        warn(warning)
    if not sandboxed:
        warn(f"isolation: {Isolation.NONE}")
    somewhere = nullcontext(local_workers(count)) if cluster is None else cluster_workers(cluster)
    with sigterm_raises(), somewhere as workers, only_grader(out):
        records = Records(out / "records.jsonl", kept=not what_if)
        reference, *graded = _grade_class(settings, students, records, workers, force)
        isolations = dict.fromkeys(result.isolation for result in (reference, *graded))
        results = ClassResults(
            assignment=name,
            max_score=MAX_SCORE,
            isolation="; ".join(filter(None, isolations)),
            submissions=tuple(graded),
        )
        if what_if:
            tell_what_if(results, reference.tests, settings.reference, out, trust_file_times)
            return _status(results)
        lines, perhaps_late = write_everything(
            results, reference.tests, settings.reference, students, out, trust_file_times
        )
    print_summary(results, lines, out)
    if perhaps_late:
        warn(
            f"late by their files' times alone, so without a penalty: {', '.join(perhaps_late)} "
            "(--trust-file-times applies it)"
        )
    return _status(results)


def _status(results: ClassResults) -> int:
    return int(any(submission.status == "failed" for submission in results.submissions))


def _grade_class(
    settings: GradingSettings,
    students: list[HandIn],
    records: Records,
    workers: Workers,
    force: bool,
) -> list[SubmissionResult]:
    """The reference's result and every student's, in order, from records where there is one."""
    secret = course_secret(course_root())
    current = hashlib.sha256(version(settings).encode() + secret).hexdigest()
    results: dict[str, SubmissionResult] = {}
    keys: dict[str, str] = {}

    def key_of(job: GradingJob) -> str:
        return hashlib.sha256(f"{current}\0{job.student}\0{job.sha256}".encode()).hexdigest()

    def to_grade() -> Iterator[GradingJob]:
        yield from (job for job in [reference_job(settings, secret)] if needed(job))
        for found in students:
            job = read_job(settings.assignment, secret, found)
            if isinstance(job, SubmissionResult):
                finish(job)
            elif needed(job):
                yield job

    def needed(job: GradingJob) -> bool:
        key = keys[job.student] = key_of(job)
        known = None if force else records.finished.get(key)
        if known is not None:
            # when and as what it was handed in may have changed though the content did not
            finish(known.received(job.receipt))
        return known is None

    def finish(result: SubmissionResult) -> None:
        results[result.student] = result
        if result.student == REFERENCE:
            _check_reference(settings, result)
        else:
            progress.advance(task)

    with _progress() as progress:
        task = progress.add_task(f"grading {settings.assignment}", total=len(students))
        for result in grade_all(settings, to_grade(), workers):
            if result.status == "graded":
                records.add(keys[result.student], result)
            finish(result)
    return [results[name] for name in (REFERENCE, *(found.student for found in students))]


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )


def _check_reference(settings: GradingSettings, result: SubmissionResult) -> None:
    if result.status == "failed":
        raise GraderBroke(result.message)
    points = sum(test.points for test in result.tests)
    if points != MAX_SCORE:
        raise GraderBroke(f"{settings.tests}: the points sum to {points}, not {MAX_SCORE}")
    for test in result.tests:
        if not test.passed:
            raise GraderBroke(
                f"{test.name} does not pass for the reference solution ({test.status}): "
                f"{test.message}; nobody was graded"
            )


def write_everything(
    results: ClassResults,
    tests: tuple[TestResult, ...],
    source: Path,
    students: list[HandIn],
    out: Path,
    trust_file_times: bool = False,
) -> tuple[list[FinalScore], list[str]]:
    """All that ``--out`` holds, each file replaced atomically.

    Args:
        tests: every test of the assignment, as the reference solution passed it.

    Returns:
        Everyone's final score, and the students who would be late if their files' times counted,
        and now are not.
    """
    # nbgrader's imports take a second: after the grading
    from graders.nbgrader import gradebook
    from graders.nbgrader.autograded import write_notebooks
    from graders.nbgrader.final_scores import final_scores
    from graders.nbgrader.late import late_penalty
    from graders.nbgrader.source_notebooks import write_course
    from graders.reports import pages
    from graders.reports.grades import grades_csv

    # first, since what a human did there decides what all the others say
    penalty = late_penalty(course_root() / "nbgrader_config.py")
    extensions = read_allowances().extensions(results.assignment)
    if strangers := sorted(extensions.keys() - {item.student for item in results.submissions}):
        warn(f"{allowances_path()} has an extension for who is not here: {', '.join(strangers)}")
    perhaps_late = gradebook.update(
        results,
        points_by_task(tests),
        out,
        source=source,
        penalty=penalty,
        extensions=extensions,
        trust_file_times=trust_file_times,
    )
    lines = final_scores(results, out / "gradebook.db")
    audit.note(out, results.assignment, lines, extensions)
    write_atomically(out / "results.json", results_json(results, lines))
    names = [test.name for test in tests]
    write_atomically(out / "grades.csv", grades_csv(lines, results.assignment, names))
    pages.write_feedback(results, out, lines)
    pages.write_report(results, out, lines)
    write_notebooks(results, source, students, out)
    write_course(out, source)
    return lines, perhaps_late


def tell_what_if(
    results: ClassResults,
    tests: tuple[TestResult, ...],
    source: Path,
    out: Path,
    trust_file_times: bool,
) -> None:
    """Print what would change if these results were written."""
    from graders.nbgrader.late import late_penalty
    from graders.reports.what_if import compared, would_be

    lines = would_be(
        *(results, points_by_task(tests), out),
        source=source,
        penalty=late_penalty(course_root() / "nbgrader_config.py"),
        extensions=read_allowances().extensions(results.assignment),
        trust_file_times=trust_file_times,
    )
    print(compared(out, results.assignment, lines))


def print_summary(results: ClassResults, lines: list[FinalScore], out: Path) -> None:
    counts = Counter(submission.status for submission in results.submissions)
    outcomes = ", ".join(f"{count} {status}" for status, count in counts.most_common())
    print(f"{results.assignment}: {outcomes}{_mean(lines)}")
    for about, concerned in (
        ("late, and lost points", [line for line in lines if line.late_penalty]),
        ("points or comments by hand", [line for line in lines if line.by_hand]),
        ("not final: a human has to read", [line for line in lines if line.score is None]),
    ):
        if concerned:
            names = [line.student for line in concerned[:MOST_NAMED]]
            more = len(concerned) - len(names)
            print(f"{about}: {', '.join(names)}{f' and {more} more' if more else ''}")
    print(f"isolation: {results.isolation}")
    print(f"report: {out / 'report.html'}")
    for submission in results.submissions:
        if submission.remark:
            warn(f"{submission.student}: {submission.remark}")
        if submission.status == "failed":
            warn(f"{submission.student}: {submission.message}")


def _mean(lines: list[FinalScore]) -> str:
    """The mean of the final scores, and of the tests' where that is another."""
    counted = [line for line in lines if line.counts]
    if not counted:
        return ""
    final = fmean(line.score or 0.0 for line in counted)
    tests = fmean(line.submission.score for line in counted)
    alone = f" ({tests:.1f} by the tests alone)" if abs(final - tests) >= 0.05 else ""
    return f", mean {final:.1f} of {counted[0].max_score:g}{alone}"


def warn(line: str) -> None:
    """Print a line for the instructor, if there is one."""
    if line:
        print(f"dlcourse: {line}", file=sys.stderr)
