"""Ingest: the reports of one run attempt, each stored once, in one transaction of its own."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

import structlog

from app.core import artifacts as bound_artifacts
from app.core.artifacts import BoundArtifact
from app.core.errors import BadInput, Missing
from app.core.identity import case_id
from app.core.outcomes import ReportedCase
from app.core.reports import Limits, read_report
from app.core.reports.archive import report_files
from app.core.retention import keep_until, too_old_or_new
from app.core.runs import BranchClass, Job, PullRequest, Repository, Run
from app.db import cases, executions, partitions, reports
from app.db.reports import NewReport, ReportCounts
from app.db.session import Engine, Session, unit_of_work
from app.ports import CodeHost

SPOOL_BYTES = 8 * 1024 * 1024  # of a download, before it goes to a file without a name
ARTIFACT_LIMIT = 512 * 1024 * 1024  # bytes of one artifact's zip
CHUNK = 1024 * 1024  # bytes read at a time for a digest
SET_MODULUS = 1 << 256  # sums of ids wrap around here
ARCHIVE_ITSELF = "(the whole archive)"  # the path of what is refused as a whole

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Attempt:
    """What the host tells of one attempt, besides its reports."""

    jobs: tuple[Job, ...]
    artifacts: tuple[BoundArtifact, ...]
    pull_request: PullRequest | None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a report comes from."""

    run: Run
    variant: str
    job: Job | None

    @property
    def at(self) -> datetime:
        """When its executions ended, by the run's own clock."""
        if self.job and self.job.completed_at:
            return self.job.completed_at
        return self.run.ended_at or self.run.started_at


def fetch_attempt(host: CodeHost, repository: Repository, run: Run) -> Attempt:
    """Ask the host for the jobs, artifacts and pull request of an attempt; no report yet."""
    name = repository.full_name
    jobs = host.jobs(name, run.key.run_id, run.key.attempt)
    of_run = host.artifacts(name, run.key.run_id)
    mine = bound_artifacts.of_attempt(of_run, started_at=run.started_at, ended_at=run.ended_at)
    return Attempt(
        jobs=tuple(jobs),
        artifacts=tuple(bound_artifacts.bind(mine, jobs)),
        pull_request=_pull_request(host, name, run),
    )


def _pull_request(host: CodeHost, name: str, run: Run) -> PullRequest | None:
    """The pull request of a run that does not name one, as those of forks never do."""
    if run.pr_number is not None or run.branch_class is not BranchClass.PULL_REQUEST:
        return None
    if run.head_repo is None:
        return None  # the fork was deleted
    found = host.pull_requests_of(
        name, head_repo=run.head_repo, branch=run.branch, sha=run.head_sha
    )
    return found[0] if found else None


def ingest_artifact(
    engine: Engine,
    host: CodeHost,
    repository: Repository,
    run: Run,
    bound: BoundArtifact,
    *,
    now: datetime,
    limits: Limits,
    scratch: Path | None,
) -> int:
    """Download one artifact and store its reports; how many were stored or stood there before.

    A zip that is gone or cannot be read is no error of ours: it is noted as a refused report.
    """
    origin = Origin(run=run, variant=bound.variant, job=bound.job)
    with SpooledTemporaryFile(max_size=SPOOL_BYTES, dir=str(scratch) if scratch else None) as spool:
        file = cast(BinaryIO, spool)
        try:
            host.download(repository.full_name, bound.artifact, file, limit=ARTIFACT_LIMIT)
        except (Missing, BadInput) as error:
            _refuse_whole(engine, origin, bound, str(error), now=now)
            return 0
        return ingest_archive(engine, origin, bound.artifact.name, file, now=now, limits=limits)


def ingest_archive(
    engine: Engine, origin: Origin, name: str, file: BinaryIO, *, now: datetime, limits: Limits
) -> int:
    """Store every report in a zip; how many were stored or stood there before."""
    stored = 0
    try:
        for path, member in _rewound(file, limits):
            stored += ingest_report(engine, origin, path, member, now=now, limits=limits)
    except BadInput as error:
        file.seek(0)
        new = _new_report(origin, f"{name}/{ARCHIVE_ITSELF}", file)
        with unit_of_work(engine) as session:
            reports.refuse(session, new, str(error), now=now)
    return stored


def _rewound(file: BinaryIO, limits: Limits) -> Iterator[tuple[str, BinaryIO]]:
    file.seek(0)
    yield from report_files(file, limits=limits)


