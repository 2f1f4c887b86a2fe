"""What a button or a sent window does to a case, and what a window shows."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.core.chat_buttons import OF_CARE, OF_DECISION, ChatButton, value_of
from app.core.errors import BadInput, Conflict
from app.core.pages import FailureText
from app.core.runs import Repository
from app.db import cares, case_pages, cases, decisions, trail
from app.db.chat.threads import Thread
from app.db.session import Session
from app.render import slack_windows as shown
from app.render.blocks import Block
from app.render.words import decisions as words_decisions
from app.render.words import slack_windows as said
from app.services import acts
from app.services.acts import Actor, Done, Wish
from app.services.acts.named import MOST_DAYS
from app.services.policy.holding import owner_of

SNOOZED = timedelta(days=3)
UNSAID = -1  # the number of a button that was posted before buttons carried what they speak of


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button of a case's thread; `number` is the event or version that it spoke of."""

    button: ChatButton
    repository: Repository
    thread: Thread
    number: int = -1


@dataclass(frozen=True, slots=True)
class Filled:
    """What was filled in."""

    reason: str = ""
    days: int | None = None
    owner: str | None = None


def press(session: Session, pressed: Pressed, actor: Actor, *, now: datetime) -> Done:
    """Do what a button says. Missing, Conflict and BadInput say why it cannot be done."""
    repo_id, case_id = pressed.repository.id, pressed.thread.case_id
    if pressed.number != UNSAID:
        _must_be_as_seen(session, pressed, now=now)
    if pressed.button in OF_DECISION:
        return _decided(session, pressed, actor, now=now)
    if pressed.button is ChatButton.ASSIGN:
        return acts.own(session, repo_id, case_id, actor, owner=actor.shown, now=now)
    if pressed.button is ChatButton.SNOOZE:
        return acts.mute(session, repo_id, case_id, actor, until=now + SNOOZED, now=now)
    if pressed.button is ChatButton.ISSUE:
        return acts.open_issue(session, repo_id, case_id, actor, now=now)
    if pressed.button is ChatButton.RERUN:
        return acts.rerun(session, repo_id, case_id, actor, now=now)
    if pressed.button is ChatButton.UNDO:
        return _undone(session, pressed, actor, now=now)
    raise BadInput(said.window_too_late())


def send(
    session: Session, pressed: Pressed, filled: Filled, actor: Actor, *, now: datetime
) -> Done:
    """Do what a window asks; Conflict when somebody decided since it was opened."""
    repo_id, case_id = pressed.repository.id, pressed.thread.case_id
    wish = Wish(filled.days, filled.owner)
    _must_be_decided_as_seen(session, pressed, now=now)
    act = acts.renew if pressed.button is ChatButton.RENEW else acts.activate
    return act(session, repo_id, case_id, actor, reason=filled.reason, wish=wish, now=now)


def window(session: Session, pressed: Pressed, *, now: datetime) -> Block:
    """What a button's window shows, the decision's version kept in it."""
    repo_id, case_id = pressed.repository.id, pressed.thread.case_id
    name = cases.cases(session, repo_id, [case_id])[case_id].full_name
    if pressed.button is ChatButton.WHY:
        failures = _failures(session, repo_id, case_id, now=now)
        held = case_pages.held(session, repo_id, case_id)
        return shown.why(shown.Why(name, pressed.repository.full_name, held, failures))
    current = decisions.newest(session, repo_id, [case_id]).get(case_id)
    owner = owner_of(session, repo_id, case_id)
    return shown.form(
        shown.Form(
            button=pressed.button,
            name=name,
            repository=pressed.repository.full_name,
            value=value_of(pressed.thread.handle, current.version if current else 0),
            owner=owner.name if owner and not owner.is_guess else None,
            most_days=MOST_DAYS,
        )
    )


def _must_be_as_seen(session: Session, pressed: Pressed, *, now: datetime) -> None:
    """Conflict, saying how it is, where somebody changed since what the button would change."""
    if pressed.button in OF_DECISION:
        _must_be_decided_as_seen(session, pressed, now=now)
    if pressed.button in OF_CARE:
        repo_id, case_id = pressed.repository.id, pressed.thread.case_id
        decisions.hold_case(session, repo_id, case_id)
        care = cares.care_of(session, repo_id, case_id)
        if care.version != pressed.number:
            raise Conflict(said.said_meanwhile(care.owner, care.muted_until, now=now))


def _must_be_decided_as_seen(session: Session, pressed: Pressed, *, now: datetime) -> None:
    repo_id, case_id = pressed.repository.id, pressed.thread.case_id
    if not decisions.hold_case(session, repo_id, case_id):
        raise Conflict(said.undecided_meanwhile())
    current = decisions.locked(session, repo_id, case_id)
    if (current.version if current else 0) != pressed.number:
        stands = words_decisions.stands(current, now=now) if current else said.undecided_meanwhile()
        raise Conflict(said.changed_meanwhile(stands))


def _decided(session: Session, pressed: Pressed, actor: Actor, *, now: datetime) -> Done:
    repo_id, case_id = pressed.repository.id, pressed.thread.case_id
    if pressed.button is ChatButton.DISMISS:
        return acts.dismiss(session, repo_id, case_id, actor, now=now)
    act = acts.release if pressed.button is ChatButton.RELEASE else acts.decline
    return act(session, repo_id, case_id, actor, reason="", now=now)


def _failures(
    session: Session, repo_id: int, case_id: UUID, *, now: datetime
) -> tuple[FailureText, ...]:
    return case_pages.last_failures(session, repo_id, case_id, now=now, most=shown.FAILURES_SHOWN)


def _undone(session: Session, pressed: Pressed, actor: Actor, *, now: datetime) -> Done:
    """Take back an act on this very case; another's event, by a guessed number, is none."""
    event = trail.event(session, pressed.repository.id, pressed.number)
    if event is None or event.case_id != pressed.thread.case_id:
        raise Conflict(said.nothing_to_undo())
    return acts.undo(session, pressed.repository.id, pressed.number, actor, now=now)
