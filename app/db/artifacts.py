"""Artifacts: what was attached to cases and runs, each place once; and what runs measured."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from app.core.attachments import Attachment, Kind, kept_for
from app.core.reports.notes import Measured
from app.core.retention import AT_LEAST, Retention
from app.core.runs import RunKey

ADD = text("""
INSERT INTO artifact (repo_id, run_id, attempt, digest, report_id, case_id, kind, name, link,
                      archive, path, size_bytes, at, keep_until)
SELECT :repo, :run, :attempt, digest, :report, case_id, kind, name, link, archive, path,
       size_bytes, :at, keep_until
FROM unnest(CAST(:digests AS bytea[]), CAST(:cases AS uuid[]), CAST(:kinds AS text[]),
            CAST(:names AS text[]), CAST(:links AS text[]), CAST(:archives AS text[]),
            CAST(:paths AS text[]), CAST(:sizes AS bigint[]), CAST(:keeps AS timestamptz[]))
  AS new(digest, case_id, kind, name, link, archive, path, size_bytes, keep_until)
ORDER BY digest
ON CONFLICT DO NOTHING
""")

OF_CASE = text("""
SELECT kind, name, case_id, link, archive, path, size_bytes FROM artifact
WHERE repo_id = :repo AND case_id = :case AND keep_until > :now
ORDER BY at DESC, kind, name, digest LIMIT :limit
""")

OF_RUN = text("""
SELECT kind, name, case_id, link, archive, path, size_bytes FROM artifact
WHERE repo_id = :repo AND run_id = :run AND keep_until > :now
ORDER BY attempt DESC, kind, name, digest LIMIT :limit
""")

SOURCE_CHARS = 500  # kept of where a measurement stands
MEASURE = text("""
INSERT INTO measurement (repo_id, run_id, attempt, variant, source, name, value, unit, at)
SELECT :repo, :run, :attempt, :variant, told.source, told.name, told.value, told.unit, :at
FROM unnest(CAST(:sources AS text[]), CAST(:names AS text[]),
  CAST(:values AS double precision[]), CAST(:units AS text[])) AS told (source, name, value, unit)
ON CONFLICT ON CONSTRAINT measurement_once DO NOTHING
""")

MEASURED = text("""
SELECT run_id, attempt, variant, source, name, value, unit, at FROM measurement
WHERE repo_id = :repo AND name = :name AND case_id IS NULL AND at >= :since
ORDER BY at DESC, measurement_id DESC LIMIT :limit
""")


@dataclass(frozen=True, slots=True)
class Place:
    """The run that artifacts belong to, and how long they are kept."""

    key: RunKey
    at: datetime
    received_at: datetime
    retention: Retention
    report_id: int | None = None  # None for what only the archive tells


@dataclass(frozen=True, slots=True)
class Measurement:
    """One number measured in a run."""

    run_id: int
    attempt: int
    variant: str
    source: str
    name: str
    value: float
    unit: str
    at: datetime


def add(session: Session, place: Place, attachments: Iterable[Attachment]) -> None:
    """Store those that are not stored yet."""
    found = {attachment.digest: attachment for attachment in attachments}
    if not found:
        return
    earliest = place.received_at + AT_LEAST
    rows: Sequence[Attachment] = list(found.values())
    keeps = [max(place.at + kept_for(one.kind, place.retention), earliest) for one in rows]
    values = {
        **_keys(place.key),
        "report": place.report_id,
        "at": place.at,
        "digests": list(found),
        "cases": [UUID(bytes=one.case_id) if one.case_id else None for one in rows],
        "kinds": [one.kind.value for one in rows],
        "names": [one.name for one in rows],
        "links": [one.link for one in rows],
        "archives": [one.archive for one in rows],
        "paths": [one.path for one in rows],
        "sizes": [one.size_bytes for one in rows],
        "keeps": keeps,
    }
    session.execute(ADD, values)


def of_case(
    session: Session, repo_id: int, case_id: UUID, *, now: datetime, limit: int = 50
) -> list[Attachment]:
    """What was attached to a case and is still kept, newest first; served by artifact_case."""
    asked = {"repo": repo_id, "case": case_id, "now": now, "limit": limit}
    return [_attachment(row) for row in session.execute(OF_CASE, asked)]


def of_run(
    session: Session, repo_id: int, run_id: int, *, now: datetime, limit: int = 200
) -> list[Attachment]:
    """What was attached to a run's cases, or lies in its archives; newest attempt first."""
    asked = {"repo": repo_id, "run": run_id, "now": now, "limit": limit}
    return [_attachment(row) for row in session.execute(OF_RUN, asked)]


def measure(
    session: Session,
    key: RunKey,
    *,
    variant: str,
    measured: Iterable[Measured],
    at: datetime,
) -> None:
    """Store what was measured of a run, each name once for its variant and source."""
    told = list(measured)
    if not told:
        return
    where = {**_keys(key), "variant": variant, "at": at}
    columns = {
        "sources": [one.scope[-SOURCE_CHARS:] for one in told],
        "names": [one.name for one in told],
        "values": [one.value for one in told],
        "units": [one.unit for one in told],
    }
    session.execute(MEASURE, where | columns)


def measured(
    session: Session, repo_id: int, name: str, *, since: datetime, limit: int = 1_000
) -> list[Measurement]:
    """What runs measured under a name since then, newest first; served by measurement_name."""
    asked = {"repo": repo_id, "name": name, "since": since, "limit": limit}
    return [Measurement(*row) for row in session.execute(MEASURED, asked)]


def _attachment(row: Any) -> Attachment:  # noqa: ANN401 -- SQLAlchemy's row
    return Attachment(
        Kind(row.kind),
        row.name,
        row.case_id.bytes if row.case_id else None,
        link=row.link,
        archive=row.archive,
        path=row.path,
        size_bytes=row.size_bytes,
    )


def _keys(key: RunKey) -> dict[str, int]:
    return {"repo": key.repo_id, "run": key.run_id, "attempt": key.attempt}
