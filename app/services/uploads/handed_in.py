"""Uploads: reports handed in by CI that is not GitHub's, stored as GitHub's are, then judged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from time import perf_counter
from typing import BinaryIO

import structlog

from app.clock import Clock
from app.core.asking import QueueName
from app.core.errors import BadInput, Unavailable
from app.core.handed import HandedReport, Progress, Turn
from app.core.reports import Limits
from app.core.reports.archive import is_zip
from app.core.reports.coverage import is_coverage_file
from app.core.requests import EvaluateRun
from app.core.runs import Repository, Run, RunKey
from app.core.uploads import Told, missing, run_of, variant_of
from app.db import repositories, runs, upload_pages, uploads
from app.db.reports import KnownReport
from app.db.session import Engine, Session, unit_of_work
from app.db.work import tasks
from app.ports import Queue
from app.services.access.tokens import Holder
from app.services.ingest import beside, variants
from app.services.ingest import runs as ingest
from app.services.ingest.origins import Origin
from app.services.ingest.storing import since
from app.services.uploads.results import Result, result_of

CHUNK = 1024 * 1024  # bytes read at a time for a digest
NO_REPORT = (
    "No test report of a format we read came along; add the runner's JUnit XML to what you send."
)
GATHERING = timedelta(seconds=2)  # for further shards of a run, where nobody waits for an answer
GITHUB_RUN_DIGITS = 18  # fits the database's bigint

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class HandedFile:
    """One file of a request; its name is for people, and never used as a path."""

    name: str
    file: BinaryIO
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Handed:
    """Everything that one request brought."""

    told: Told
    fields: Mapping[str, str]
    warnings: Sequence[str]
    files: Sequence[HandedFile]
    source: str  # api or junit
    request_id: str

    @property
    def size_bytes(self) -> int:
        """All files together."""
        return sum(one.size_bytes for one in self.files)


class NothingRead(BadInput):
    """Not one of the files could be read; `reports` says why of each."""

    def __init__(self, reports: Sequence[HandedReport]) -> None:
        first = next(one for one in reports if one.refusal)
        super().__init__(str(first.refusal), line=first.refusal_line)
        self.reports = reports


@dataclass(frozen=True, slots=True)
class Uploads:
    """Takes uploads in, and tells what became of them."""

    engine: Engine
    queue: Queue
    clock: Clock
    limits: Limits = field(default_factory=Limits)

    def take(self, holder: Holder, handed: Handed) -> Result:
        """Store every report, then ask for their run attempt to be judged.

        Raises NothingRead when not one of them can be read, Unavailable when PostgreSQL is away.
        Reports are stored one by one, each whole and once, so a request that was cut short can
        be sent again.
        """
        began = perf_counter()
        now = self.clock()
        digest = digest_of(handed.files)
        with unit_of_work(self.engine) as session:
            run = _run(session, holder, handed.told, digest=digest, now=now)
            variant = variants.variant_of(session, run, variant_of(handed.told))
            before = uploads.known(session, run.key, variant=variant, digest=digest)
            if before is not None:
                return result_of(session, holder, before, is_new=False)
            if run.key.run_id < 0:
                runs.note_uploaded(session, run)
        stored = self._store(holder.repository, run, variant, handed, now=now)
        new = _New(holder, handed, run, variant, digest, stored)
        return self._finish(new, now=now, began=began)

    def _store(
        self, repository: Repository, run: Run, variant: str, handed: Handed, *, now: datetime
    ) -> list[KnownReport]:
        at = handed.told.at or now
        origin = Origin(
            run=replace(run, started_at=at, ended_at=at),
            variant=variant,
            job=None,
            retention=repository.retention,
            source=handed.source,
            dates_itself=handed.told.at is None,
        )
        found: list[KnownReport] = []
        for one in handed.files:
            if is_zip(one.file):
                found += ingest.ingest_archive(
                    self.engine, origin, one.name, one.file, now=now, limits=self.limits
                )
            elif is_coverage_file(one.file, limits=self.limits):
                beside.measure_coverage(self.engine, origin, one.name, one.file, limits=self.limits)
            else:
                one.file.seek(0)
                found.append(
                    ingest.ingest_report(
                        self.engine, origin, one.name, one.file, now=now, limits=self.limits
                    )
                )
        return found

    def _finish(self, new: "_New", *, now: datetime, began: float) -> Result:
        key = new.run.key
        request = EvaluateRun(key.repo_id, key.run_id, key.attempt)
        with unit_of_work(self.engine) as session:
            reports = upload_pages.of_upload(session, key.repo_id, new.report_ids)
            if not any(one.is_read for one in new.stored):
                raise NothingRead(reports) if reports else BadInput(NO_REPORT)
            if key.run_id < 0:
                is_red = any(one.failed + one.errored for one in reports)
                runs.conclude_uploaded(session, new.run, is_red=is_red, now=now)
            if not new.holder.repository.has_reports:
                repositories.note_first_report(session, key.repo_id, now=now)
            # Tasks come last, as where a turn ends: else the two could lock each other out.
            asking = tasks.Asking(
                request,
                QueueName.RUN,
                new.handed.request_id,
                after=timedelta() if new.handed.told.wait else GATHERING,
            )
            [turn] = tasks.ask(session, [asking], now=now)
            row = new.row(turn=turn)
            upload_id = uploads.add(session, row, now=now, took_ms=since(began))
            if upload_id is None:
                first = uploads.known(session, key, variant=new.variant, digest=new.digest)
                assert first is not None  # its place is taken, so it is there
                return result_of(session, new.holder, first, is_new=False)
            result = result_of(session, new.holder, upload_id, is_new=True, reports=reports)
        if new.handed.told.wait:
            self._hint(request)
        return result

    def _hint(self, request: EvaluateRun) -> None:
        try:
            self.queue.hint(QueueName.RUN, [request])
        except Unavailable as error:
            log.warning("hint_lost", error=str(error))

    def refuse(
        self, holder: Holder, *, source: str, reason: str, size_bytes: int, request_id: str
    ) -> None:
        """Keep why a request was refused at the door, for the page of uploads."""
        new = uploads.NewRefusal(
            repo_id=holder.repository.id,
            token_id=holder.token.id,
            source=source,
            request_id=request_id,
            size_bytes=size_bytes,
            reason=reason,
        )
        with unit_of_work(self.engine) as session:
            uploads.refuse(session, new, now=self.clock())

    def result(self, holder: Holder, upload_id: int) -> Result:
        """What became of an upload; Missing when the token's project has none such."""
        with unit_of_work(self.engine) as session:
            return result_of(session, holder, upload_id, is_new=False)

    def progress(self, turns: Sequence[Turn]) -> dict[Turn, Progress]:
        """How far the evaluations have come that these uploads asked for."""
        with unit_of_work(self.engine) as session:
            return tasks.progress(session, turns)


