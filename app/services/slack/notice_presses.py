"""What the buttons of a message about many cases do: to one, to all that it names, and back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from app.core.chat_buttons import ChatButton
from app.core.errors import BadInput, Conflict
from app.core.notices import Notice, NoticeCase
from app.core.runs import Repository
from app.db import decisions, trail
from app.db.chat import notices
from app.db.session import Session
from app.render.words import Saying
from app.render.words import notices as said
from app.render.words import slack_windows as windows
from app.services import acts
from app.services.acts import Actor, Done
from app.services.chat.notices import ACTS
from app.services.chat.proposals import waits
from app.services.chat.zones import said_there

ONE = frozenset({ChatButton.APPROVE, ChatButton.REFUSE})
APPROVING = frozenset({ChatButton.APPROVE, ChatButton.APPROVE_ALL})


@dataclass(frozen=True, slots=True)
class PressedNotice:
    """A button of a message about many cases; `number` is the case, the last one, or the event."""

    button: ChatButton
    repository: Repository
    notice: Notice
    number: int


@dataclass(frozen=True, slots=True)
class DoneToMany:
    """What was done; `left` is what the presser hears of those to which nothing was."""

    done: Sequence[Done]
    left: str | None


def press(session: Session, pressed: PressedNotice, actor: Actor, *, now: datetime) -> DoneToMany:
    """Do what a button says, and say it below the message.

    Conflict, in a sentence, where nothing of it can be done any more.
    """
    if pressed.button is ChatButton.TAKE_BACK:
        return _taken_back(session, pressed, actor, now=now)
    listed = [one for one in notices.cases(session, pressed.notice) if _is_meant(pressed, one)]
    if not listed:
        raise Conflict(windows.changed_meanwhile(windows.undecided_meanwhile()))
    found: list[Done] = []
    refusals: list[str] = []
    for one in sorted(listed, key=lambda case: case.case_id):  # so that two never wait in a ring
        try:
            found.append(_decided(session, pressed, one, actor, now=now))
        except (Conflict, BadInput) as refused:
            refusals.append(str(refused))
    if not found:
        raise Conflict(refusals[0])
    told = _named(listed, found)
    says = partial(_sentence, pressed, found, told, actor)
    _say(session, pressed, says, found[0].event_id, now=now)
    is_all = pressed.button not in ONE
    return DoneToMany(found, said.left_out(len(refusals)) if is_all and refusals else None)


def _is_meant(pressed: PressedNotice, one: NoticeCase) -> bool:
    if pressed.button in ONE:
        return one.nth == pressed.number
    return one.nth <= pressed.number


def _decided(
    session: Session, pressed: PressedNotice, one: NoticeCase, actor: Actor, *, now: datetime
) -> Done:
    """Approve or decline one, unless it is not what the presser saw any more."""
    repo_id = pressed.repository.id
    decisions.hold_case(session, repo_id, one.case_id)
    current = decisions.locked(session, repo_id, one.case_id)
    if not waits(current, one):
        stands = said.stood(current) if current else said.nothing_decided()
        raise Conflict(windows.changed_meanwhile(stands))
    if pressed.button in APPROVING:
        return acts.activate(session, repo_id, one.case_id, actor, now=now)
    return acts.decline(session, repo_id, one.case_id, actor, reason="", now=now)


def _sentence(
    pressed: PressedNotice, found: Sequence[Done], names: Sequence[str], actor: Actor
) -> str:
    if len(found) == 1:
        return said.of_case(names[0], found[0].sentence)
    told = said.approved if pressed.button in APPROVING else said.declined
    return told(actor.shown, names)


def _taken_back(
    session: Session, pressed: PressedNotice, actor: Actor, *, now: datetime
) -> DoneToMany:
    """Take back what one press did to cases of this message; a guessed number is no press."""
    repo_id = pressed.repository.id
    event = trail.event(session, repo_id, pressed.number)
    listed = notices.cases(session, pressed.notice)
    ours = {one.case_id for one in listed}
    if event is None or event.case_id not in ours:
        raise Conflict(windows.nothing_to_undo())
    found: list[Done] = []
    refusals: list[str] = []
    beside = trail.beside(session, repo_id, event)
    for one in sorted(beside, key=lambda event: str(event.case_id)):
        if one.case_id not in ours:
            continue
        try:
            found.append(acts.undo(session, repo_id, one.id, actor, now=now))
        except (Conflict, BadInput) as refused:
            refusals.append(str(refused))
    if not found:
        raise Conflict(refusals[0])
    told = _named(listed, found)
    text = said.taken_back(found[0].sentence, told)
    notices.say_once(session, pressed.notice, once=f"back:{found[0].event_id}", text=text, at=now)
    return DoneToMany(found, said.left_out(len(refusals)) if refusals else None)


def _named(listed: Sequence[NoticeCase], found: Sequence[Done]) -> list[str]:
    """The names of those to which something was done, in the message's order."""
    done = {one.case_id for one in found}
    return [one.name for one in listed if one.case_id in done]


def _say(
    session: Session, pressed: PressedNotice, says: Saying, event_id: int, *, now: datetime
) -> None:
    text = said_there(session, pressed.notice.channel, says)
    notices.say_once(session, pressed.notice, once=f"{ACTS}:{event_id}", text=text, at=now)
