"""The digest of a repository, for whoever asks and for the channels that hear of it by itself."""

from datetime import date, datetime, time, timedelta, tzinfo

from app.core.asking import Request
from app.core.chat_requests import TellDigest
from app.core.decide import State
from app.core.digests import DayOfFailures, Digest, Turns
from app.core.hours import Often
from app.core.runs import Repository
from app.db import pages
from app.db.chat import digests
from app.db.chat.days import Heard, Told
from app.db.session import Engine, Session
from app.services import plans
from app.services.slack import clock

WEEK = 7  # days
DRAWN = 30  # days that the chart shows
NAMED = 5  # cases of each kind that are named


def digest(
    session: Session,
    repository: Repository,
    *,
    now: datetime,
    days: int = WEEK,
    zone: tzinfo,
) -> Digest:
    """What became of a repository in so many days, and its failures by the day in a time zone."""
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
        failures=_failures(session, repo_id, now=now, zone=zone),
    )


def _failures(
    session: Session, repo_id: int, *, now: datetime, zone: tzinfo
) -> tuple[DayOfFailures, ...]:
    """The failures of each of the last days in a time zone, today's so far last."""
    today = now.astimezone(zone).date()
    days = [today - timedelta(days=back) for back in reversed(range(DRAWN))]
    since = datetime.combine(days[0], time.min, tzinfo=zone)
    seen = digests.failures(session, repo_id, since=since, until=now, zone=zone)
    return tuple(seen.get(day, DayOfFailures(day, 0, 0)) for day in days)


def ask_due(engine: Engine, *, now: datetime, request_id: str) -> list[Request]:
    """Ask for the digests that are due where their channels are; the work asked for."""
    return clock.ask_due(engine, Told.DIGEST, _wanted, now=now, request_id=request_id)


def _wanted(place: Heard, day: date, often: Often) -> TellDigest:
    return TellDigest(place.repo_id, place.channel, day.isoformat(), often.days)
