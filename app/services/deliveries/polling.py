"""Where no webhook reaches us: what is listed becomes the deliveries that would have told it."""

from dataclasses import replace
from datetime import datetime, timedelta

from app.core.deliveries import NewDelivery
from app.core.errors import Missing
from app.core.runs import Repository
from app.db import attempts
from app.db.session import Engine, unit_of_work
from app.db.work import deliveries, polls
from app.news import News, Told

OVERLAP = timedelta(minutes=15)  # that is listed twice: the host's lists lag behind its clock
LONGEST_BACK = timedelta(days=1)  # what is older, the sweep reads back and nobody is told
LATELY = timedelta(hours=12)  # where something ran within it, every poll asks
QUIET = timedelta(minutes=10)  # between two polls elsewhere


def places(engine: Engine, news: News, *, now: datetime) -> list[NewDelivery]:
    """What has changed of installations and of the repositories that they cover."""
    with unit_of_work(engine) as session:
        known = polls.places(session)
    return news.places(known, now=now)


def due(engine: Engine, *, now: datetime) -> list[int]:
    """The repositories to be asked about now."""
    with unit_of_work(engine) as session:
        return polls.due(session, now=now, lately=LATELY, quiet=QUIET)


def of_repository(
    engine: Engine, news: News, repository: Repository, *, now: datetime
) -> list[NewDelivery]:
    """What is new in a repository since it was last asked about, and came by no delivery yet."""
    with unit_of_work(engine) as session:
        last = polls.polled_at(session, repository.id)
    since = max((last or now) - OVERLAP, now - LONGEST_BACK)
    listed = news.of_repository(repository, since=since)
    with unit_of_work(engine) as session:
        known = deliveries.known(session, [one.delivery.guid for one in listed])
    found: list[NewDelivery] = []
    for told in listed:
        if told.delivery.guid in known:
            continue
        if told.delivery.event == "push":
            told = news.files_of(repository, told)
        found += [*_earlier(engine, news, repository, told), told.delivery]
    return found


def _earlier(engine: Engine, news: News, repository: Repository, told: Told) -> list[NewDelivery]:
    """The attempts before a finished one that nobody saw: lists tell of the newest alone."""
    key = told.attempt
    if key is None:
        return []
    found = []
    for number in range(1, key.attempt):
        before = replace(key, attempt=number)
        with unit_of_work(engine) as session:
            is_known = attempts.is_ingested(session, before)
        if not is_known:
            try:
                found.append(news.of_attempt(repository, before).delivery)
            except Missing:
                continue
    return found
