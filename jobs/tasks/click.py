"""Do what a person clicked on a page, once, if they may; and say who did it."""

from uuid import UUID

import structlog

from app.core.acts import ActName
from app.core.errors import NotAllowed
from app.core.requests import ActFromPage, ActOnCluster
from app.core.runs import Repository
from app.db import repositories
from app.db.session import unit_of_work
from app.render import words
from app.services import clusters
from app.services.access.tokens import By
from app.services.acts import Actor
from jobs.tasks.acting import act_on, must_write
from jobs.turns import Work

log = structlog.get_logger()


def act_from_page(work: Work) -> None:
    """Act on the case whose page's button was pressed; GitHub is asked again who may."""
    request = work.lease.request
    assert isinstance(request, ActFromPage)
    repository = _writable(work, request)
    with work.finishing() as turn:
        if repository is None:
            return
        actor = Actor(request.login, "page", work.lease.request_id)
        act_on(turn, work, repository, [UUID(hex=request.case_id)], ActName(request.action), actor)


def act_on_cluster(work: Work) -> None:
    """Name a cluster or link it to an issue; GitHub is asked again who may."""
    request = work.lease.request
    assert isinstance(request, ActOnCluster)
    repository = _writable(work, request)
    by = By(request.login, "page", work.lease.request_id)
    wanted = clusters.Wanted(clusters.ClusterAct(request.action), request.text)
    with work.finishing() as turn:
        if repository is None:
            return
        now, name = work.context.clock(), repository.full_name
        clusters.act(turn.session, name, request.cluster_id, wanted, by, now=now)


def _writable(work: Work, request: ActFromPage | ActOnCluster) -> Repository | None:
    """Where it is to be done; None where there is nothing to act on, or they may not write."""
    with unit_of_work(work.context.engine) as session:
        repository = repositories.repository(session, request.repo_id)
    try:
        if repository is None:
            raise NotAllowed(words.nothing_to_act_on())
        must_write(work, repository, request.login)
    except NotAllowed as refused:
        log.info("click_refused", login=request.login, reason=str(refused))
        return None
    return repository
