"""What people click and type in chat: who they are first, then what GitHub lets them do."""

from dataclasses import dataclass
from functools import partial

import structlog

from app.core.acts import ActName
from app.core.errors import FlakeGuardError, NotAllowed, Unavailable
from app.core.requests import ActFromChat, AnswerCommand, QueueName
from app.core.runs import Repository
from app.db import chat as chat_rows
from app.db import chat_links, chat_places, repositories
from app.db.chat import Thread
from app.db.chat_links import Linked
from app.db.session import unit_of_work
from app.ports import Chat, ChatPerson, Permission
from app.render import escape, words
from app.render.words import slack as said
from app.services.acts import Actor
from app.services.slack import commands
from app.services.slack.desk import Answer, Deed, Desk, Outcome, Refused, must_be_linked
from jobs.context import Context
from jobs.outside import CHAT, spared
from jobs.tasks.acting import act_on, must_write, permission
from jobs.turns import Work

SENTENCE = 1_500  # characters of a refusal
DIRECT = "D"  # how the ids of conversations with us alone begin
Asked = ActFromChat | AnswerCommand

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Clicker:
    """Somebody who may act, and on what."""

    login: str
    repository: Repository
    thread: Thread


def act_from_chat(work: Work) -> None:
    """Act on the case whose thread's button was clicked; the clicker hears why not.

    A refusal is said before the task is done: who is cut short in between says it again.
    """
    request = work.lease.request
    assert isinstance(request, ActFromChat)
    try:
        clicker = _clicker(work, request)
    except NotAllowed as refused:
        _answer(work, request, refusal(refused))
        with work.finishing():
            return
    actor = Actor(clicker.login, "slack", work.lease.request_id)
    case_ids = [clicker.thread.case_id]
    with work.finishing() as turn:
        acted = act_on(turn, work, clicker.repository, case_ids, ActName(request.action), actor)
    if not acted.done:
        why_not = " ".join(one.sentence for one in acted.refused)
        _answer(work, request, Answer(why_not or words.nothing_to_act_on()))


def answer_command(work: Work) -> None:
    """Answer what was typed, or do it where GitHub lets the asker; they hear what is wrong."""
    request = work.lease.request
    assert isinstance(request, AnswerCommand)
    desk = desk_for(work, request, channel=request.channel)
    try:
        found = commands.run(desk, request.text)
        if isinstance(found, Deed):
            must_do(desk, found)
            found = _done(work, desk, found)
        else:
            _answer(work, request, found)
            with work.finishing():
                return
    except FlakeGuardError as error:
        if isinstance(error, Unavailable) and not error.permanent:
            raise
        _answer(work, request, refusal(error))
        with work.finishing():
            return
    _answer(work, request, found)


def must_do(desk: Desk, deed: Deed) -> None:
    """Raise NotAllowed unless the asker may do this much in the repository."""
    linked = must_be_linked(desk)
    if desk.permission(deed.repository) >= deed.needs:
        return
    name = deed.repository.full_name
    if deed.needs is Permission.ADMIN:
        raise NotAllowed(said.must_administer(linked.login, name))
    raise NotAllowed(words.not_allowed(linked.login, name))


def _done(work: Work, desk: Desk, deed: Deed) -> Answer:
    assert desk.linked is not None  # seen to before
    actor = Actor(desk.linked.login, "slack", work.lease.request_id)
    with work.finishing() as turn:
        outcome: Outcome = deed.do(turn.session, actor)
        for wanted in outcome.follows:
            turn.ask(QueueName.CLICK, wanted)
    return outcome.answer


def desk_for(work: Work, request: Asked, *, channel: str) -> Desk:
    """Where a request is worked on: who asks, and what the outside says of them."""
    context = work.context
    with unit_of_work(context.engine) as session:
        linked = chat_links.linked(session, team_id=request.team_id, chat_user=request.chat_user)
    return Desk(
        engine=context.engine,
        now=context.clock(),
        team_id=request.team_id,
        channel=channel,
        chat_user=request.chat_user,
        linked=linked,
        permission=partial(_permission, work, linked),
        who=partial(_who, work, request),
        public_url=context.public_url,
        is_direct=channel.startswith(DIRECT),
    )


def refusal(error: FlakeGuardError) -> Answer:
    """What somebody hears who may not, or named what is not there."""
    if isinstance(error, Refused):
        return Answer(str(error))
    sentence = said.failed(str(error)) if isinstance(error, Unavailable) else str(error)
    return Answer(escape.slack(sentence, limit=SENTENCE))


def host_for(context: Context, team_id: str) -> Chat | None:
    """The workspace; None where we are not, or not any more."""
    try:
        return None if context.chat is None else context.chat.for_team(team_id)
    except Unavailable as error:
        if not error.permanent:
            raise
        return None


def _permission(work: Work, linked: Linked | None, repository: Repository) -> Permission:
    if linked is None:
        return Permission.NONE
    return permission(work, repository, linked.login, user_id=linked.user_id)


def _who(work: Work, request: Asked) -> ChatPerson:
    host = host_for(work.context, request.team_id)
    if host is None:
        return ChatPerson(request.chat_user, request.team_id)
    with spared(work.context, CHAT):
        return host.who(request.chat_user)


def _clicker(work: Work, request: ActFromChat) -> Clicker:
    """Who clicked, and on what; NotAllowed, with what they are to hear, unless they may."""
    repo_id = repo_of(request.handle)
    with unit_of_work(work.context.engine) as session:
        repository = repositories.repository(session, repo_id)
        thread = chat_rows.thread_by_handle(session, repo_id, request.handle)
    if repository is None or thread is None:
        raise NotAllowed(words.nothing_to_act_on())
    linked = must_be_linked(desk_for(work, request, channel=thread.channel))
    try:
        must_write(work, repository, linked.login, user_id=linked.user_id)
    except NotAllowed:
        if not _is_told(work, request.team_id, thread):  # a guessed handle shows no name
            raise NotAllowed(words.nothing_to_act_on()) from None
        raise
    return Clicker(linked.login, repository, thread)


def _is_told(work: Work, team_id: str, thread: Thread) -> bool:
    """Whether a thread stands in a channel of this workspace."""
    with unit_of_work(work.context.engine) as session:
        heard = chat_places.hearing(session, thread.repo_id)
    return any((one.team_id, one.channel) == (team_id, thread.channel) for one in heard)


def _answer(work: Work, request: Asked, answer: Answer) -> None:
    """Tell the person who asked; when it is too late for that, so be it."""
    host = host_for(work.context, request.team_id)
    if host is None or not request.response_url:
        return
    try:
        with spared(work.context, CHAT):
            host.answer(
                request.response_url, answer.text, blocks=answer.blocks, to_all=answer.to_all
            )
    except FlakeGuardError as error:
        if not error.permanent:
            raise
        log.info("answer_not_heard", said=answer.text, because=str(error))


def repo_of(handle: str) -> int:
    """The repository that a button's value speaks of; -1, which is nobody's, for rubbish."""
    try:
        return int(handle.partition("-")[0], 16)
    except ValueError:
        return -1
