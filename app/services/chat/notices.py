"""Notices: a channel's message about many cases, kept true, and what is said below it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from app.core.chat_buttons import value_of
from app.core.notices import Notice, NoticeKind
from app.core.publishing import ChatMessage
from app.core.runs import Repository
from app.db.chat import notices, threads
from app.db.chat.threads import Message
from app.db.session import Engine, Session, unit_of_work
from app.ports import Speaker
from app.render.broken import branch_of
from app.render.notices import failures_in, notice_reply, proposals_in
from app.render.words import in_zone
from app.services.chat import broken, hearing, proposals, spikes
from app.services.chat.saying import keep_true, say_once
from app.services.chat.zones import zone_there
from app.services.publishing.publish import Addresses

ACTS = "acts"  # what makes a reply one that tells of acts, which can be taken back

Compose = Callable[[Session, Repository, Notice, Addresses], ChatMessage]
COMPOSED: dict[NoticeKind, Compose] = {
    NoticeKind.PROPOSALS: proposals.message,
    NoticeKind.BROKEN: broken.message,
    NoticeKind.SPIKE: spikes.message,
}


@dataclass(frozen=True, slots=True)
class Telling:
    """A notice as it should stand."""

    notice: Notice
    message: ChatMessage
    replies: tuple[tuple[Message, ChatMessage], ...]


def prepare(
    session: Session, repository: Repository, notice_id: int, *, addresses: Addresses
) -> Telling | None:
    """What a notice says; None where there is none, or its channel hears of nothing any more."""
    one = notices.notice(session, repository.id, notice_id)
    if one is None:
        return None
    if not hearing.is_in(one.channel, hearing.audience(session, repository.id)):
        return None
    with in_zone(zone_there(session, one.channel)):
        message = COMPOSED[one.kind](session, repository, one, addresses)
    replies = tuple(
        (waiting, _reply(repository, one, waiting)) for waiting in notices.unsent(session, one)
    )
    return Telling(one, message, replies)


def say(engine: Engine, host: Speaker, telling: Telling, *, now: datetime) -> None:
    """Post the message or make the one that stands say this, then post what belongs below it."""
    one = telling.notice
    if not host.reaches(one.channel):
        return
    root = _say_root(engine, host, telling, now=now)
    for waiting, message in telling.replies:
        ts = say_once(engine, host, one.channel, message, thread=root, now=now)
        with unit_of_work(engine) as session:
            threads.note_sent(session, one.repo_id, waiting.id, ts=ts, now=now)


def _say_root(engine: Engine, host: Speaker, telling: Telling, *, now: datetime) -> str:
    one, message = telling.notice, telling.message
    ts, digest = keep_true(
        engine, host, one.channel, message, ts=one.ts, digest=one.digest, now=now
    )
    if (ts, digest) == (one.ts, one.digest):
        return ts
    with unit_of_work(engine) as session:
        notices.note_said(session, one, ts=ts, digest=digest)
    return ts


def _reply(repository: Repository, one: Notice, waiting: Message) -> ChatMessage:
    """A reply; where it tells of acts, with a button that takes them back."""
    *_, what, number = waiting.once.split(":")
    undo = value_of(one.handle, int(number)) if what == ACTS else None
    handle = f"{repository.id:x}:{waiting.once}"
    shown = notice_reply(waiting.text, handle, about=about(one.kind, repository), undo=undo)
    return replace(shown, is_loud=waiting.is_loud)


def about(kind: NoticeKind, repository: Repository) -> str:
    """What a reply is about, for those who see no thread."""
    match kind:
        case NoticeKind.PROPOSALS:
            return proposals_in(repository.full_name)
        case NoticeKind.BROKEN:
            return branch_of(repository.default_branch, repository.full_name)
        case NoticeKind.SPIKE:
            return failures_in(repository.full_name)
