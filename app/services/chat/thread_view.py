"""A case's thread as it should stand: what is held, whose it is, and what can be done about it."""

from datetime import datetime

from app.core.chat_buttons import ChatButton, Seen
from app.core.decide import Standing, State
from app.core.outcomes import Outcome
from app.core.quarantine import Quarantine, QuarantineState
from app.core.runs import Repository
from app.db import cares, case_pages, decisions
from app.db.cares import Care
from app.db.cases import Case
from app.db.session import Session
from app.render.chat import TREND_AT_MOST, ThreadView
from app.services.acts import decision_sentence, is_quarantined
from app.services.policy.holding import owner_of
from app.services.policy.policies import policy_of

B = ChatButton
PASSED = frozenset({Outcome.PASSED})
FAILED = frozenset({Outcome.FAILED, Outcome.ERRORED})


def thread_view(
    session: Session,
    repository: Repository,
    known: Case,
    standing: Standing,
    *,
    page_url: str | None,
    now: datetime,
) -> ThreadView:
    """What a case's root message says."""
    repo_id, case_id = repository.id, known.id
    decision = decisions.newest(session, repo_id, [case_id]).get(case_id)
    care = cares.care_of(session, repo_id, case_id)
    is_held = is_quarantined(decision, now=now)
    may_rerun = bool(policy_of(session, repo_id).proof_jobs)
    return ThreadView(
        repo=repository.full_name,
        name=known.full_name,
        file=known.file,
        standing=standing,
        decision=decision_sentence(decision, now=now),
        page_url=page_url,
        buttons=buttons_for(standing, decision, care, now=now, may_rerun=may_rerun),
        owner=_owner(session, repository, known, decision if is_held else None),
        until=decision.until if decision is not None and is_held else None,
        muted_until=care.muted_until if _is_muted(care, now) else None,
        trend=_trend(session, repository, known, now=now),
        seen=seen_in(decision, care),
    )


def seen_in(decision: Quarantine | None, care: Care) -> Seen:
    """What somebody sees who sees this."""
    return Seen(decision.version if decision is not None else 0, care.version)


def buttons_for(
    standing: Standing,
    decision: Quarantine | None,
    care: Care,
    *,
    now: datetime,
    may_rerun: bool = False,
) -> tuple[ChatButton, ...]:
    """The buttons below a root message: only what makes sense now."""
    found: list[ChatButton] = []
    is_flaky = standing.state is State.FLAKY
    is_held = is_quarantined(decision, now=now)
    is_proposed = decision is not None and decision.state is QuarantineState.PROPOSED
    dismissed = decision is not None and decision.calls_it_not_flaky
    if is_held:
        found += [B.RENEW, B.RELEASE, B.DISMISS]
    elif is_proposed:
        found += [B.QUARANTINE, B.DECLINE, B.DISMISS]
    elif is_flaky and not dismissed:
        found += [B.QUARANTINE, B.DISMISS]
    if is_held or is_proposed or standing.state is not State.HEALTHY:
        found += [B.ASSIGN, B.ISSUE]
        found += [] if _is_muted(care, now) else [B.SNOOZE]
        found += [B.RERUN] if may_rerun else []
    return (*found, B.WHY)


def _is_muted(care: Care, now: datetime) -> bool:
    return care.muted_until is not None and care.muted_until > now


def _owner(
    session: Session, repository: Repository, known: Case, held: Quarantine | None
) -> str | None:
    """Whose it is: by its quarantine, else by a person's word or the files of the repository."""
    if held is not None and held.owner is not None:
        return f"{held.owner} (a guess)" if held.owner_is_guess else held.owner
    found = owner_of(session, repository.id, known.id)
    return None if found is None or found.is_guess else found.name


def _trend(
    session: Session, repository: Repository, known: Case, *, now: datetime
) -> tuple[str, ...]:
    seen = case_pages.timeline(
        session, repository.id, known.id, before=None, now=now, size=TREND_AT_MOST
    ).sightings
    return tuple(_bar(one.outcome) for one in reversed(seen))


def _bar(outcome: Outcome) -> str:
    if outcome in PASSED:
        return "passed"
    return "failed" if outcome in FAILED else "other"