def ingest_report(
    engine: Engine, origin: Origin, path: str, file: BinaryIO, *, now: datetime, limits: Limits
) -> bool:
    """Store one report with its executions, or why it could not be read; in one transaction.

    True when its executions are in the database now, also when they were before.
    """
    new = _new_report(origin, path, file)
    keep = keep_until(
        at=new.at,
        received_at=now,
        on_default=origin.run.branch_class is BranchClass.DEFAULT,
    )
    with unit_of_work(engine) as session:
        if reports.is_stored(session, new):
            return True
        months = {partitions.month_of(keep.passing), partitions.month_of(keep.failing)}
        partitions.make_partitions(session, months)
    try:
        if refusal := too_old_or_new(new.at, now=now):
            raise BadInput(refusal)
        with unit_of_work(engine) as session:
            report_id = reports.open_report(session, new, now=now)
            if report_id is None:
                return True
            sink = executions.Sink(new.key.repo_id, report_id, new.at, keep)
            _store(session, sink, file, now=now, limits=limits)
    except BadInput as error:
        log.info("report_refused", path=path, reason=str(error))
        with unit_of_work(engine) as session:
            reports.refuse(session, new, str(error), now=now)
        return False
    return True


def _store(
    session: Session, sink: executions.Sink, file: BinaryIO, *, now: datetime, limits: Limits
) -> None:
    file.seek(0)
    reading = read_report(file, limits=limits)
    members = CaseSum(sink.repo_id)
    executions.copy_cases(session, sink, members.watch(reading))
    digest = members.digest()
    totals = reading.totals
    if reports.note_case_set(session, sink.repo_id, digest, cases=totals.cases, now=now):
        file.seek(0)
        again = read_report(file, limits=limits)
        cases.add(session, sink.repo_id, CaseSum(sink.repo_id).watch(again), now=now)
    counts = ReportCounts(
        format=reading.dialect or reading.format,
        cases=totals.cases,
        executions=totals.executions,
        passed=totals.passed,
        failed=totals.failed,
        errored=totals.errored,
        skipped=totals.skipped,
        flaky=totals.flaky,
        duration_ms=totals.duration_ms,
        case_set=digest,
        warnings=tuple(reading.warnings),
    )
    reports.close_report(session, sink.repo_id, sink.report_id, counts)


class CaseSum:
    """The digest of a set of cases, in whatever order they come and without holding them.

    The sum of their ids: these are digests themselves, so sets that differ hardly share one.
    """

    def __init__(self, repo_id: int) -> None:
        self.repo_id = repo_id
        self.total = 0

    def watch(self, cases_read: Iterable[ReportedCase]) -> Iterator[tuple[bytes, ReportedCase]]:
        """Hand every case on with its id, and add it."""
        for case in cases_read:
            raw_id = case_id(self.repo_id, case)
            self.total += int.from_bytes(raw_id, "big")
            yield raw_id, case

    def digest(self) -> bytes:
        """The sum of all that was handed on, as 32 bytes."""
        return (self.total % SET_MODULUS).to_bytes(32, "big")


def _new_report(origin: Origin, path: str, file: BinaryIO) -> NewReport:
    file.seek(0)
    digest = hashlib.sha256()
    size = 0
    while chunk := file.read(CHUNK):
        digest.update(chunk)
        size += len(chunk)
    return _described(origin, path, digest=digest.digest(), size_bytes=size)


def _described(origin: Origin, path: str, *, digest: bytes, size_bytes: int) -> NewReport:
    return NewReport(
        key=origin.run.key,
        variant=origin.variant,
        job_id=origin.job.id if origin.job else None,
        digest=digest,
        path=path,
        size_bytes=size_bytes,
        at=origin.at,
    )


def _refuse_whole(
    engine: Engine, origin: Origin, bound: BoundArtifact, reason: str, *, now: datetime
) -> None:
    """Note an artifact that never came; its id stands for the bytes nobody has."""
    digest = hashlib.sha256(f"artifact {bound.artifact.id}".encode()).digest()
    new = _described(
        origin,
        f"{bound.artifact.name}/{ARCHIVE_ITSELF}",
        digest=digest,
        size_bytes=bound.artifact.size_bytes,
    )
    with unit_of_work(engine) as session:
        reports.refuse(session, new, reason, now=now)
