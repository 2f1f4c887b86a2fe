"""The outside hosts as tasks reach them: behind a breaker that all processes share."""

from collections.abc import Iterator
from contextlib import contextmanager

from app.core.errors import ErrorKind, Missing, RateLimited, Unavailable
from app.core.runs import Repository
from app.db.session import unit_of_work
from app.db.work import breakers
from app.ports import CodeHost
from jobs.context import Context

CODE_HOST = "github"
CHAT = "slack"
OUTSIDE = frozenset({ErrorKind.GITHUB_API, ErrorKind.SLACK_API})
"""Failures that speak of such a host; channels outside Slack have breakers of their own."""


@contextmanager
def spared(context: Context, host: str) -> Iterator[None]:
    """Ask an outside host, unless it failed five times in a row within the last minute.

    Raises RateLimited, without asking, while its breaker is open.
    """
    with unit_of_work(context.engine) as session:
        closed_at = breakers.closed_again_at(session, host, now=context.clock())
    if closed_at is not None:
        message = f"{host} failed too often lately; it is spared until {closed_at:%H:%M:%S} UTC."
        raise RateLimited(message, until=closed_at)
    try:
        yield
    except RateLimited:
        raise  # it answered: it is there
    except Unavailable as error:
        if error.kind in OUTSIDE and not error.permanent:
            with unit_of_work(context.engine) as session:
                breakers.note_failure(session, host, now=context.clock())
        raise
    with unit_of_work(context.engine) as session:
        breakers.note_success(session, host)


def code_host(context: Context, repository: Repository) -> CodeHost:
    """The code host as the repository's installation sees it."""
    if repository.installation_id is None:
        message = (
            f"{repository.full_name} has no installation, so nothing can be asked of its host."
        )
        raise Missing(message)
    return context.code_hosts(repository.installation_id)
