"""Tell chat of an outage: one message for each channel, kept true, and a reply when it is over."""

from dataclasses import dataclass
from datetime import datetime

from app.chat_ports import Speaker
from app.core.errors import Unavailable
from app.core.runs import Repository
from app.db import outages
from app.db.chat import outage_messages, threads
from app.db.chat.outage_messages import OutageMessage
from app.db.session import Engine, Session, unit_of_work
from app.render.chat import outage_message, outage_root
from app.render.words import outages as said
from app.services.chat.quiet import first_to_retry
from app.services.chat.saying import keep_true, say_once


@dataclass(frozen=True, slots=True)
class Telling:
    """What is to be said of an outage."""

    repository: Repository
    page_url: str | None
    root: str  # what each channel's first message says now
    is_over: bool
    messages: tuple[OutageMessage, ...]

    def handle(self, one: OutageMessage) -> str:
        """By which a message is found again."""
        return f"{self.repository.id:x}:{one.once}"


def prepare(
    session: Session, repository: Repository, outage_id: int, *, public_url: str | None
) -> Telling | None:
    """What is to be said of an outage; None where there is no such outage."""
    reach = outages.reach(session, repository.id, outage_id)
    if reach is None:
        return None
    page = f"{public_url}/r/{repository.full_name}/outages/{outage_id}" if public_url else None
    found = outage_messages.messages(session, repository.id, outage_id)
    is_over = reach.event.over_at is not None
    return Telling(repository, page, said.root(reach), is_over, tuple(found))


def say(engine: Engine, host: Speaker, telling: Telling, *, now: datetime) -> None:
    """Let the first messages say how it stands; that it is over, in their threads, once.

    A channel that fails keeps no other from hearing; the first failure is raised at the end.
    """
    roots: dict[str, str] = {}
    failures: list[Unavailable] = []
    for one in telling.messages:
        if not host.reaches(one.channel):
            continue
        try:
            if one.once.endswith(f":{said.BEGUN}"):
                roots[one.channel] = _say_root(engine, host, telling, one, now=now)
            elif one.ts is None:
                _say_reply(engine, host, telling, one, roots.get(one.channel), now=now)
        except Unavailable as error:
            failures.append(error)
    if failures:
        raise first_to_retry(failures, now=now)


def _say_root(
    engine: Engine, host: Speaker, telling: Telling, one: OutageMessage, *, now: datetime
) -> str:
    """Post it, or make the one that stands say this; its id."""
    if one.ts is not None and one.text == telling.root:
        return one.ts
    message = outage_root(
        telling.repository.full_name,
        telling.root,
        is_over=telling.is_over,
        page_url=telling.page_url,
        handle=telling.handle(one),
    )
    ts, _ = keep_true(engine, host, one.channel, message, ts=one.ts, digest=None, now=now)
    with unit_of_work(engine) as session:
        outage_messages.note_said(
            session, telling.repository.id, one.id, ts=ts, text=telling.root, now=now
        )
    return ts


def _say_reply(
    engine: Engine,
    host: Speaker,
    telling: Telling,
    one: OutageMessage,
    thread: str | None,
    *,
    now: datetime,
) -> None:
    message = outage_message(
        telling.repository.full_name,
        one.text,
        page_url=telling.page_url,
        handle=telling.handle(one),
    )
    ts = say_once(engine, host, one.channel, message, thread=thread, now=now)
    with unit_of_work(engine) as session:
        threads.note_sent(session, telling.repository.id, one.id, ts=ts, now=now)
