"""Artifacts in which no report was found: the page of setting up says which files were seen."""

from datetime import datetime
from typing import BinaryIO

from app.core.reports import Limits
from app.core.reports.archive import file_names_in
from app.db import set_up
from app.db.session import Engine, unit_of_work
from app.services.ingest.origins import Origin

NAMES_KEPT = 20
NAME_MAX = 200  # characters


def note(
    engine: Engine, origin: Origin, name: str, file: BinaryIO, *, now: datetime, limits: Limits
) -> None:
    """Remember an artifact without a report; one that was handed in by a program is none."""
    if origin.source != "artifact":
        return
    names = [_storable(one) for one in file_names_in(file, limits=limits, most=NAMES_KEPT)]
    with unit_of_work(engine) as session:
        set_up.note_unread(session, origin.run.key, _storable(name), names, now=now)


def _storable(text: str) -> str:
    """A name as PostgreSQL takes it: no NUL, no lone surrogate, not too long."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")[:NAME_MAX]
