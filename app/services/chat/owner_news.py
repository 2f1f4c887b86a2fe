"""Tell owners in person what becomes of their cases: once, and several things in one message."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.core.asking import QueueName
from app.core.chat_requests import TellOwner
from app.core.decide import State
from app.core.publishing import ChatMessage
from app.core.quarantine import HOLDING
from app.core.runs import Repository
from app.db import cares, decisions, owners, trail
from app.db.chat import links, owner_notices, preferences
from app.db.chat.links import ChatUser
from app.db.chat.owner_notices import Notice
from app.db.chat.preferences import Preference
from app.db.session import Session
from app.db.work import tasks
from app.render.chat import OwnerNews, owner_message
from app.render.words import Saying, in_zone
from app.services.acts import Done

NEWS = frozenset({State.FLAKY, State.BROKEN, State.HEALTHY})
"""The changes of state that owners are told of."""

GATHERED = timedelta(seconds=20)  # that a message waits for more to say
MOST_OWNERS = 5  # of one case, who are told
OWN = "own"  # the act that makes somebody an owner
HELD = frozenset(state.value for state in HOLDING)


@dataclass(frozen=True, slots=True)
class Telling:
    """What somebody is to be told, and in which message."""

    person: ChatUser
    wanted: Preference
    repository: Repository
    notices: tuple[Notice, ...]
    message: ChatMessage


def queue(
    session: Session,
    repo_id: int,
    case_id: UUID,
    *,
    once: str,
    says: Saying,
    at: datetime,
    now: datetime,
    by: str | None = None,
) -> None:
    """Have the owners of a case told this who are linked and want to be; of a muted one, none.

    `by` is who did it, as people read it: they know.
    """
    if cares.is_muted(session, repo_id, case_id, at=now):
        return
    for login in _people(session, repo_id, case_id):
        if by is not None and login.lower() == by.removeprefix("@").lower():
            continue
        person = links.chat_user(session, login, repo_id=repo_id)
        if person is None or not (wanted := _preference(session, person)).tells:
            continue
        with in_zone(wanted.tzinfo):
            text = says()
        if owner_notices.add(session, repo_id, login, case_id, once=once, text=text, at=at):
            telling = TellOwner(repo_id, login.lower())
            asking = tasks.Asking(telling, QueueName.RUN, once, after=GATHERED)
            tasks.ask(session, [asking], now=now)


def queue_act(session: Session, repo_id: int, done: Done, *, now: datetime) -> None:
    """Have the owners told of what somebody did: that a case is held, or that it is theirs."""
    event = trail.event(session, repo_id, done.event_id)
    if event is None or event.case_id is None:
        return
    begins = event.after.get("state") in HELD and event.before.get("state") not in HELD
    if begins or event.act == OWN:
        once = f"act:{event.id}"
        queue(
            session,
            repo_id,
            event.case_id,
            once=once,
            says=done.says,
            at=now,
            now=now,
            by=event.actor,
        )


def prepare(
    session: Session, repository: Repository, login: str, *, public_url: str | None
) -> Telling | None:
    """The next message to an owner, its handle written down; None where there is nothing to say.

    A message whose answer was lost is finished before another begins. What somebody is to be
    told who is not linked any more, or wants no more, is told by nobody.
    """
    waiting = owner_notices.waiting(session, repository.id, login)
    begun = next((one.handle for one in waiting if one.handle), None)
    these = tuple(one for one in waiting if one.handle == begun)
    if not these:
        return None
    person = links.chat_user(session, login, repo_id=repository.id)
    if person is None or not (wanted := _preference(session, person)).tells:
        return None
    handle = begun or f"{repository.id:x}-owner-{these[0].id}"
    owner_notices.note_handle(session, repository.id, these, handle)
    base = f"{public_url}/r/{repository.full_name}/cases" if public_url else None
    news = [
        OwnerNews(one.name, f"{base}/{one.case_id}" if base else None, one.text) for one in these
    ]
    message = owner_message(repository.full_name, news, handle)
    return Telling(person, wanted, repository, these, message)


def let_be(session: Session, repo_id: int, login: str, *, now: datetime) -> None:
    """Nothing of what waits is told."""
    owner_notices.settle(session, repo_id, owner_notices.waiting(session, repo_id, login), now=now)


def _people(session: Session, repo_id: int, case_id: UUID) -> list[str]:
    """The logins that a case belongs to: by its decision, a person's word, or its file."""
    named: list[str] = []
    decided = decisions.newest(session, repo_id, [case_id]).get(case_id)
    if decided is not None and decided.owner and not decided.owner_is_guess:
        named.append(decided.owner)
    named += owners.named(session, repo_id, [case_id]).get(case_id, ())
    people = [one.removeprefix("@") for one in named if one.startswith("@") and "/" not in one]
    return list(dict.fromkeys(people))[:MOST_OWNERS]


def _preference(session: Session, person: ChatUser) -> Preference:
    return preferences.preference(session, team_id=person.team_id, place=person.id)
