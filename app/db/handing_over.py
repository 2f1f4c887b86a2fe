"""What was decided and said of a case, handed to the one that it became; and handed back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

Pair = Mapping[str, Any]  # the cases, as statements name them

MOVE_STATE = text("""
UPDATE case_state SET case_id = :new WHERE repo_id = :repo AND case_id = :old
  AND NOT EXISTS (SELECT FROM case_state WHERE repo_id = :repo AND case_id = :new)
RETURNING case_id
""")
LEAVE_STATE = text("DELETE FROM case_state WHERE repo_id = :repo AND case_id = :old")
MOVE_MEMORY = text("""
UPDATE scorer_case SET case_id = :new WHERE repo_id = :repo AND case_id = :old
  AND NOT EXISTS (SELECT FROM scorer_case AS taken WHERE taken.repo_id = :repo
                  AND taken.case_id = :new AND taken.generation = scorer_case.generation)
""")
LEAVE_MEMORY = text("""
DELETE FROM scorer_case WHERE repo_id = :repo AND case_id = :old RETURNING case_id
""")

# A proposal that nobody took up gives way to what is held already under the name before.
GIVE_WAY = text("""
DELETE FROM quarantine WHERE repo_id = :repo AND case_id = :new AND state = 'proposed'
  AND EXISTS (SELECT FROM quarantine AS held WHERE held.repo_id = :repo AND held.case_id = :old
              AND held.state IN ('active', 'fix_pending'))
""")
MOVE_QUARANTINE = text("""
UPDATE quarantine SET case_id = :new WHERE repo_id = :repo AND case_id = :old
  AND (:every OR quarantine_id = ANY(:ids))
  AND NOT EXISTS (SELECT FROM quarantine AS taken WHERE taken.repo_id = :repo
                  AND taken.case_id = :new)
RETURNING quarantine_id
""")
MOVE_STEPS = text("""
UPDATE quarantine_event SET case_id = :new
WHERE repo_id = :repo AND case_id = :old AND quarantine_id = ANY(:ids)
""")
MOVE_PROOF = text("""
UPDATE proof_run SET case_id = :new WHERE repo_id = :repo AND quarantine_id = ANY(:ids)
""")
MOVE_CARE = text("""
UPDATE case_care SET case_id = :new WHERE repo_id = :repo AND case_id = :old
  AND NOT EXISTS (SELECT FROM case_care WHERE repo_id = :repo AND case_id = :new)
RETURNING case_id
""")
MOVE_ISSUE = text("""
UPDATE issue_case SET case_id = :new WHERE repo_id = :repo AND case_id = :old
  AND NOT EXISTS (SELECT FROM issue_case WHERE repo_id = :repo AND case_id = :new)
RETURNING issue_id
""")
MOVE_THREADS = text("""
UPDATE thread SET case_id = :new WHERE repo_id = :repo AND case_id = :old
  AND (:every OR channel = ANY(:channels))
  AND NOT EXISTS (SELECT FROM thread AS taken WHERE taken.repo_id = :repo
                  AND taken.case_id = :new AND taken.channel = thread.channel)
RETURNING channel
""")
MOVE_REPLIES = text("""
UPDATE outbox SET case_id = :new WHERE repo_id = :repo AND case_id = :old AND sent_at IS NULL
  AND channel = ANY(:channels)
""")
LAST = text("""
SELECT after -> 'handed' FROM audit_event
WHERE repo_id = :repo AND case_id = :new AND after ->> 'old_case' = :old AND after ? 'handed'
ORDER BY event_id DESC LIMIT 1
""")


@dataclass(frozen=True, slots=True)
class Handed:
    """What went from the old case to the new one."""

    kept: Mapping[str, Any]  # as JSON, so that it can be handed back
    is_all_evidence: bool  # else only a recompute joins what both were seen to do


def hand_over(session: Session, repo_id: int, *, old: UUID, new: UUID) -> Handed:
    """Give the new case what is known, decided and said of the old one, where it has none."""
    pair = {"repo": repo_id, "old": old, "new": new}
    session.execute(GIVE_WAY, pair)
    is_moved = session.execute(MOVE_STATE, pair).first() is not None
    session.execute(MOVE_MEMORY, pair)
    session.execute(LEAVE_STATE, pair)
    is_left = session.execute(LEAVE_MEMORY, pair).first() is not None
    kept = {
        "state": is_moved,
        "quarantines": _quarantines(session, pair, None),
        "care": session.execute(MOVE_CARE, pair).first() is not None,
        "issue": session.execute(MOVE_ISSUE, pair).first() is not None,
        "threads": _threads(session, pair, None),
    }
    return Handed(kept, is_all_evidence=not is_left)


def hand_back(session: Session, repo_id: int, *, old: UUID, new: UUID) -> None:
    """Give the old case back what it gave, as it is by now; only a recompute parts the evidence."""
    handed = _handed(session, repo_id, old=old, new=new)
    pair = {"repo": repo_id, "old": new, "new": old}
    if handed.get("state"):
        session.execute(MOVE_STATE, pair)
        session.execute(MOVE_MEMORY, pair)
    _quarantines(session, pair, handed.get("quarantines", ()))
    if handed.get("care"):
        session.execute(MOVE_CARE, pair)
    if handed.get("issue"):
        session.execute(MOVE_ISSUE, pair)
    _threads(session, pair, handed.get("threads", ()))


def _handed(session: Session, repo_id: int, *, old: UUID, new: UUID) -> Mapping[str, Any]:
    """What the last confirmation gave; nothing where that was not written down yet."""
    values = {"repo": repo_id, "old": str(old), "new": new}
    return session.execute(LAST, values).scalar() or {}


def _quarantines(session: Session, pair: Pair, ids: Sequence[int] | None) -> list[int]:
    """Move these, or all; which were moved."""
    values = {**pair, "every": ids is None, "ids": list(ids or ())}
    moved = [row[0] for row in session.execute(MOVE_QUARANTINE, values)]
    for statement in (MOVE_STEPS, MOVE_PROOF):
        session.execute(statement, {**pair, "ids": moved})
    return moved


def _threads(session: Session, pair: Pair, channels: Sequence[str] | None) -> list[str]:
    """Move those of these channels, or all; in which channels there were any."""
    values = {**pair, "every": channels is None, "channels": list(channels or ())}
    moved = [row[0] for row in session.execute(MOVE_THREADS, values)]
    session.execute(MOVE_REPLIES, {**pair, "channels": moved})
    return moved
