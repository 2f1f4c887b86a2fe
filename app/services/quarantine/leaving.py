"""What must not stay in quarantine: a broken case, and one that the policy exempts by now."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from app.core.accuracy import Correction
from app.core.decide import State
from app.core.quarantine import HOLDING, OPEN, Quarantine, QuarantineEvent
from app.db import decisions, judgements
from app.db.session import Session
from app.render.words import decisions as said
from app.services.acts.actor import Actor
from app.services.acts.steps import Step, audit, correct, take
from app.services.acts.subject import Subject, hold
from app.services.policy.policies import policy_of
from app.services.policy.terms import terms_of
from app.services.quarantine.saying import say, tell_owner

E = QuarantineEvent
FOUND_BROKEN = "found_broken"


def leave(
    session: Session, repo_id: int, broken: Mapping[UUID, State], actor: Actor, *, now: datetime
) -> None:
    """Take out of quarantine these that turned broken, and whatever else must not stay there.

    `broken` says what each was before: one that was called flaky was called so wrongly.
    """
    known = decisions.undecided_or_held(session, repo_id)
    for case_id in sorted({*broken, *_held_though_broken(session, repo_id, known)}):
        was_flaky = broken.get(case_id) is State.FLAKY
        _break(session, repo_id, case_id, actor, was_flaky=was_flaky, now=now)
    for case_id in _held_though_exempt(session, repo_id, known):
        _exempt(session, repo_id, case_id, actor, now=now)


def leave_silently(
    session: Session, repo_id: int, broken: Iterable[UUID], actor: Actor, *, now: datetime
) -> None:
    """Take out of quarantine these that are broken by a recompute alone.

    Nobody is told of what changed only by that, and it corrects nothing that was seen.
    """
    for case_id in sorted(broken):
        subject = hold(session, repo_id, case_id)
        if subject.before is not None and subject.before.state in OPEN:
            step = Step(E.TURNED_BROKEN.value, [E.TURNED_BROKEN], said.recomputed_broken(), {})
            take(session, subject, step, actor, now=now)


def _held_though_broken(session: Session, repo_id: int, known: Iterable[Quarantine]) -> set[UUID]:
    """What is held and broken all the same: the evaluation of a fork's run, which decides nothing
    of quarantines, came upon what a trusted one had brought."""
    held = [one.case_id.hex for one in known if one.state in HOLDING]
    states = judgements.states(session, repo_id, held)
    return {UUID(hex=case) for case, state in states.items() if state is State.BROKEN}


def _break(
    session: Session,
    repo_id: int,
    case_id: UUID,
    actor: Actor,
    *,
    was_flaky: bool,
    now: datetime,
) -> None:
    """A broken case is never hidden: it leaves quarantine at once, and says so."""
    subject = hold(session, repo_id, case_id)
    if subject.before is None or subject.before.state not in OPEN:
        if was_flaky:
            _correct(session, subject, actor, now=now)
        return
    was_held = subject.before.state in HOLDING
    step = Step(
        E.TURNED_BROKEN.value,
        [E.TURNED_BROKEN],
        said.turned_broken(),
        {},
        correction=Correction.TURNED_BROKEN if was_held or was_flaky else None,
    )
    _, event_id = take(session, subject, step, actor, now=now)
    if was_held:
        say(session, subject, event_id, said.turned_broken, now=now, is_loud=True)


def _correct(session: Session, subject: Subject, actor: Actor, *, now: datetime) -> None:
    """Keep that a case which was called flaky, and never held for it, turned broken."""
    event_id = audit(
        session,
        subject.repo_id,
        subject.case_id,
        FOUND_BROKEN,
        actor,
        before={},
        after={},
        now=now,
    )
    correct(session, subject, Correction.TURNED_BROKEN, actor, event_id=event_id, now=now)


def _held_though_exempt(session: Session, repo_id: int, known: Sequence[Quarantine]) -> list[UUID]:
    """What is proposed or held, and what the policy of today keeps out on every branch."""
    if not known:  # the policy is read anew each time, and most runs find nothing open
        return []
    ids = [one.case_id.hex for one in known]
    terms = terms_of(session, repo_id, policy_of(session, repo_id), ids)
    return sorted(one.case_id for one in known if terms.is_exempt(one.case_id.hex, None))


def _exempt(session: Session, repo_id: int, case_id: UUID, actor: Actor, *, now: datetime) -> None:
    """What the policy exempts by now leaves quarantine, and its owner hears of it."""
    subject = hold(session, repo_id, case_id)
    if subject.before is None or subject.before.state not in OPEN:
        return
    was_held = subject.before.state in HOLDING
    step = Step(E.EXEMPTED.value, [E.EXEMPTED], said.exempted_meanwhile(), {})
    _, event_id = take(session, subject, step, actor, now=now)
    if was_held:
        say(session, subject, event_id, said.exempted_meanwhile, now=now)
        tell_owner(session, subject, event_id, said.exempted_meanwhile, now=now)
