"""Quarantines whose end is near or has come, in all repositories; and what owners are told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

IN_FORCE = "state in ('active', 'fix_pending')"  # as the index quarantine_ending has it
DUE = text(f"""
SELECT repo_id, quarantine_id, case_id, owner, until, owner_is_guess FROM quarantine
WHERE {IN_FORCE} AND until <= :now ORDER BY until LIMIT :limit
""")
SOON = text(f"""
SELECT repo_id, quarantine_id, case_id, owner, until, owner_is_guess FROM quarantine
WHERE {IN_FORCE} AND until > :now AND until <= :before
  AND NOT EXISTS (
    SELECT FROM notice WHERE notice.repo_id = quarantine.repo_id
      AND notice.once = 'ends:' || quarantine_id || ':'
                        || to_char(until AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI'))
ORDER BY until LIMIT :limit
""")
NOTICE = text("""
INSERT INTO notice (repo_id, case_id, once, kind, owner, text, at)
VALUES (:repo, :case, :once, :kind, :owner, :text, :now) ON CONFLICT DO NOTHING
RETURNING notice_id
""")


@dataclass(frozen=True, slots=True)
class Ending:
    """A quarantine and its end."""

    repo_id: int
    quarantine_id: int
    case_id: UUID
    owner: str | None
    until: datetime
    owner_is_guess: bool

    @property
    def whom(self) -> str | None:
        """Who is called by name where that rings a bell; nobody by a guess, nor by e-mail."""
        is_known = self.owner is not None and not self.owner_is_guess
        return self.owner if is_known and self.owner and self.owner.startswith("@") else None


def due(session: Session, *, now: datetime, limit: int) -> list[Ending]:
    """Those whose end has come and that nobody noted yet; served by quarantine_ending."""
    return _endings(session.execute(DUE, {"now": now, "limit": limit}).all())


def soon(session: Session, *, now: datetime, before: datetime, limit: int) -> list[Ending]:
    """Those that end before then and whose owners were not told of it yet."""
    values = {"now": now, "before": before, "limit": limit}
    return _endings(session.execute(SOON, values).all())


def notice(
    session: Session, one: Ending, *, once: str, kind: str, text: str, now: datetime
) -> bool:
    """Write down what an owner is told; False when it was written down before."""
    values = {"repo": one.repo_id, "case": one.case_id, "once": once, "kind": kind}
    values |= {"owner": one.owner, "text": text, "now": now}
    return session.execute(NOTICE, values).first() is not None


def _endings(rows: Iterable[Sequence[Any]]) -> list[Ending]:
    return [Ending(*row) for row in rows]
