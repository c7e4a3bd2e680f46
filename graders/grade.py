"""``dlcourse grade``: a folder of submissions in, a gradebook and pages out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from importlib import import_module
from pathlib import Path
from threading import Thread

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from graders.engine.catalogue import course_root
from graders.engine.cluster import cluster_workers
from graders.engine.hand_ins import HandIn, find, warning_of_look_alikes, warning_of_loose
from graders.engine.interrupts import sigterm_raises
from graders.engine.jobs import REFERENCE, read_job, reference_job
from graders.engine.pool import Workers, perform_all
from graders.engine.processes import local_workers, worker_count
from graders.engine.records import Records, only_grader
from graders.engine.results import (
    ClassResults,
    SubmissionResult,
)
from graders.engine.secret import course_secret
from graders.engine.settings import MAX_SCORE, GradingSettings, settings_for
from graders.engine.version import version
from graders.engine.worker import GradingJob, broken, grade_one
from graders.errors import BadInput, GraderBroke
from graders.platforms.recognise import refuse_download
from graders.reports.summary import print_summary, warn
from graders.sandbox.isolation import Isolation
from graders.sandbox.limits import Limits


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
    with (
        sigterm_raises(),
        somewhere as workers,
        only_grader(out),
        imported_meanwhile("graders.reports.outputs"),
    ):
        records = Records(out / "records.jsonl", kept=not what_if)
        reference, *graded = _grade_class(settings, students, records, workers, force)
        isolations = dict.fromkeys(result.isolation for result in (reference, *graded))
        results = ClassResults(
            assignment=name,
            max_score=MAX_SCORE,
            isolation="; ".join(filter(None, isolations)),
            submissions=tuple(graded),
        )
        from graders.reports.outputs import Graded, write_everything
        from graders.reports.what_if import would_change

        graded_class = Graded(results, reference.tests, settings.reference, trust_file_times)
        if what_if:
            print(would_change(graded_class, out))
        else:
            written = write_everything(graded_class, students, out)
            print_summary(results, written.lines, out)
            for warning in written.warnings:
                warn(warning)
    return int(any(submission.status == "failed" for submission in results.submissions))


@contextmanager
def imported_meanwhile(module: str) -> Iterator[None]:
    """Import what is needed later: nbgrader takes a second, for which a core would lie idle."""
    thread = Thread(target=import_module, args=[module])
    thread.start()
    try:
        yield
    finally:
        thread.join()  # Python cannot end in the middle of some imports


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
        for result in perform_all(partial(grade_one, settings), to_grade(), workers, broken):
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
