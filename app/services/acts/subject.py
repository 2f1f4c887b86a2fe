"""A case that is acted on, held against others, with all that a decision about it rests on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.core.decide import Standing, State
from app.core.errors import Missing
from app.core.quarantine import OPEN, Quarantine
from app.db import cares, decisions, judgements
from app.db.cares import Care
from app.db.session import Session

FLAGGED = frozenset({State.FLAKY, State.SUSPECT})
NO_CASE = "The repository has no such case."


@dataclass(frozen=True, slots=True)
class Subject:
    """One case, nobody else deciding about it meanwhile."""

    repo_id: int
    case_id: UUID
    before: Quarantine | None
    standing: Standing | None  # None: it never failed
    care: Care

    @property
    def is_broken(self) -> bool:
        """Whether it fails on the default branch for good."""
        return self.standing is not None and self.standing.state is State.BROKEN

    @property
    def p_flaky(self) -> float:
        """The probability that people are shown; 0 for a case that never failed."""
        return self.standing.score if self.standing else 0.0

    @property
    def was_flagged(self) -> bool:
        """Whether people were told that it is, or may be, flaky, and none has denied it since."""
        is_suspect = self.standing is not None and self.standing.state in FLAGGED
        is_open = self.before is not None and self.before.state in OPEN
        return (is_suspect or is_open) and not self._is_denied

    @property
    def _is_denied(self) -> bool:
        """Whether somebody has said of all that was seen that it counts for nothing."""
        before, flaked = self.before, self.flaked_at
        dismissed = before.evidence_at if before and before.calls_it_not_flaky else None
        denied = [one for one in (dismissed, self.care.stable_since) if one is not None]
        return bool(denied) and (flaked is None or flaked <= max(denied))

    @property
    def flaked_at(self) -> datetime | None:
        """When it flaked last; None when it never did."""
        return self.standing.last_flake_at if self.standing else None

    def evidence_at(self, now: datetime) -> datetime:
        """The newest evidence; `now` where there is none."""
        return self.flaked_at or now

    def evidence(self) -> Mapping[str, Any]:
        """What a step keeps of the evidence: state, score, rate and the sentences' facts."""
        found = self.standing
        if found is None:
            return {}
        low, high = found.rate_interval
        return {
            "state": found.state.value,
            "score": round(found.score, 4),
            "rate": round(found.rate, 5),
            "rate_low": round(low, 5),
            "rate_high": round(high, 5),
            "runs": found.runs,
            "failures": found.failures,
            "flakes": found.flakes,
            "reasons": [reason.to_json() for reason in found.evidence],
        }


def hold(session: Session, repo_id: int, case_id: UUID) -> Subject:
    """Take a case to act on; Missing when the repository has no such case."""
    if not decisions.hold_case(session, repo_id, case_id):
        raise Missing(NO_CASE)
    return Subject(
        repo_id=repo_id,
        case_id=case_id,
        before=decisions.locked(session, repo_id, case_id),
        standing=judgements.standing(session, repo_id, case_id),
        care=cares.care_of(session, repo_id, case_id),
    )
