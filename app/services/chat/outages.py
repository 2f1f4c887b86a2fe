"""Tell chat of an outage: one message for each channel, and a reply when it is over."""

from dataclasses import dataclass
from datetime import datetime

from app.chat_ports import Speaker
from app.core.errors import Unavailable
from app.core.publishing import ChatMessage
from app.core.runs import Repository
from app.db import outages
from app.db.chat import outage_messages, threads
from app.db.chat.outage_messages import OutageMessage
from app.db.session import Engine, Session, unit_of_work
from app.render.chat import outage_message
from app.render.words.outages import OVER
from app.services.chat.quiet import first_to_retry
from app.services.chat.saying import say_once


@dataclass(frozen=True, slots=True)
class Telling:
    """What is to be said of an outage."""

    repository: Repository
    page_url: str | None
    messages: tuple[OutageMessage, ...]


def prepare(
    session: Session, repository: Repository, outage_id: int, *, public_url: str | None
) -> Telling | None:
    """What is to be said of an outage; None where there is no such outage."""
    if outages.reach(session, repository.id, outage_id) is None:
        return None
    page = f"{public_url}/r/{repository.full_name}/outages/{outage_id}" if public_url else None
    found = outage_messages.messages(session, repository.id, outage_id)
    return Telling(repository, page, tuple(found))


def say(engine: Engine, host: Speaker, telling: Telling, *, now: datetime) -> None:
    """Post what was not posted yet; that it is over, in the thread of its beginning.

    A channel that fails keeps no other from hearing; the first failure is raised at the end.
    """
    roots: dict[str, str] = {}
    failures: list[Unavailable] = []
    for one in telling.messages:
        if not host.reaches(one.channel):
            continue
        thread = roots.get(one.channel) if one.once.endswith(f":{OVER}") else None
        try:
            ts = one.ts or _post(engine, host, telling, one, thread, now=now)
        except Unavailable as error:
            failures.append(error)
            continue
        roots.setdefault(one.channel, ts)
    if failures:
        raise first_to_retry(failures, now=now)


def _post(
    engine: Engine,
    host: Speaker,
    telling: Telling,
    one: OutageMessage,
    thread: str | None,
    *,
    now: datetime,
) -> str:
    repository = telling.repository
    handle = f"{repository.id:x}:{one.once}"
    message: ChatMessage = outage_message(
        repository.full_name,
        one.text,
        page_url=telling.page_url,
        handle=handle,
        is_urgent=thread is None,
    )
    ts = say_once(engine, host, one.channel, message, thread=thread, now=now)
    with unit_of_work(engine) as session:
        threads.note_sent(session, repository.id, one.id, ts=ts, now=now)
    return ts
