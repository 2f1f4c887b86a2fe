"""Re-run jobs for a case's sake, an attempt a turn; what comes of it arrives as any run does."""

from app.core.requests import RerunJob
from app.db.session import unit_of_work
from app.services.reruns import attempts
from jobs.outside import CODE_HOST, code_host, spared
from jobs.tasks.say import told_of
from jobs.turns import Work


def rerun_job(work: Work) -> None:
    """Take one wish as far as it can be taken now."""
    request = work.lease.request
    assert isinstance(request, RerunJob)
    context, now = work.context, work.context.clock()
    wanted = None
    with unit_of_work(context.engine) as session:
        repository = told_of(context, session, request.repo_id)
        if repository is not None and repository.installation_id is not None:
            wanted = attempts.look(session, repository, request.rerun_id, now=now)
    if wanted is not None:
        host = code_host(context, wanted.repository)
        with spared(context, CODE_HOST):
            attempts.ask(context.engine, host, wanted, now=now)
    with work.finishing():
        pass
