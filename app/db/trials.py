"""Trials of policies that branches propose: put aside between turns, and what they came to."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from app.core.policy.comparing import Compared
from app.core.policy.names import ScorerName

LOCKED = text("""
SELECT sha, text, errors, trial FROM policy_proposal
WHERE repo_id = :repo AND branch = :branch FOR UPDATE
""")
PUT_ASIDE = text("""
UPDATE policy_proposal SET trial = :trial WHERE repo_id = :repo AND branch = :branch
""")
FINISH = text("""
UPDATE policy_proposal SET trial = NULL, tried = CAST(:tried AS jsonb)
WHERE repo_id = :repo AND branch = :branch
""")
TRIED = text("""
SELECT tried FROM policy_proposal
WHERE repo_id = :repo AND branch = :branch AND tried -> 'of' ->> 0 = sha
""")
OPEN = text("""
SELECT DISTINCT proposal.branch FROM policy_proposal AS proposal
JOIN pull_request AS pull ON pull.repo_id = proposal.repo_id AND pull.head_branch = proposal.branch
WHERE proposal.repo_id = :repo AND pull.state = 'open' AND NOT pull.is_fork ORDER BY 1
""")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A branch's policy file, and how far it has been tried."""

    sha: str
    text: str
    is_faulty: bool
    trial: Mapping[str, Any] | None  # None: not begun


def locked(session: Session, repo_id: int, branch: str) -> Proposal | None:
    """A branch's proposal, which nobody else tries meanwhile; None where there is none."""
    row = session.execute(LOCKED, {"repo": repo_id, "branch": branch}).first()
    if row is None:
        return None
    trial = None if row.trial is None else json.loads(row.trial)
    return Proposal(row.sha, row.text, bool(row.errors), trial)


def put_aside(session: Session, repo_id: int, branch: str, trial: Mapping[str, Any]) -> None:
    """Keep how far a trial has come."""
    session.execute(PUT_ASIDE, {"repo": repo_id, "branch": branch, "trial": json.dumps(trial)})


def finish(
    session: Session, repo_id: int, branch: str, found: Compared, *, of: tuple[str, str]
) -> None:
    """Keep what a trial came to; `of` are the proposed file's SHA and that of the one in force."""
    tried = {**asdict(found), "of": of}
    session.execute(FINISH, {"repo": repo_id, "branch": branch, "tried": json.dumps(tried)})


def outcome(session: Session, repo_id: int, branch: str) -> Compared | None:
    """What a branch's policy would have decided; None while that is not known."""
    found = session.execute(TRIED, {"repo": repo_id, "branch": branch}).scalar()
    if found is None:
        return None
    fields = {name: value for name, value in found.items() if name != "of"}
    for name in ("held", "released", "untried"):
        fields[name] = tuple(fields.get(name, ()))
    scorer = fields["scorer"]
    return Compared(**fields | {"scorer": None if scorer is None else ScorerName(scorer)})


def branches(session: Session, repo_id: int) -> list[str]:
    """The branches of open pull requests that propose a policy."""
    return list(session.execute(OPEN, {"repo": repo_id}).scalars())
