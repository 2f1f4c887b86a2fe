"""The digest of a repository, for whoever asks and for the channels that hear of it weekly."""

from datetime import datetime, time, timedelta
from itertools import islice

from app.core.asking import QueueName
from app.core.chat_commands import Kind
from app.core.chat_requests import TellDigest
from app.core.decide import State
from app.core.digests import DayOfFailures, Digest, Turns
from app.core.runs import Repository
from app.db import pages, repositories
from app.db.chat import digests
from app.db.session import Engine, Session, unit_of_work
from app.db.work import tasks
from app.db.work.tasks import Asking
from app.services import plans
from app.services.chat import hearing

WEEK = 7  # days
DRAWN = 30  # days that the chart shows
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
        failures=_failures(session, repo_id, now=now),
    )


def _failures(session: Session, repo_id: int, *, now: datetime) -> tuple[DayOfFailures, ...]:
    """The failures of each of the last days, today's so far last."""
    days = [now.date() - timedelta(days=back) for back in reversed(range(DRAWN))]
    since = datetime.combine(days[0], time.min, tzinfo=now.tzinfo)
    seen = digests.failures(session, repo_id, since=since, until=now)
    return tuple(seen.get(day, DayOfFailures(day, 0, 0)) for day in days)


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
