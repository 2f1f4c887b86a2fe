"""Read what a repository's default branch says of how we work."""

import structlog

from app.core.errors import Unavailable
from app.core.requests import ReadRepositoryFiles
from app.core.runs import Repository
from app.db import repositories
from app.db.session import unit_of_work
from app.services import policies
from jobs.outside import CODE_HOST, code_host, spared
from jobs.turns import Work

log = structlog.get_logger()


def read_repository_files(work: Work) -> None:
    """Read policy and CODEOWNERS; a repository that no code host tells of has none."""
    request = work.lease.request
    assert isinstance(request, ReadRepositoryFiles)
    with unit_of_work(work.context.engine) as session:
        repository = repositories.repository(session, request.repo_id)
    fetched = None
    if repository is not None and repository.installation_id is not None:
        host = code_host(work.context, repository)
        with spared(work.context, CODE_HOST):
            fetched = policies.fetch(host, repository)
    with work.finishing() as turn:
        if fetched is not None:
            changed = policies.keep(
                turn.session, request.repo_id, fetched, now=work.context.clock()
            )
            log.info("files_read", repo=request.repo_id, policy_changed=changed)


def know_files(work: Work, repository: Repository) -> bool:
    """Read the files where they never were, before something is judged; whether they are known.

    Where the code host is away, or does not let us read, the defaults judge meanwhile.
    """
    if repository.installation_id is None:
        return True
    with unit_of_work(work.context.engine) as session:
        if policies.is_known(session, repository.id):
            return True
    try:
        with spared(work.context, CODE_HOST):
            fetched = policies.fetch(code_host(work.context, repository), repository)
    except Unavailable as error:
        log.warning("files_not_read", repo=repository.id, error=str(error))
        return False
    with unit_of_work(work.context.engine) as session:
        policies.keep(session, repository.id, fetched, now=work.context.clock())
    return True
