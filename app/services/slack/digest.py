"""The digest of a repository, for whoever asks and for the channels that hear of it weekly."""

from datetime import datetime, timedelta
from itertools import islice

from app.core.asking import QueueName
from app.core.chat_commands import Kind
from app.core.chat_requests import TellDigest
from app.core.decide import State
from app.core.digests import Digest, Turns
from app.core.runs import Repository
from app.db import pages, repositories
from app.db.chat import digests
from app.db.session import Engine, Session, unit_of_work
from app.db.work import tasks
from app.db.work.tasks import Asking
from app.services import plans
from app.services.chat import hearing

WEEK = 7  # days
NAMED = 5  # cases of each kind that are named
AT_ONCE = 200  # repositories in one transaction


def digest(session: Session, repository: Repository, *, now: datetime, days: int = WEEK) -> Digest:
    """What became of a repository in so many days."""
    repo_id, span = repository.id, timedelta(days=days)

    def turned(state: State) -> Turns:
        return digests.turned(session, repo_id, state.value, since=now - span, most=NAMED)

    worst = pages.worst_cases(session, repo_id=repo_id, states=("flaky",), page=1, size=NAMED)
    return Digest(
        repository=repository.full_name,
        days=days,
        new=turned(State.FLAKY),
        broken=turned(State.BROKEN),
        fixed=turned(State.HEALTHY),
        ending=digests.ending(session, repo_id, now=now, before=now + span, most=NAMED),
        worst=worst.items,
        cost=plans.costs_in(session, repo_id, rates={}, now=now).whole,
    )


def ask_due(engine: Engine, *, now: datetime, request_id: str) -> list[TellDigest]:
    """Ask for the digest of every repository that a channel hears one of; the work asked for."""
    day = f"{now:%Y-%m-%d}"
    with unit_of_work(engine) as session:
        found = iter(repositories.repositories(session))
    wanted: list[TellDigest] = []
    while batch := list(islice(found, AT_ONCE)):
        with unit_of_work(engine) as session:
            new = [
                TellDigest(one.id, channel, day)
                for one in batch
                for channel in hearing.channels(session, one.id, Kind.DIGEST)
            ]
            askings = [Asking(one, QueueName.HISTORY, request_id) for one in new]
            tasks.ask(session, askings, now=now)
        wanted += new
    return wanted
