"""What lies in an archive beside its reports: coverage files, screenshots, videos, traces, logs."""

from datetime import datetime
from typing import BinaryIO

import structlog

from app.core.attachments import Members
from app.core.errors import BadInput
from app.core.reports import Limits
from app.core.reports.coverage import coverage_of
from app.core.reports.notes import Measured
from app.db import artifacts
from app.db.artifacts import Place
from app.db.session import Engine, unit_of_work
from app.services.ingest.origins import Origin

log = structlog.get_logger()


def measure_coverage(
    engine: Engine, origin: Origin, path: str, file: BinaryIO, *, limits: Limits
) -> None:
    """Store the totals of a coverage file; one that cannot be read is no loss to the tests."""
    try:
        found = coverage_of(file, limits=limits)
    except BadInput as error:
        log.info("coverage_refused", path=path, reason=str(error))
        return
    with unit_of_work(engine) as session:
        artifacts.measure(
            session,
            origin.run.key,
            variant=origin.variant,
            measured=[Measured(path, *said) for said in found.measurements()],
            at=origin.at,
        )


def keep_attachments(engine: Engine, origin: Origin, members: Members, *, now: datetime) -> None:
    """Store where those attachments are that no report names; the others are stored already."""
    place = Place(origin.run.key, origin.at, now, origin.retention)
    with unit_of_work(engine) as session:
        artifacts.add(session, place, members.unnamed())
