"""Storing one report: its row, its executions and what is new of its cases, in one transaction."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from time import perf_counter
from typing import BinaryIO

from app.core.attachments import NOWHERE, Attachment, Members
from app.core.reports import Limits, ReadWhole, ReportReading, read_at_once, read_report
from app.core.retention import KeepUntil, Retention
from app.db import artifacts, cases, executions, partitions, reports
from app.db.artifacts import Place
from app.db.executions import Sink
from app.db.reports import KnownReport, NewReport, ReportCounts
from app.db.rows import Rows
from app.db.session import Engine, Session, unit_of_work
from app.services.policy import policies

SOURCE_CHARS = 500  # kept of where a measurement stands
MILLISECONDS = 1000  # in a second
SET_BYTES = 32  # of the digest of a set
SET_MODULUS = 1 << 8 * SET_BYTES  # sums of case ids wrap around here


@dataclass(frozen=True, slots=True)
class Kept:
    """How long what a report tells is kept, and what came beside it."""

    until: KeepUntil
    retention: Retention
    members: Members = NOWHERE


def store(
    engine: Engine,
    new: NewReport,
    file: BinaryIO,
    kept: Kept,
    *,
    now: datetime,
    limits: Limits,
    began: float,
) -> KnownReport:
    """Store a report with its executions, unless it has its place; what is known of it then.

    `began` is when work on it began, by `perf_counter`. It is read once, case by case as it is
    stored. Where that shows that cases repeat in a way that only the whole report can tell,
    nothing is kept and it is read whole first. Raises BadInput when it cannot be read.
    """
    keep = kept.until
    partitions.ensure(engine, (keep.passing, keep.failing))
    for read in (read_at_once, read_report):
        try:
            with unit_of_work(engine) as session:
                report_id = reports.open_report(session, new, now=now)
                if report_id is None:
                    return reports.place_of(session, new)
                sink = Sink(new.key.repo_id, report_id, new.at, keep)
                again = Again(read, file, limits)
                place = Place(new.key, new.at, now, kept.retention, report_id)
                rows = _store(session, sink, again, new, now=now, began=began)
                artifacts.add(session, place, _attachments(rows, kept.members))
                return KnownReport(report_id, is_read=True)
        except ReadWhole:
            continue
    raise AssertionError


@dataclass(frozen=True, slots=True)
class Again:
    """A report that can be read from its beginning as often as needed."""

    read: Callable[..., ReportReading]
    file: BinaryIO
    limits: Limits

    def reading(self) -> ReportReading:
        self.file.seek(0)
        return self.read(self.file, limits=self.limits)


def _store(
    session: Session, sink: Sink, report: Again, new: NewReport, *, now: datetime, began: float
) -> Rows:
    """Write its executions down, what they came to, and what is new of its cases."""
    reading = report.reading()
    rows = executions.copy_cases(session, sink, reading.in_batches())
    counts = _counts(reading, rows, is_trusted=new.is_trusted)
    is_new_set = reports.close_report(
        session, sink.repo_id, sink.report_id, counts, now=now, took_ms=since(began)
    )
    for scope, name, value, unit in reading.measured:
        source = f"{new.path} {scope}".strip()[-SOURCE_CHARS:]
        said = [(name, value, unit)]
        artifacts.measure(
            session, new.key, variant=new.variant, source=source, measured=said, at=new.at
        )
    if is_new_set:
        files = cases.add(
            session, sink.repo_id, report.reading(), now=now, is_trusted=new.is_trusted
        )
        policies.own(session, sink.repo_id, files)
    return rows


def _attachments(rows: Rows, members: Members) -> Iterator[Attachment]:
    for case_id, name, where in rows.attached:
        if found := members.named(case_id, name, where):
            yield found


def since(began: float) -> int:
    """Whole milliseconds since `began`, by `perf_counter`."""
    return round((perf_counter() - began) * MILLISECONDS)


def untrusted_set(case_set: bytes) -> bytes:
    """The digest of a fork's set of cases, which stands for none of the repository's own.

    Whoever may choose names can make up sets whose sums are equal; a set of the repository's
    own that such a one had taken the place of would never be searched for new cases.
    """
    return blake2b(case_set, digest_size=SET_BYTES, person=b"untrusted").digest()


def _counts(reading: ReportReading, rows: Rows, *, is_trusted: bool) -> ReportCounts:
    totals = reading.totals
    case_set = (rows.id_sum % SET_MODULUS).to_bytes(SET_BYTES, "big")
    return ReportCounts(
        format=reading.dialect or reading.format,
        cases=totals.cases,
        executions=totals.executions,
        passed=totals.passed,
        failed=totals.failed,
        errored=totals.errored,
        skipped=totals.skipped,
        flaky=totals.flaky,
        duration_ms=totals.duration_ms,
        case_set=case_set if is_trusted else untrusted_set(case_set),
        warnings=tuple(reading.warnings),
        is_partial=reading.is_partial,
    )
