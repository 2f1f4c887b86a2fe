"""Ingest: the reports of one run attempt, each stored once, in one transaction of its own."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import SpooledTemporaryFile
from time import perf_counter
from typing import BinaryIO, cast

import structlog

from app.core import artifacts as bound_artifacts
from app.core.artifacts import BoundArtifact
from app.core.attachments import NOWHERE, Members
from app.core.errors import BadInput, Missing, TooLarge
from app.core.reports import Limits
from app.core.reports.archive import Content, attachments_in, members_of
from app.core.reports.excerpt import excerpt
from app.core.retention import keep_until, too_old_or_new
from app.core.runs import Artifact, BranchClass, Job, PullRequest, Repository, Run
from app.db import reports
from app.db.reports import KnownReport, NewReport
from app.db.session import Engine, unit_of_work
from app.ports import CodeHost
from app.services.ingest import beside, storing, unread
from app.services.ingest.dating import own_time
from app.services.ingest.origins import Origin
from app.services.ingest.variants import placed

READ_MORE = 2  # times the limit may be read of an artifact to find what may be reports
SPOOL_BYTES = 8 * 1024 * 1024  # of a download, before it goes to a file without a name
CHUNK = 1024 * 1024  # bytes read at a time for a digest
ARCHIVE_ITSELF = "(the whole archive)"  # the path of what is refused as a whole

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Attempt:
    """What the host tells of one attempt, besides its reports."""

    jobs: tuple[Job, ...]
    artifacts: tuple[BoundArtifact, ...]
    pull_request: PullRequest | None


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
    limit: int,
    scratch: Path | None,
) -> int:
    """Download one artifact and store its reports; how many were stored or stood there before.

    Of one larger than `limit` bytes only what may be reports is read. A zip that is gone or
    cannot be read is no error of ours: it is noted as a refused report.
    """
    origin = Origin(run, bound.variant, bound.job, repository.retention, is_placed=bound.is_placed)
    with SpooledTemporaryFile(max_size=SPOOL_BYTES, dir=str(scratch) if scratch else None) as spool:
        file = cast(BinaryIO, spool)
        try:
            _fetch(host, repository.full_name, bound.artifact, file, limit=limit, limits=limits)
        except (Missing, BadInput) as error:
            _refuse_whole(engine, origin, bound, str(error), now=now)
            return 0
        found = ingest_archive(engine, origin, bound.artifact.name, file, now=now, limits=limits)
    return sum(one.is_read for one in found)


def _fetch(
    host: CodeHost, repo: str, artifact: Artifact, file: BinaryIO, *, limit: int, limits: Limits
) -> None:
    """The artifact's zip; of one that is too large, a zip of the members that may be reports."""
    try:
        host.download(repo, artifact, file, limit=limit)
    except TooLarge:
        file.seek(0)
        file.truncate()
        with host.in_parts(repo, artifact, limit=READ_MORE * limit) as whole:
            members = excerpt(whole, file, limits=limits, most=limit)
        log.info(
            "artifact_excerpted", artifact=artifact.id, size=artifact.size_bytes, members=members
        )


def ingest_archive(
    engine: Engine, origin: Origin, name: str, file: BinaryIO, *, now: datetime, limits: Limits
) -> list[KnownReport]:
    """Store every report in a zip; those that stood there before come along.

    A zip that must not be unpacked, or not to its end, is a refused report itself.
    """
    found: list[KnownReport] = []
    left_out: list[str] = []
    try:
        members = Members(name, attachments_in(file, limits=limits))
        for path, member, content in members_of(file, limits=limits):
            if content is Content.UNKNOWN:
                left_out.append(path)
                continue
            origin = placed(engine, origin)
            if content is Content.COVERAGE:
                beside.measure_coverage(engine, origin, path, member, limits=limits)
                continue
            found.append(
                ingest_report(engine, origin, path, member, now=now, limits=limits, members=members)
            )
        if not found:
            unread.note(engine, origin, name, file, now=now, limits=limits)
        elif left_out:
            unread.say_left_out(engine, origin, found[-1], left_out)
        beside.keep_attachments(engine, origin, members, now=now)
    except BadInput as error:
        origin = placed(engine, origin, may_claim=False)
        new = _new_report(origin, f"{name}/{ARCHIVE_ITSELF}", file)
        with unit_of_work(engine) as session:
            found.append(reports.refuse(session, new, str(error), now=now, line=error.line))
    return found


def ingest_report(
    engine: Engine,
    origin: Origin,
    path: str,
    file: BinaryIO,
    *,
    now: datetime,
    limits: Limits,
    members: Members = NOWHERE,
) -> KnownReport:
    """Store one report with its executions, or why it could not be read; in one transaction."""
    began = perf_counter()
    new = _new_report(origin, path, file)
    if origin.dates_itself:
        new = replace(new, at=own_time(file, limits=limits, now=now) or new.at)
    keep = keep_until(
        at=new.at,
        received_at=now,
        on_default=origin.run.branch_class is BranchClass.DEFAULT,
        retention=origin.retention,
    )
    try:
        if refusal := too_old_or_new(new.at, now=now):
            raise BadInput(refusal)
        kept = storing.Kept(keep, origin.retention, members)
        return storing.store(engine, new, file, kept, now=now, limits=limits, began=began)
    except BadInput as error:
        log.info("report_refused", path=path, reason=str(error))
        with unit_of_work(engine) as session:
            return reports.refuse(
                session, new, str(error), now=now, line=error.line, took_ms=storing.since(began)
            )


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
        source=origin.source,
        is_trusted=origin.run.is_trusted,
    )


def _refuse_whole(
    engine: Engine, origin: Origin, bound: BoundArtifact, reason: str, *, now: datetime
) -> None:
    """Note an artifact that never came; its id stands for the bytes nobody has."""
    origin = placed(engine, origin, may_claim=False)
    digest = hashlib.sha256(f"artifact {bound.artifact.id}".encode()).digest()
    new = _described(
        origin,
        f"{bound.artifact.name}/{ARCHIVE_ITSELF}",
        digest=digest,
        size_bytes=bound.artifact.size_bytes,
    )
    with unit_of_work(engine) as session:
        reports.refuse(session, new, reason, now=now)
