"""Ask the code host what is new, where it cannot tell us."""

import structlog

from app.core.asking import QueueName
from app.core.requests import PollPlaces, PollRepository
from app.db import repositories
from app.db.session import unit_of_work
from app.db.work import polls
from app.services.deliveries import polling
from app.services.deliveries.inbox import Inbox
from jobs.outside import CODE_HOST, spared
from jobs.turns import Work

log = structlog.get_logger()


def poll_places(work: Work) -> None:
    """See where we are installed; each repository that is due is asked about by itself."""
    context = work.context
    assert isinstance(work.lease.request, PollPlaces)
    if context.news is None:
        with work.finishing():
            return
    with spared(context, CODE_HOST):
        found = polling.places(context.engine, context.news, now=context.clock())
    Inbox(context.engine, context.queue, context.clock).store_all(found)
    due = polling.due(context.engine, now=context.clock())
    with work.finishing() as turn:
        for repo_id in due:
            turn.ask(QueueName.RUN, PollRepository(repo_id))


def poll_repository(work: Work) -> None:
    """Take in what is new in one repository, as if it had been delivered."""
    request, context = work.lease.request, work.context
    assert isinstance(request, PollRepository)
    with unit_of_work(context.engine) as session:
        repository = repositories.repository(session, request.repo_id)
    if context.news is None or repository is None or repository.installation_id is None:
        with work.finishing():
            return
    now = context.clock()
    with spared(context, CODE_HOST):
        found = polling.of_repository(context.engine, context.news, repository, now=now)
    Inbox(context.engine, context.queue, context.clock).store_all(found)
    log.info("repository_polled", repo=repository.id, new=len(found))
    with work.finishing() as turn:
        polls.note(turn.session, repository.id, at=now)
