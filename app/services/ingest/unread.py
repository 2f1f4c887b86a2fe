"""What came and was no report: artifacts without any, of which the page of setting up says which
files were seen, and files beside the reports of an archive that are named like one."""

from collections.abc import Sequence
from datetime import datetime
from typing import BinaryIO

from app.core.reports import Limits
from app.core.reports.archive import file_names_in
from app.core.reports.texts import clean
from app.db import report_notes, set_up
from app.db.reports import KnownReport
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


def say_left_out(engine: Engine, origin: Origin, beside: KnownReport, paths: Sequence[str]) -> None:
    """Say with a report what lay beside it: named like one too, and of no format we read."""
    is_one = len(paths) == 1
    who = (
        "is named like a report"
        if is_one
        else f"and {len(paths) - 1:,} more are named like reports"
    )
    sentence = (
        f"“{clean(paths[0])[:NAME_MAX]}” in the archive {who}, but of no format we read;"
        f" {'it was' if is_one else 'they were'} left out."
    )
    with unit_of_work(engine) as session:
        report_notes.warn(session, origin.run.key.repo_id, beside.report_id, sentence)


def _storable(text: str) -> str:
    """A name as PostgreSQL takes it: no NUL, no lone surrogate, not too long."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")[:NAME_MAX]
