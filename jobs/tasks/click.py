"""Do what a person clicked, once, if they may; and say who did it everywhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog

from app.core.errors import FlakeGuardError, NotAllowed
from app.core.requests import (
    ActFromChat,
    ActFromCheck,
    ActFromPage,
    PublishRun,
    QueueName,
)
from app.core.runs import Repository
from app.db import chat as chat_rows
from app.db import publications, repositories
from app.db.chat import Thread
from app.db.session import unit_of_work
from app.ports import Permission
from app.render import check, words
from app.render.view import ActKind
from app.services import acts, aftermath
from app.services.acts import Acted, Actor
from app.services.publish import CHECK
from jobs.outside import CHAT, CODE_HOST, code_host, spared
from jobs.turns import Turn, Work

log = structlog.get_logger()


def act_from_check(work: Work) -> None:
    """Act on the cases that a check run's buttons stand for.

    A click on a check run that is none of ours, an unknown button, and a person who may not
    write change nothing.
    """
    request = work.lease.request
    assert isinstance(request, ActFromCheck)
    kind = check.act_of(request.identifier)
    with unit_of_work(work.context.engine) as session:
        repository = repositories.repository(session, request.repo_id)
        shown = publications.publication_by_id(
            session, request.repo_id, CHECK, request.check_run_id
        )
    if kind is None or repository is None or shown is None:
        log.info("click_ignored", check_run=request.check_run_id, identifier=request.identifier)
        with work.finishing():
            return
    try:
        _must_write(work, repository, request.login)
    except NotAllowed as refused:
        log.info("click_refused", login=request.login, reason=str(refused))
        with work.finishing():
            return
    actor = Actor(request.login, "check", work.lease.request_id)
    case_ids = [UUID(hex=one) for one in shown.view.get("cases", [])]
    with work.finishing() as turn:
        _act(turn, work, repository, case_ids, kind, actor)
        turn.ask(QueueName.CLICK, PublishRun(repository.id, shown.key))


def act_from_page(work: Work) -> None:
    """Act on the case whose page's button was pressed; GitHub is asked again who may."""
    request = work.lease.request
    assert isinstance(request, ActFromPage)
    with unit_of_work(work.context.engine) as session:
        repository = repositories.repository(session, request.repo_id)
    try:
        if repository is None:
            raise NotAllowed(words.nothing_to_act_on())
        _must_write(work, repository, request.login)
    except NotAllowed as refused:
        log.info("click_refused", login=request.login, reason=str(refused))
        with work.finishing():
            return
    actor = Actor(request.login, "page", work.lease.request_id)
    with work.finishing() as turn:
        _act(turn, work, repository, [UUID(hex=request.case_id)], ActKind(request.action), actor)


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
        _answer(work, request, str(refused))
        with work.finishing():
            return
    actor = Actor(clicker.login, "slack", work.lease.request_id)
    case_ids = [clicker.thread.case_id]
    with work.finishing() as turn:
        acted = _act(turn, work, clicker.repository, case_ids, ActKind(request.action), actor)
    if not acted.done:
        _answer(work, request, " ".join(acted.refused) or words.nothing_to_act_on())


def _clicker(work: Work, request: ActFromChat) -> Clicker:
    """Who clicked, and on what; NotAllowed, with what they are to hear, unless they may."""
    repo_id = repo_of(request.handle)
    with unit_of_work(work.context.engine) as session:
        repository = repositories.repository(session, repo_id)
        thread = chat_rows.thread_by_handle(session, repo_id, request.handle)
        login = chat_rows.login_of(session, team_id=request.team_id, chat_user=request.chat_user)
    if repository is None or thread is None:
        raise NotAllowed(words.nothing_to_act_on())
    if login is None:
        raise NotAllowed(words.not_linked())
    _must_write(work, repository, login)
    return Clicker(login, repository, thread)


def _answer(work: Work, request: ActFromChat, said: str) -> None:
    """Tell the person who clicked, and nobody else; when it is too late for that, so be it."""
    host = work.context.chat
    if host is None or not request.response_url:
        return
    try:
        with spared(work.context, CHAT):
            host.answer(request.response_url, said)
    except FlakeGuardError as error:
        if not error.permanent:
            raise
        log.info("answer_not_heard", said=said, because=str(error))


def repo_of(handle: str) -> int:
    """The repository that a button's value speaks of; -1, which is nobody's, for rubbish."""
    try:
        return int(handle.partition("-")[0], 16)
    except ValueError:
        return -1


def _must_write(work: Work, repository: Repository, login: str) -> None:
    """Raise NotAllowed unless the code host lets this person write."""
    host = code_host(work.context, repository)
    with spared(work.context, CODE_HOST):
        allowed = host.permission(repository.full_name, login)
    if allowed < Permission.WRITE:
        raise NotAllowed(words.not_allowed(login, repository.full_name))


def _act(
    turn: Turn,
    work: Work,
    repository: Repository,
    case_ids: Sequence[UUID],
    kind: ActKind,
    actor: Actor,
) -> Acted:
    """Act, and ask for everything that shows these cases to be judged and said anew."""
    now = work.context.clock()
    acted = acts.act(turn.session, repository.id, case_ids, kind, actor, now=now)
    for one in acted.done:
        for wanted in aftermath.follows(turn.session, repository.id, one, now=now):
            turn.ask(QueueName.CLICK, wanted)
    return acted
