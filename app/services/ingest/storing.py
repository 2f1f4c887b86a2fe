"""Storing one report: its row, its executions and what is new of its cases, in one transaction."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from itertools import chain, islice
from time import perf_counter
from typing import BinaryIO, TypeVar

from app.core.attachments import NOWHERE, Attachment, Members
from app.core.reports import Limits, ReadWhole, ReportReading, read_at_once, read_report
from app.core.retention import KeepUntil, Retention
from app.db import artifacts, cases, executions, partitions, reports
from app.db.artifacts import Place
from app.db.executions import Sink
from app.db.reports import KnownReport, NewReport, Opening, ReportCounts
from app.db.rows import Rows
from app.db.session import Engine, Session, Transaction, transaction
from app.services.policy import policies

Item = TypeVar("Item")

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
    partitions.ensure(engine, (kept.until.passing, kept.until.failing))
    for read in (read_at_once, read_report):
        try:
            with transaction(engine) as under_way:
                report = Again(read, file, limits)
                return _store(under_way, new, report, kept, now=now, began=began)
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
    under_way: Transaction,
    new: NewReport,
    report: Again,
    kept: Kept,
    *,
    now: datetime,
    began: float,
) -> KnownReport:
    """Claim its place and write its executions down; its first cases are read meanwhile."""
    with Opening(under_way.driver, new, now=now) as opening:
        reading = report.reading()
        found = _begun(reading.in_batches())
        report_id = opening.report_id()
    if report_id is None:
        return reports.place_of(under_way.session, new)
    sink = Sink(new.key.repo_id, report_id, new.at, kept.until)
    rows = executions.copy_cases(under_way.driver, sink, found, size_bytes=new.size_bytes)
    counts = _counts(reading, rows, is_trusted=new.is_trusted)
    is_new_set = reports.close_report(
        under_way.driver, sink.repo_id, report_id, counts, now=now, took_ms=since(began)
    )
    if reading.measured:
        _keep_measurements(under_way.session, new, reading)
    if is_new_set:
        _add_cases(under_way.session, new, report, now=now)
    if rows.attached:
        place = Place(new.key, new.at, now, kept.retention, report_id)
        artifacts.add(under_way.session, place, _attachments(rows, kept.members))
    return KnownReport(report_id, is_read=True)


def _begun(items: Iterator[Item]) -> Iterator[Item]:
    """The same, the first of them made already."""
    return chain([*islice(items, 1)], items)


def _keep_measurements(session: Session, new: NewReport, reading: ReportReading) -> None:
    measured = [one._replace(scope=f"{new.path} {one.scope}".strip()) for one in reading.measured]
    artifacts.measure(session, new.key, variant=new.variant, measured=measured, at=new.at)


def _add_cases(session: Session, new: NewReport, report: Again, *, now: datetime) -> None:
    repo_id = new.key.repo_id
    files = cases.add(session, repo_id, report.reading(), now=now, is_trusted=new.is_trusted)
    policies.own(session, repo_id, files)


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
