"""Tell chat: one thread for each case and channel, its root kept true, its events as replies."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from uuid import UUID

from app.chat_ports import Speaker
from app.core.acts import ActName
from app.core.decide import Standing, State
from app.core.errors import Missing, Unavailable
from app.core.publishing import ChatMessage
from app.core.runs import Repository
from app.db import cares, cases, chat, decisions, executions, judgements
from app.db.chat import Message, Thread
from app.db.session import Engine, Session, unit_of_work
from app.render.chat import ThreadView, about, reply, root_message
from app.services import team_places
from app.services.acts import decision_sentence, is_quarantined
from app.services.publish import digest_of


@dataclass(frozen=True, slots=True)
class Telling:
    """A case's threads as they should stand."""

    repository: Repository
    view: ThreadView
    threads: tuple[Thread, ...]
    replies: tuple[Message, ...]


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
    told = {thread.channel for thread in open_threads}
    wanted = (
        *chat.channels(session, repository.id),
        *team_places.team_places(session, repository, case_id),
    )
    channels = [one for one in dict.fromkeys(wanted) if one not in told]
    for channel, token in zip(channels, tokens, strict=False):
        handle = f"{repository.id:x}-{token}"
        chat.open_thread(session, repository.id, case_id, channel=channel, handle=handle, now=now)
    decision = decisions.newest(session, repository.id, [case_id]).get(case_id)
    sentence = decision_sentence(decision, now=now)
    view = ThreadView(
        repo=repository.full_name,
        name=known.full_name,
        file=known.file,
        standing=standing,
        decision=sentence,
        page_url=f"{public_url}/r/{repository.full_name}/cases/{case_id}" if public_url else None,
        acts=acts_for(standing, sentence, is_held=is_quarantined(decision, now=now)),
    )
    return Telling(
        repository=repository,
        view=view,
        threads=tuple(chat.threads(session, repository.id, case_id)),
        replies=tuple(chat.unsent(session, repository.id, case_id)),
    )


def acts_for(standing: Standing, decision: str | None, *, is_held: bool) -> tuple[ActName, ...]:
    """The buttons below a root message: only what makes sense now."""
    if is_held:
        return (ActName.DISMISS,)
    if decision is not None or standing.state is not State.FLAKY:
        return ()
    return (ActName.ACTIVATE, ActName.DISMISS)


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
            root = _say_root(engine, host, thread, telling)
            for message in telling.replies:
                if message.channel == thread.channel:
                    _say_reply(engine, host, telling, message, root, now=now)
        except Unavailable as error:
            failures.append(error)
    if failures:
        raise min(failures, key=lambda error: error.permanent)


def queue_replies(
    session: Session,
    repo_id: int,
    case_id: UUID,
    *,
    once: str,
    text: str,
    at: datetime,
    even_if_muted: bool = False,
) -> None:
    """Put one event into the outbox of each of a case's threads; of a muted case, none."""
    if not even_if_muted and cares.is_muted(session, repo_id, case_id, at=at):
        return
    for thread in chat.threads(session, repo_id, case_id):
        chat.say_once(
            session, repo_id, case_id, channel=thread.channel, once=once, text=text, at=at
        )


def _say_root(engine: Engine, host: Speaker, thread: Thread, telling: Telling) -> str:
    message = root_message(telling.view, thread.handle)
    digest = digest_of(asdict(message))
    ts = thread.ts or host.find(thread.channel, thread.handle)
    if ts is not None and thread.digest == digest:
        return ts
    try:
        if ts is not None:
            host.update(thread.channel, ts, message)
    except Missing:  # somebody deleted it
        ts = None
    if ts is None:
        ts = host.post(thread.channel, message)
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
    now: datetime,
) -> None:
    said: ChatMessage = replace(reply(message.text, message.once), about=about(telling.view))
    ts = host.find(message.channel, message.once, thread=root)
    if ts is None:
        ts = host.post(message.channel, said, thread=root)
    with unit_of_work(engine) as session:
        chat.note_sent(session, telling.repository.id, message.id, ts=ts, now=now)
