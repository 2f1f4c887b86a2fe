"""Do what a person clicked, once, if they may; and say who did it everywhere."""

from collections.abc import Sequence
from uuid import UUID

import structlog

from app.core.errors import NotAllowed
from app.core.requests import (
    ActFromChat,
    ActFromCheck,
    EvaluateRun,
    PublishRun,
    QueueName,
    TellChat,
)
from app.core.runs import Repository
from app.db import chat as chat_rows
from app.db import publications, repositories, runs
from app.db.session import unit_of_work
from app.ports import Permission
from app.render import check, words
from app.render.view import ActKind
from app.services import acts, chat
from app.services.acts import Actor, Done
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


def act_from_chat(work: Work) -> None:
    """Act on the case whose thread's button was clicked; the clicker hears how it went."""
    request = work.lease.request
    assert isinstance(request, ActFromChat)
    said = _act_in_chat(work, request)
    host = work.context.chat
    if said is not None and host is not None and request.response_url:
        with spared(work.context, CHAT):
            host.answer(request.response_url, said)


def _act_in_chat(work: Work, request: ActFromChat) -> str | None:
    """Act if they may; what the clicker is to hear, None when the thread says it itself."""
    repo_id = repo_of(request.handle)
    with unit_of_work(work.context.engine) as session:
        repository = repositories.repository(session, repo_id)
        thread = chat_rows.thread_by_handle(session, repo_id, request.handle)
        login = chat_rows.login_of(session, team_id=request.team_id, chat_user=request.chat_user)
    refusal = None
    if repository is None or thread is None:
        refusal = words.nothing_to_act_on()
    elif login is None:
        refusal = words.not_linked()
    else:
        try:
            _must_write(work, repository, login)
        except NotAllowed as refused:
            refusal = str(refused)
    with work.finishing() as turn:
        if refusal is not None or repository is None or thread is None or login is None:
            return refusal
        actor = Actor(login, "slack", work.lease.request_id)
        done = _act(turn, work, repository, [thread.case_id], ActKind(request.action), actor)
    return None if done else words.nothing_to_act_on()


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
) -> list[Done]:
    """Act, and ask for everything that shows these cases to be judged and said anew."""
    now = work.context.clock()
    done = acts.act(turn.session, repository.id, case_ids, kind, actor, now=now)
    for one in done:
        chat.queue_replies(
            turn.session,
            repository.id,
            one.case_id,
            once=f"act:{one.event_id}",
            text=one.sentence,
            at=now,
        )
        turn.ask(QueueName.CLICK, TellChat(repository.id, one.case_id.hex))
        for head in publications.heads_showing(turn.session, repository.id, one.case_id):
            turn.ask(QueueName.CLICK, PublishRun(repository.id, head))
            for run in runs.newest_attempts(turn.session, repository.id, head):
                turn.ask(
                    QueueName.CLICK,
                    EvaluateRun(repository.id, run.key.run_id, run.key.attempt),
                )
    return done
