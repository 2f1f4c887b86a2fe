"""Tell chat: one thread for each case and channel, its root kept true, its events as replies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from functools import partial
from uuid import UUID

from app.chat_ports import Speaker
from app.core.chat_buttons import value_of
from app.core.chat_commands import Kind
from app.core.decide import Standing, State
from app.core.errors import Unavailable
from app.core.publishing import ChatMessage
from app.core.quarantine import QuarantineEvent
from app.core.runs import Repository
from app.db import cares, cases, executions, judgements, trail
from app.db.cases import Case
from app.db.chat import threads as chat
from app.db.chat.threads import Message, Thread
from app.db.session import Engine, Session, unit_of_work
from app.render import words
from app.render.chat import ThreadView, about, reply, root_message
from app.render.words import Saying
from app.services import acts
from app.services.chat import hearing, storms, team_channels, team_places, thread_view
from app.services.chat.quiet import first_to_retry
from app.services.chat.saying import keep_true, say_once
from app.services.chat.zones import said_there, zone_there

ENDED = frozenset(
    one.value
    for one in (QuarantineEvent.TIME_IS_UP, QuarantineEvent.TURNED_BROKEN, QuarantineEvent.EXEMPTED)
)
"""Ends that nobody brought about: what is over, broken or exempt stays so."""
ACT = "act"  # how the messages begin, by what makes them one, that tell of an act


@dataclass(frozen=True, slots=True)
class Telling:
    """A case's threads as they should stand."""

    repository: Repository
    views: Mapping[tzinfo, ThreadView]  # by the time zone that its dates are in
    zones: Mapping[str, tzinfo]  # of its channels
    threads: tuple[Thread, ...]
    replies: tuple[Message, ...]
    stormy: tuple[str, ...] = ()  # channels that hear of it in a message about many
    undoable: frozenset[str] = frozenset()  # what makes those replies one that can be taken back


def prepare(
    session: Session,
    repository: Repository,
    case_id: UUID,
    *,
    tokens: Sequence[str],
    public_url: str | None,
    now: datetime,
) -> Telling | None:
    """Write down what a case's threads are to say; None where nobody is to be told.

    A case gets its threads when it turns flaky. `tokens` are unguessable, one for each
    channel that may need a new thread.
    """
    standing = judgements.standing(session, repository.id, case_id)
    known = cases.cases(session, repository.id, [case_id]).get(case_id)
    if standing is None or known is None:
        return None
    open_threads = chat.threads(session, repository.id, case_id)
    if not open_threads and standing.state is not State.FLAKY:
        return None
    stormy: tuple[str, ...] = ()
    if standing.state is State.FLAKY:
        stormy = _open_threads(session, repository, case_id, open_threads, tokens, now=now)
    page = f"{public_url}/r/{repository.full_name}/cases/{case_id}" if public_url else None
    bound = tuple(_bound(session, repository.id, case_id))
    zones = {one.channel: zone_there(session, one.channel) for one in bound}

    view_in = partial(_view_in, session, repository, known, standing, page_url=page, now=now)
    replies = tuple(chat.unsent(session, repository.id, case_id))
    return Telling(
        repository=repository,
        views={zone: view_in(zone) for zone in {UTC, *zones.values()}},
        zones=zones,
        threads=bound,
        replies=replies,
        stormy=stormy,
        undoable=frozenset(one.once for one in replies if _undoable(session, repository.id, one)),
    )


def _view_in(
    session: Session,
    repository: Repository,
    known: Case,
    standing: Standing,
    zone: tzinfo,
    *,
    page_url: str | None,
    now: datetime,
) -> ThreadView:
    """The case with its dates in a time zone."""
    with words.in_zone(zone):
        return thread_view.thread_view(
            session, repository, known, standing, page_url=page_url, now=now
        )


def _open_threads(
    session: Session,
    repository: Repository,
    case_id: UUID,
    open_threads: Sequence[Thread],
    tokens: Sequence[str],
    *,
    now: datetime,
) -> tuple[str, ...]:
    """Open the threads that a flaky case lacks; the channels whose storm speaks of it instead."""
    told = {thread.channel for thread in open_threads}
    repo_id, stormy = repository.id, []
    heard = (
        *hearing.channels_of_case(session, repo_id, case_id, Kind.FLAKY),
        *team_places.team_places(session, repository, case_id),
    )
    lacking = [one for one in dict.fromkeys(heard) if one not in told]
    for channel, token in zip(lacking, tokens, strict=False):
        if storms.is_storming(session, repo_id, channel, now=now):
            storms.join(session, repo_id, channel, case_id, token=token, now=now)
            stormy.append(channel)
            continue
        handle = f"{repo_id:x}-{token}"
        chat.open_thread(session, repo_id, case_id, channel=channel, handle=handle, now=now)
    return tuple(stormy)


