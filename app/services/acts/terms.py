"""The terms of a quarantine: its owner, its end, and the clean runs that prove it healed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from app.core.decide import Standing
from app.core.errors import BadInput, Conflict
from app.core.owners import is_owner
from app.core.proof import Rate, clean_runs_needed, end_of
from app.core.quarantine import HOLDING, OPEN, Quarantine, QuarantineState
from app.db import bases, decisions
from app.db.bases import Pace
from app.db.session import Session
from app.render.words import decisions as said
from app.services.acts.subject import Subject
from app.services.policy.holding import Owner, owner_of, rules_for


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person may ask for; None: as the policy and the case's rate have it."""

    days: int | None = None
    owner: str | None = None


AS_IT_IS = Wish()
COMES_BACK = HOLDING | {QuarantineState.EXPIRED, QuarantineState.RESOLVED}  # with its owner


def must_be_possible(session: Session, subject: Subject) -> None:
    """Conflict where a case must not be proposed or held, whoever asks for it."""
    if subject.is_broken:
        raise Conflict(said.broken_is_not_held())
    rules = rules_for(session, subject.repo_id, subject.case_id)
    if rules.is_observing:
        raise Conflict(said.observing())
    if rules.is_exempt:
        raise Conflict(said.exempted())


def terms(
    session: Session, subject: Subject, wish: Wish, *, now: datetime, fallback: str | None
) -> dict[str, Any]:
    """Owner, end and proof of a quarantine that begins now, as fields of the decision.

    The end is when a proof is due at the repository's pace, and never later than the policy
    allows. What goes on or comes back keeps an owner who was named, unless a person has named
    another since. `fallback` is the owner where nobody else is known, as a guess. BadInput for an
    owner whom nobody could be told by.
    """
    rules = rules_for(session, subject.repo_id, subject.case_id)
    pace = bases.pace(session, subject.repo_id, subject.case_id, until=subject.evidence_at(now))
    needed = clean_runs_needed(rate_in(subject.standing, pace))
    asked = timedelta(days=wish.days) if wish.days is not None else None
    owner = _owner(session, subject, wish, fallback)
    return {
        "owner": owner.name,
        "owner_is_guess": owner.is_guess,
        "until": end_of(
            needed, runs_a_day=pace.runs_a_day, now=now, at_most=rules.lasts, asked=asked
        ),
        "clean_needed": needed,
        "clean_runs": 0,
        "clean_since": _counts_from(subject, now=now),
        "fix": None,
    }


def _counts_from(subject: Subject, *, now: datetime) -> datetime:
    """From when on runs count: since the case flaked; what called it healed by mistake never."""
    before, flaked = subject.before, subject.flaked_at
    is_healed = before is not None and before.state is QuarantineState.RESOLVED
    if before is not None and is_healed and (flaked is None or flaked <= before.evidence_at):
        return now
    return subject.evidence_at(now)


def rate_of(session: Session, subject: Subject) -> Rate:
    """How often the case fails a run of the default branch."""
    until = subject.flaked_at
    pace = bases.pace(session, subject.repo_id, subject.case_id, until=until) if until else None
    return rate_in(subject.standing, pace)


def rate_in(standing: Standing | None, pace: Pace | None) -> Rate:
    """The rate by runs, as a proof counts them: a standing counts each job's execution."""
    if standing is None:
        return Rate(0, 0)
    failures, jobs = standing.rate * standing.runs, pace.jobs if pace else 1.0
    return Rate(failures, max(ceil(failures), round(standing.runs / jobs)))


def _owner(session: Session, subject: Subject, wish: Wish, fallback: str | None) -> Owner:
    if wish.owner is not None:
        if not is_owner(wish.owner):
            raise BadInput(said.no_owner(wish.owner))
        return Owner(wish.owner, is_guess=False)
    kept = _kept_owner(subject.before)
    if kept is not None and not kept.is_guess and not _is_given_since(subject):
        return kept
    guess = fallback if fallback and is_owner(fallback) else None  # a token cannot be told
    today = owner_of(session, subject.repo_id, subject.case_id)
    return today or kept or Owner(guess, is_guess=True)


def _kept_owner(before: Quarantine | None) -> Owner | None:
    """Whose the quarantine is, or was, that goes on or comes back."""
    if before is None or before.owner is None or before.state not in COMES_BACK:
        return None
    return Owner(before.owner, before.owner_is_guess)


def _is_given_since(subject: Subject) -> bool:
    """Whether a person may have made somebody the case's owner while nothing was held: what is
    held is given to them at once."""
    assert subject.before is not None
    return subject.before.state not in HOLDING and subject.care.owner is not None


def give_to_owner(session: Session, subject: Subject) -> None:
    """Make an open quarantine theirs whose the case is by now."""
    held, owner = subject.before, owner_of(session, subject.repo_id, subject.case_id)
    if held is not None and held.state in OPEN and owner is not None:
        name, is_guess = owner.name, owner.is_guess
        decisions.give(session, subject.repo_id, held.id, owner=name, is_guess=is_guess)
