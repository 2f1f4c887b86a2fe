"""Read what a repository's default branch says of how we work."""

import structlog

from app.core.asking import QueueName
from app.core.errors import Unavailable
from app.core.requests import (
    PublishRun,
    ReadProposedPolicy,
    ReadRepositoryFiles,
    Recompute,
    TryPolicy,
)
from app.core.runs import Repository
from app.db import policies as stored
from app.db import repositories, trials
from app.db.session import unit_of_work
from app.services.judging import scoring
from app.services.policy import policies, trying
from jobs.outside import CODE_HOST, code_host, spared
from jobs.turns import Turn, Work

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
            if repository is not None and scoring.is_outdated(turn.session, repository):
                turn.ask(QueueName.HISTORY, Recompute(request.repo_id))
            for branch in trials.branches(turn.session, request.repo_id) if changed else ():
                turn.ask(QueueName.HISTORY, TryPolicy(request.repo_id, branch))


def read_proposed_policy(work: Work) -> None:
    """Read a branch's policy file, and say anew what its pull requests' check runs say."""
    request = work.lease.request
    assert isinstance(request, ReadProposedPolicy)
    with unit_of_work(work.context.engine) as session:
        repository = repositories.repository(session, request.repo_id)
    found = None
    if repository is not None and repository.installation_id is not None:
        host = code_host(work.context, repository)
        with spared(work.context, CODE_HOST):
            found = policies.fetch_policy(host, repository, request.branch)
    with work.finishing() as turn:
        if found is not None:
            now = work.context.clock()
            stored.propose(turn.session, request.repo_id, request.branch, found, now=now)
            _publish(turn, request.repo_id, request.branch)
            turn.ask(QueueName.HISTORY, TryPolicy(request.repo_id, request.branch))


def try_policy(work: Work) -> None:
    """Try a branch's policy on what ran, a part at a time; then its check runs say what came."""
    request = work.lease.request
    assert isinstance(request, TryPolicy)
    with unit_of_work(work.context.engine) as session:
        repository = repositories.repository(session, request.repo_id)
    with work.finishing() as turn:
        if repository is None:
            return
        if trying.step(turn.session, repository, request.branch, now=work.context.clock()):
            _publish(turn, request.repo_id, request.branch)
        else:
            turn.ask(QueueName.HISTORY, request)


def _publish(turn: Turn, repo_id: int, branch: str) -> None:
    for head in stored.heads_of(turn.session, repo_id, branch):
        turn.ask(QueueName.RUN, PublishRun(repo_id, head))


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
