"""What tasks that people in chat ask for share: who asks, what they may do, and the way back."""

from datetime import tzinfo
from functools import partial

import structlog

from app.core.chat_requests import (
    ActFromChat,
    AnswerCommand,
    ShowHome,
    SubmitFromChat,
    TellOwnDigest,
    UnfoldLinks,
)
from app.core.errors import FlakeGuardError, NotAllowed, Unavailable
from app.core.runs import Repository
from app.db.chat import links, places, preferences
from app.db.chat.links import Linked
from app.db.session import unit_of_work
from app.ports import Chat, ChatPerson, Permission
from app.render import escape, words
from app.render.words import slack as said
from app.services.chat import team_channels
from app.services.slack.desk import Answer, Deed, Desk, Refused, must_be_linked
from jobs.context import Context
from jobs.outside import CHAT, spared
from jobs.tasks.acting import permission
from jobs.turns import Work

SENTENCE = 1_500  # characters of a refusal
DIRECT = "D"  # how the ids of conversations with us alone begin
Asked = ActFromChat | AnswerCommand | ShowHome | SubmitFromChat | TellOwnDigest | UnfoldLinks

log = structlog.get_logger()


def desk_for(work: Work, request: Asked, *, channel: str) -> Desk:
    """Where a request is worked on: who asks, and what the outside says of them."""
    context = work.context
    with unit_of_work(context.engine) as session:
        linked = links.linked(session, team_id=request.team_id, chat_user=request.chat_user)
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


def zone_for(work: Work, request: Asked, *, channel: str) -> tzinfo:
    """The time zone in which somebody is answered: the channel's, else their own, else UTC."""
    with unit_of_work(work.context.engine) as session:
        return preferences.zone_of_answer(
            session, team_id=request.team_id, place=channel, person=request.chat_user
        )


def must_do(desk: Desk, deed: Deed) -> None:
    """Raise NotAllowed unless the asker may do this much in the repository."""
    linked = must_be_linked(desk)
    if desk.permission(deed.repository) >= deed.needs:
        return
    name = deed.repository.full_name
    if deed.needs is Permission.ADMIN:
        raise NotAllowed(said.must_administer(linked.login, name))
    raise NotAllowed(words.not_allowed(linked.login, name))


def must_write_from(desk: Desk, repository: Repository, channel: str) -> None:
    """Raise NotAllowed unless who clicked in a channel is linked and may write to the repository.

    A guessed value, from where nothing is told of the repository, shows no name.
    """
    linked = must_be_linked(desk)
    granted = desk.permission(repository)
    if granted >= Permission.WRITE:
        return
    if granted < Permission.READ and not is_told(desk, repository.id, channel):
        raise NotAllowed(words.nothing_to_act_on())
    raise NotAllowed(words.not_allowed(linked.login, repository.full_name))


def is_told(desk: Desk, repo_id: int, channel: str) -> bool:
    """Whether a channel of the asker's workspace hears of a repository, bound or by its policy."""
    with unit_of_work(desk.engine) as session:
        heard = {(one.team_id, one.channel) for one in places.hearing(session, repo_id)}
        heard.update(team_channels.in_force(session, repo_id).values())
    return (desk.team_id, channel) in heard


def repo_of(handle: str) -> int:
    """The repository that a button's value speaks of; -1, which is nobody's, for rubbish."""
    try:
        return int(handle.partition("-")[0], 16)
    except ValueError:
        return -1


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


def answer(work: Work, team_id: str, response_url: str, said_back: Answer) -> None:
    """Tell the person who asked; when it is too late for that, so be it."""
    host = host_for(work.context, team_id)
    if host is None or not response_url:
        return
    try:
        with spared(work.context, CHAT):
            host.answer(
                response_url, said_back.text, blocks=said_back.blocks, to_all=said_back.to_all
            )
    except FlakeGuardError as error:
        if not error.permanent:
            raise
        log.info("answer_not_heard", said=said_back.text, because=str(error))


def _permission(work: Work, linked: Linked | None, repository: Repository) -> Permission:
    """What the asker may do; NONE where the code host does not say and will not.

    Why it does not say would name the repository to somebody who may not know of it.
    """
    if linked is None or repository.installation_id is None:
        return Permission.NONE
    try:
        return permission(work, repository, linked.login, user_id=linked.user_id)
    except FlakeGuardError as error:
        if not error.permanent:
            raise
        log.info("permission_unknown", repo=repository.full_name, because=str(error))
        return Permission.NONE


def _who(work: Work, request: Asked) -> ChatPerson:
    host = host_for(work.context, request.team_id)
    if host is None:
        return ChatPerson(request.chat_user, request.team_id)
    with spared(work.context, CHAT):
        return host.who(request.chat_user)
