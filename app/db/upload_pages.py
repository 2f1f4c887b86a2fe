"""What the page of a repository's uploads reads, and the answers to those who handed them in."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import RowMapping, text
from sqlmodel import Session

from app.core.handed import HandedReport, RefusedUpload, ReportLine
from app.core.pages import Page
from app.db.pages import NAME_CUT, TEXT_CUT

REPORT = f"""
p.report_id, left(p.path, {NAME_CUT}) AS path, left(p.variant, {NAME_CUT}) AS variant, p.source,
p.size_bytes, p.format, p.cases, p.executions, p.passed, p.failed, p.errored, p.skipped, p.flaky,
p.duration_ms, p.warnings, left(p.refusal, {TEXT_CUT}) AS refusal, p.refusal_line,
p.received_at, p.took_ms
"""
REPORT_FIELDS = tuple(one.name for one in fields(HandedReport) if one.name != "warnings")

OF_UPLOAD = f"""
SELECT {REPORT} FROM unnest(CAST(:ids AS bigint[])) WITH ORDINALITY AS wanted(report_id, place)
JOIN report p ON p.repo_id = :repo AND p.report_id = wanted.report_id
ORDER BY wanted.place
"""

RECENT = f"""
SELECT {REPORT}, run.workflow, run.attempt, run.branch, run.pr_number, run.head_sha,
       run.is_trusted, run.url
FROM report p
JOIN run ON run.repo_id = p.repo_id AND run.run_id = p.run_id AND run.attempt = p.attempt
WHERE p.repo_id = :repo
ORDER BY p.received_at DESC, p.report_id DESC LIMIT :limit OFFSET :offset
"""

REFUSED = f"""
SELECT u.upload_id, u.source, u.received_at, u.size_bytes,
       left(u.refusal, {TEXT_CUT}) AS reason, u.request_id, coalesce(t.name, '') AS token
FROM upload u LEFT JOIN project_token t USING (repo_id, token_id)
WHERE u.repo_id = :repo AND u.refusal IS NOT NULL
ORDER BY u.received_at DESC, u.upload_id DESC LIMIT :limit OFFSET :offset
"""


def of_upload(session: Session, repo_id: int, ids: Sequence[int]) -> list[HandedReport]:
    """These reports, in this order; those that retention has taken are missing."""
    rows = session.execute(text(OF_UPLOAD), {"repo": repo_id, "ids": list(ids)}).mappings()
    return [_report(row) for row in rows]


def recent(session: Session, repo_id: int, *, page: int, size: int) -> Page[ReportLine]:
    """A repository's reports, the newest first; served by the index report_recent."""
    rows = _window(session, RECENT, repo_id, page=page, size=size)
    lines = [
        ReportLine(
            report=_report(row),
            workflow=row["workflow"],
            attempt=row["attempt"],
            branch=row["branch"],
            pr_number=row["pr_number"],
            head_sha=row["head_sha"],
            is_trusted=row["is_trusted"],
            url=row["url"],
        )
        for row in rows[:size]
    ]
    return Page(tuple(lines), number=page, has_more=len(rows) > size)


def refused(session: Session, repo_id: int, *, page: int, size: int) -> Page[RefusedUpload]:
    """What was refused at the door, the newest first; served by the index upload_refused."""
    rows = _window(session, REFUSED, repo_id, page=page, size=size)
    found = tuple(RefusedUpload(**row) for row in rows[:size])
    return Page(found, number=page, has_more=len(rows) > size)


def _window(
    session: Session, query: str, repo_id: int, *, page: int, size: int
) -> Sequence[RowMapping]:
    asked = {"repo": repo_id, "limit": size + 1, "offset": (page - 1) * size}
    return session.execute(text(query), asked).mappings().all()


def _report(row: RowMapping) -> HandedReport:
    values: dict[str, Any] = {name: row[name] for name in REPORT_FIELDS}
    warnings = tuple(str(warning)[:TEXT_CUT] for warning in row["warnings"])
    return HandedReport(**values, warnings=warnings)
