"""Do what a person clicked, once, if they may; and say who did it everywhere."""

from collections.abc import Sequence
from uuid import UUID

import structlog

from app.core.errors import NotAllowed
from app.core.requests import (
    ActFromCheck,
    ActFromPage,
    PublishRun,
    QueueName,
)
from app.core.runs import Repository
from app.db import publications, repositories
from app.db.session import unit_of_work
from app.ports import Permission
from app.render import check, words
from app.render.view import ActKind
from app.services import acts, aftermath
from app.services.acts import Acted, Actor
from app.services.publish import CHECK
from jobs.outside import CODE_HOST, code_host, spared
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
        must_write(work, repository, request.login)
    except NotAllowed as refused:
        log.info("click_refused", login=request.login, reason=str(refused))
        with work.finishing():
            return
    actor = Actor(request.login, "check", work.lease.request_id)
    case_ids = [UUID(hex=one) for one in shown.view.get("cases", [])]
    with work.finishing() as turn:
        act_on(turn, work, repository, case_ids, kind, actor)
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
        must_write(work, repository, request.login)
    except NotAllowed as refused:
        log.info("click_refused", login=request.login, reason=str(refused))
        with work.finishing():
            return
    actor = Actor(request.login, "page", work.lease.request_id)
    with work.finishing() as turn:
        act_on(turn, work, repository, [UUID(hex=request.case_id)], ActKind(request.action), actor)


def must_write(
    work: Work, repository: Repository, login: str, *, user_id: int | None = None
) -> None:
    """Raise NotAllowed unless the code host lets this person write."""
    if permission(work, repository, login, user_id=user_id) < Permission.WRITE:
        raise NotAllowed(words.not_allowed(login, repository.full_name))


def permission(
    work: Work, repository: Repository, login: str, *, user_id: int | None = None
) -> Permission:
    """What the code host lets a person do."""
    host = code_host(work.context, repository)
    with spared(work.context, CODE_HOST):
        return host.permission(repository.full_name, login, user_id=user_id)


def act_on(
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
