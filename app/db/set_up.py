"""What setting up has come to: the first of everything, and the newest of what went wrong."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session

from app.core.runs import RunKey
from app.core.set_up import BareRun, Progress, RefusedReport, UnreadArtifact
from app.db.access import grants
from app.db.tables.people import UnreadArtifactRow

FIRSTS = """
SELECT (SELECT min(received_at) FROM delivery WHERE source = 'github') AS delivery,
       (SELECT min(ingested_at) FROM run WHERE run_id > 0) AS run,
       least((SELECT min(received_at) FROM report WHERE source = 'artifact'),
             (SELECT min(seen_at) FROM unread_artifact)) AS artifact,
       (SELECT min(first_report_at) FROM repository WHERE provider = 'github') AS report
"""
UNREAD = """
SELECT r.full_name, u.name, u.files FROM unread_artifact u JOIN repository r USING (repo_id)
ORDER BY u.seen_at DESC LIMIT 1
"""
REFUSED = """
SELECT r.full_name, left(p.path, 300) AS path, left(p.refusal, 600) AS refusal
FROM report p JOIN repository r USING (repo_id)
WHERE p.refusal IS NOT NULL AND p.source = 'artifact' ORDER BY p.received_at DESC LIMIT 1
"""
BARE = """
SELECT r.full_name, run.workflow, run.url FROM run JOIN repository r USING (repo_id)
WHERE run.ingested_at IS NOT NULL AND run.run_id > 0
  AND NOT EXISTS (SELECT 1 FROM report p WHERE p.repo_id = run.repo_id
                  AND p.run_id = run.run_id AND p.attempt = run.attempt)
  AND NOT EXISTS (SELECT 1 FROM unread_artifact u WHERE u.repo_id = run.repo_id
                  AND u.run_id = run.run_id AND u.attempt = run.attempt)
ORDER BY run.ingested_at DESC LIMIT 1
"""


def progress(session: Session) -> Progress:
    """How far it has come.

    Once a first report is there nothing that went wrong is looked for any more: the pages of
    upload health do that, by repository.
    """
    accounts = session.execute(
        text("SELECT account FROM installation WHERE deleted_at IS NULL ORDER BY account LIMIT 20")
    ).scalars()
    firsts = session.execute(text(FIRSTS)).mappings().one()
    seen: dict[str, Any] = {
        "accounts": tuple(accounts),
        "suspended": tuple(grants.suspended(session)),
        "lacking": tuple(grants.lacking_by_account(session)),
        "first_delivery_at": firsts["delivery"],
        "first_run_at": firsts["run"],
        "first_artifact_at": firsts["artifact"],
        "first_report_at": firsts["report"],
    }
    if firsts["report"] is not None:
        return Progress(**seen)
    unread, refused, bare = (_first(session, query) for query in (UNREAD, REFUSED, BARE))
    return Progress(
        **seen,
        unread=None
        if unread is None
        else UnreadArtifact(unread["full_name"], unread["name"], tuple(unread["files"])),
        refused=None
        if refused is None
        else RefusedReport(refused["full_name"], refused["path"], refused["refusal"]),
        bare=None if bare is None else BareRun(bare["full_name"], bare["workflow"], bare["url"]),
    )


def note_unread(
    session: Session, key: RunKey, name: str, files: Sequence[str], *, now: datetime
) -> None:
    """Remember an artifact in which no report was found."""
    values = {
        "repo_id": key.repo_id,
        "run_id": key.run_id,
        "attempt": key.attempt,
        "name": name,
        "files": list(files),
        "seen_at": now,
    }
    session.execute(insert(UnreadArtifactRow).values(values).on_conflict_do_nothing())


def _first(session: Session, query: str) -> RowMapping | None:
    return session.execute(text(query)).mappings().first()
