"""Uploads: what was handed in, each once by its content, and what was refused at the door."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from app.core.handed import Became, JudgedFailure, Turn, Upload
from app.core.runs import RunKey
from app.db.pages import NAME_CUT, OWNERS, case_name
from app.db.tables.handed import UploadRow

NAMED_MOST = 200  # cases named in one answer; the pages show them all


@dataclass(frozen=True, slots=True)
class NewUpload:
    """A request that handed in reports."""

    key: RunKey
    token_id: int
    source: str
    request_id: str
    variant: str
    digest: bytes
    size_bytes: int
    told: Mapping[str, Any]
    reports: Sequence[int]
    warnings: Sequence[str]
    turn: Turn


@dataclass(frozen=True, slots=True)
class NewRefusal:
    """A request that was refused at the door."""

    repo_id: int
    token_id: int
    source: str
    request_id: str
    size_bytes: int
    reason: str


KNOWN = text("""
SELECT upload_id FROM upload
WHERE repo_id = :repo AND run_id = :run AND attempt = :attempt AND variant = :variant
  AND digest = :digest
""")

ADD = text("""
INSERT INTO upload (repo_id, token_id, source, received_at, request_id, size_bytes, took_ms,
  run_id, attempt, variant, digest, reports, told, warnings, task_id, task_turn)
VALUES (:repo, :token, :source, :now, :request_id, :size, :took_ms, :run, :attempt, :variant,
  :digest, CAST(:reports AS jsonb), CAST(:told AS jsonb), CAST(:warnings AS jsonb),
  :task, :turn)
ON CONFLICT ON CONSTRAINT upload_once DO NOTHING
RETURNING upload_id
""")


def known(session: Session, key: RunKey, *, variant: str, digest: bytes) -> int | None:
    """The upload with this content; None when there was none."""
    found: int | None = session.execute(KNOWN, _once(key, variant, digest)).scalar_one_or_none()
    return found


def add(session: Session, new: NewUpload, *, now: datetime, took_ms: int) -> int | None:
    """Write an upload down; its id, or None when the same content was handed in before."""
    values = {
        **_once(new.key, new.variant, new.digest),
        "token": new.token_id,
        "source": new.source,
        "now": now,
        "request_id": new.request_id,
        "size": new.size_bytes,
        "took_ms": took_ms,
        "reports": json.dumps(list(new.reports)),
        "told": json.dumps(dict(new.told)),
        "warnings": json.dumps(list(new.warnings)),
        "task": new.turn.task_id,
        "turn": new.turn.number,
    }
    found: int | None = session.execute(ADD, values).scalar_one_or_none()
    return found


def _once(key: RunKey, variant: str, digest: bytes) -> dict[str, Any]:
    """What no two uploads have in common."""
    return {
        "repo": key.repo_id,
        "run": key.run_id,
        "attempt": key.attempt,
        "variant": variant,
        "digest": digest,
    }


def refuse(session: Session, new: NewRefusal, *, now: datetime) -> None:
    """Keep why a request was refused at the door."""
    session.add(
        UploadRow(
            repo_id=new.repo_id,
            token_id=new.token_id,
            source=new.source,
            received_at=now,
            request_id=new.request_id,
            size_bytes=new.size_bytes,
            refusal=new.reason,
        )
    )


def upload(session: Session, repo_id: int, upload_id: int) -> Upload | None:
    """An upload of this repository; None when it has none such, or it was refused at the door."""
    row = session.get(UploadRow, (repo_id, upload_id))
    if row is None or row.run_id is None or row.attempt is None:
        return None
    turn = None
    if row.task_id is not None and row.task_turn is not None:
        turn = Turn(row.task_id, row.task_turn)
    return Upload(
        upload_id=row.upload_id,
        key=RunKey(repo_id, row.run_id, row.attempt),
        variant=row.variant,
        received_at=row.received_at,
        took_ms=row.took_ms,
        told=row.told,
        reports=tuple(row.reports),
        warnings=tuple(row.warnings),
        turn=turn,
    )


CASE_NAME = f"""
left(c.suite, {NAME_CUT}) AS suite, left(c.classname, {NAME_CUT}) AS classname,
left(c.name, {NAME_CUT}) AS name, left(c.parameters, {NAME_CUT}) AS parameters,
left(c.file, {NAME_CUT}) AS file, c.line, {OWNERS}
"""

BECAME = f"""
SELECT s.case_id, s.was, s.now, {CASE_NAME}
FROM state_change s JOIN case_ c USING (repo_id, case_id)
WHERE s.repo_id = :repo AND s.run_id = :run
ORDER BY s.change_id LIMIT {NAMED_MOST}
"""

FAILURES = f"""
SELECT f.case_id, f.variant, f.cause, f.p_flaky, f.evidence, {CASE_NAME}
FROM finding f JOIN case_ c USING (repo_id, case_id)
WHERE f.repo_id = :repo AND f.run_id = :run AND f.attempt = :attempt
ORDER BY f.p_flaky, f.case_id, f.variant LIMIT {NAMED_MOST}
"""


def became(session: Session, key: RunKey) -> list[Became]:
    """The cases whose state the evaluations of a run changed, in that order.

    Those of all its attempts: whichever is evaluated first speaks of what the others showed.
    """
    keys = {"repo": key.repo_id, "run": key.run_id}
    rows = session.execute(text(BECAME), keys).mappings()
    return [Became(row["case_id"], case_name(row), row["was"], row["now"]) for row in rows]


def failures(session: Session, key: RunKey) -> list[JudgedFailure]:
    """The failing cases of a run attempt, those that are surest no flakes first."""
    rows = session.execute(text(FAILURES), _keys(key)).mappings()
    return [
        JudgedFailure(
            case_id=row["case_id"],
            name=case_name(row),
            variant=row["variant"],
            cause=row["cause"],
            p_flaky=row["p_flaky"],
            evidence=tuple(row["evidence"]),
        )
        for row in rows
    ]


def _keys(key: RunKey) -> dict[str, int]:
    return {"repo": key.repo_id, "run": key.run_id, "attempt": key.attempt}
