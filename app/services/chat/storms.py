"""When many cases turn flaky at once, a channel hears of the rest in one message, kept true."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.core.publishing import ChatMessage
from app.core.runs import Repository
from app.db.chat import storms
from app.db.chat.storms import Storm
from app.db.session import Engine, Session, unit_of_work
from app.ports import Speaker
from app.render.chat import storm_message
from app.services.chat import hearing
from app.services.chat.saying import keep_true

THREADS_AT_MOST = 10  # that a channel gets of one repository within WITHIN
WITHIN = timedelta(hours=1)
NAMED = 15  # cases that the message names


@dataclass(frozen=True, slots=True)
class Telling:
    """A storm's message as it should stand."""

    storm: Storm
    message: ChatMessage


def is_storming(session: Session, repo_id: int, channel: str, *, now: datetime) -> bool:
    """Whether a channel got so many threads lately that it is to get no more."""
    opened = storms.opened_since(session, repo_id, channel, since=now - WITHIN)
    return opened >= THREADS_AT_MOST


def join(
    session: Session, repo_id: int, channel: str, case_id: UUID, *, token: str, now: datetime
) -> None:
    """Let the channel's storm speak of a case instead of giving it a thread."""
    storm = storms.newest(session, repo_id, channel)
    if storm is None or storm.began_at <= now - WITHIN:
        storm = storms.begin(
            session, repo_id, channel, handle=f"{repo_id:x}-storm-{token}", now=now
        )
    storms.add(session, storm, case_id)


def prepare(
    session: Session, repository: Repository, channel: str, *, public_url: str | None
) -> Telling | None:
    """What the newest storm of a channel says; None where there is none, or it is not bound."""
    storm = storms.newest(session, repository.id, channel)
    if storm is None or not hearing.is_in(channel, hearing.audience(session, repository.id)):
        return None
    named = _named(session, repository, storm, public_url)
    number = storms.count(session, storm)
    page = f"{public_url}/r/{repository.full_name}" if public_url else None
    message = storm_message(repository.full_name, number, named, page_url=page, handle=storm.handle)
    return Telling(storm, message)


def say(engine: Engine, host: Speaker, telling: Telling, *, now: datetime) -> None:
    """Post the message, or make the one that stands say this."""
    storm, message = telling.storm, telling.message
    if not host.reaches(storm.channel):
        return
    ts, digest = keep_true(
        engine, host, storm.channel, message, ts=storm.ts, digest=storm.digest, now=now
    )
    if (ts, digest) == (storm.ts, storm.digest):
        return
    with unit_of_work(engine) as session:
        storms.note(session, storm, ts=ts, digest=digest)


def _named(
    session: Session, repository: Repository, storm: Storm, public_url: str | None
) -> Sequence[tuple[str, str | None]]:
    base = f"{public_url}/r/{repository.full_name}/cases" if public_url else None
    found = storms.names(session, storm, most=NAMED)
    return [(name, f"{base}/{case_id}" if base else None) for case_id, name in found]