def _bound(session: Session, repo_id: int, case_id: UUID) -> list[Thread]:
    """A case's threads where its repository still is heard of: bound channels, the policy's."""
    heard = hearing.audience(session, repo_id)
    threads = chat.threads(session, repo_id, case_id)
    return [one for one in threads if hearing.is_in(one.channel, heard)]


def with_threads(session: Session, repo_id: int, run_id: int) -> set[UUID]:
    """The cases that failed in a run and have threads, whose roots are to be kept true."""
    return chat.threaded(session, repo_id, executions.failed_in_run(session, repo_id, run_id))


def channels_needing_threads(session: Session, repo_id: int) -> int:
    """How many channels may need a new thread."""
    return len(chat.channels(session, repo_id)) + team_places.MOST_PLACES


def say(engine: Engine, host: Speaker, telling: Telling, *, now: datetime) -> None:
    """Post or edit the roots, then post the replies; each is written down as it is said.

    A channel that fails keeps no other from hearing; the first failure is raised at the end.
    """
    failures: list[Unavailable] = []
    for thread in telling.threads:
        if not host.reaches(thread.channel):
            continue
        try:
            root = _say_root(engine, host, thread, telling, now=now)
            for message in telling.replies:
                if message.channel == thread.channel:
                    may = message.once in telling.undoable
                    undo = undo_of(message, thread.handle) if may else None
                    _say_reply(engine, host, telling, message, root, undo=undo, now=now)
        except Unavailable as error:
            failures.append(error)
    if failures:
        raise first_to_retry(failures, now=now)


def _undoable(session: Session, repo_id: int, message: Message) -> bool:
    """Whether a reply tells of an act that can be taken back: not every undoing can."""
    act, _, event_id = message.once.partition(":")
    if act != ACT or not event_id.isdigit():
        return False
    event = trail.event(session, repo_id, int(event_id))
    return event is not None and event.act not in ENDED and acts.can_be_undone(event)


def undo_of(message: Message, handle: str) -> str | None:
    """What a button carries that takes back what a reply tells of; None where it is no act."""
    act, _, event_id = message.once.partition(":")
    return value_of(handle, int(event_id)) if act == ACT and event_id.isdigit() else None


def queue_replies(
    session: Session,
    repo_id: int,
    case_id: UUID,
    *,
    once: str,
    says: Saying,
    at: datetime,
    even_if_muted: bool = False,
    is_loud: bool = False,
    kind: Kind = Kind.QUARANTINE,
) -> None:
    """Put one event into the outbox of each of a case's threads; of a muted case, none.

    Channels that do not hear of this kind of event are spared it. A loud one is shown in the
    channel, too.
    """
    if not even_if_muted and cares.is_muted(session, repo_id, case_id, at=at):
        return
    threads = chat.threads(session, repo_id, case_id)
    if not threads:
        return
    heard = hearing.channels_of_case(session, repo_id, case_id, kind)
    heard += team_channels.channels(session, repo_id)  # whoever is named there hears of all
    for thread in threads:
        if hearing.is_in(thread.channel, heard):
            chat.say_once(
                session,
                repo_id,
                case_id,
                channel=thread.channel,
                once=once,
                text=said_there(session, thread.channel, says),
                at=at,
                is_loud=is_loud,
            )


def _say_root(
    engine: Engine, host: Speaker, thread: Thread, telling: Telling, *, now: datetime
) -> str:
    zone = telling.zones[thread.channel]
    with words.in_zone(zone):
        message = root_message(telling.views[zone], thread.handle)
    ts, digest = keep_true(
        engine, host, thread.channel, message, ts=thread.ts, digest=thread.digest, now=now
    )
    if (ts, digest) == (thread.ts, thread.digest):
        return ts
    with unit_of_work(engine) as session:
        chat.note_root(session, thread, ts=ts, digest=digest)
    return ts


def _say_reply(
    engine: Engine,
    host: Speaker,
    telling: Telling,
    message: Message,
    root: str,
    *,
    undo: str | None,
    now: datetime,
) -> None:
    shown = reply(message.text, message.once, undo=undo)
    said: ChatMessage = replace(shown, about=about(telling.views[UTC]), is_loud=message.is_loud)
    ts = say_once(engine, host, message.channel, said, thread=root, now=now)
    with unit_of_work(engine) as session:
        chat.note_sent(session, telling.repository.id, message.id, ts=ts, now=now)
