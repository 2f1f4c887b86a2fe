"""Work that nobody waits for: building a scorer anew from what is stored."""

from app.core.requests import QueueName, Recompute
from app.db import repositories
from app.db.session import unit_of_work
from app.services import recompute as building
from jobs.turns import Work


def recompute(work: Work) -> None:
    """Work a part of a repository's history into its next scorer; another turn follows."""
    request = work.lease.request
    assert isinstance(request, Recompute)
    with unit_of_work(work.context.engine) as session:
        repository = repositories.repository(session, request.repo_id)
    with work.finishing() as turn:
        if repository is None:
            return
        if not building.step(turn.session, repository, now=work.context.clock()):
            turn.ask(QueueName.HISTORY, request)