@dataclass(frozen=True, slots=True)
class _New:
    """An upload whose reports are stored."""

    holder: Holder
    handed: Handed
    run: Run
    variant: str
    digest: bytes
    stored: Sequence[KnownReport]

    @property
    def report_ids(self) -> list[int]:
        return list(dict.fromkeys(one.report_id for one in self.stored))

    def row(self, *, turn: Turn) -> uploads.NewUpload:
        handed = self.handed
        return uploads.NewUpload(
            key=self.run.key,
            token_id=self.holder.token.id,
            source=handed.source,
            request_id=handed.request_id,
            variant=self.variant,
            digest=self.digest,
            size_bytes=handed.size_bytes,
            told=handed.fields,
            reports=self.report_ids,
            warnings=[*handed.warnings, *self._missing()],
            turn=turn,
        )

    def _missing(self) -> list[str]:
        return missing(self.handed.told) if self.run.key.run_id < 0 else []


def digest_of(files: Sequence[HandedFile]) -> bytes:
    """The digest of the files' contents, in their order; their names play no part."""
    whole = sha256()
    for one in files:
        one.file.seek(0)
        part = sha256()
        while chunk := one.file.read(CHUNK):
            part.update(chunk)
        whole.update(part.digest())
    return whole.digest()


def _run(session: Session, holder: Holder, told: Told, *, digest: bytes, now: datetime) -> Run:
    """The run attempt that an upload belongs to: GitHub's own, where we know it, counts."""
    repository = holder.repository
    if repository.id > 0 and _is_number(told.pipeline):
        known = runs.run(session, RunKey(repository.id, int(told.pipeline), told.attempt))
        if known is not None:
            return known
    return run_of(repository, told, digest=digest, actor=holder.token.name, now=now)


def _is_number(pipeline: str) -> bool:
    return pipeline.isascii() and pipeline.isdecimal() and len(pipeline) <= GITHUB_RUN_DIGITS
