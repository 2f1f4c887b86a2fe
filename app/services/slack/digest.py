"""The digest of a repository, for whoever asks and for the channels that hear of it by itself."""

from datetime import datetime, time, timedelta

from app.core.asking import QueueName
from app.core.chat_requests import TellDigest
from app.core.decide import State
from app.core.digests import DayOfFailures, Digest, Turns
from app.core.hours import Often, newest_day
from app.core.runs import Repository
from app.db import pages
from app.db.chat import digests, preferences
from app.db.session import Engine, Session, unit_of_work
from app.db.work import tasks
from app.db.work.tasks import Asking
from app.services import plans

WEEK = 7  # days
DRAWN = 30  # days that the chart shows
NAMED = 5  # cases of each kind that are named
AT_ONCE = 200  # channels in one transaction


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
    """Ask for the digests that are due where their channels are; the work asked for.

    Each is asked for once: the day is written down in the same transaction.
    """
    with unit_of_work(engine) as session:
        heard = digests.heard(session)
    wanted: list[TellDigest] = []
    for start in range(0, len(heard), AT_ONCE):
        batch = heard[start : start + AT_ONCE]
        with unit_of_work(engine) as session:
            new = [one for one in (_due(session, place, now=now) for place in batch) if one]
            askings = [Asking(one, QueueName.HISTORY, request_id) for one in new]
            tasks.ask(session, askings, now=now)
        wanted += new
    return wanted


def _due(session: Session, place: digests.Heard, *, now: datetime) -> TellDigest | None:
    """What a channel is to be told of a repository now; None where nothing is new since."""
    wanted = preferences.preference(session, team_id=place.team_id, place=place.channel)
    often = wanted.digest or Often.WEEKLY
    if often is Often.OFF:
        return None
    day, moment = newest_day(often, wanted.tzinfo, now=now)
    if place.since >= moment or (place.digest_day is not None and place.digest_day >= day):
        return None
    if not digests.note_day(session, place, day):
        return None
    return TellDigest(place.repo_id, place.channel, day.isoformat(), often.days)
