"""Failure spikes: looked for by the clock, told once, and ended."""

from collections.abc import Callable
from datetime import datetime

from app.core.asking import QueueName
from app.core.chat_commands import Kind
from app.core.chat_requests import TellNotice
from app.core.notices import Notice, NoticeKind
from app.core.spikes import LEAST_FAILING, USUAL_OVER, WINDOW, Failing, is_over, is_spike
from app.db import outages, repositories, spikes
from app.db.chat import notices
from app.db.session import Engine, Session, unit_of_work
from app.db.work import tasks
from app.db.work.tasks import Asking
from app.render.words import spikes as said
from app.services.chat import hearing
from app.services.policy.policies import policy_of


def watch(engine: Engine, *, now: datetime, new_token: Callable[[], str]) -> list[TellNotice]:
    """Look at every repository in which something ran lately; the work asked for.

    Each in a transaction of its own, so that one that fails holds up no other.
    """
    wanted: list[TellNotice] = []
    with unit_of_work(engine) as session:
        lively = spikes.lively(session, since=now - WINDOW)
    for repo_id in lively:
        with unit_of_work(engine) as session:
            found = _look_at(session, repo_id, now=now, new_token=new_token)
            asked = [TellNotice(repo_id, one.id) for one in found]
            askings = [Asking(one, QueueName.RUN, new_token()) for one in asked]
            tasks.ask(session, askings, now=now)
        wanted += asked
    return wanted


def failing(session: Session, repo_id: int, *, now: datetime) -> Failing:
    """What failed within the window; what usually does is counted only where that may matter."""
    began = now - WINDOW
    changes, failed = spikes.count(session, repo_id, since=began, until=now, window=WINDOW)
    if failed < LEAST_FAILING:
        return Failing(changes, failed)
    usual = spikes.count(session, repo_id, since=began - USUAL_OVER, until=began, window=WINDOW)
    return Failing(changes, failed, *usual)


def _look_at(
    session: Session, repo_id: int, *, now: datetime, new_token: Callable[[], str]
) -> list[Notice]:
    if not policy_of(session, repo_id).publishes:
        return []
    if repositories.repository(session, repo_id) is None:
        return []
    going_on = notices.going_on(session, repo_id, NoticeKind.SPIKE)
    seen = failing(session, repo_id, now=now)
    if going_on:
        return _follow(session, going_on, seen, now=now)
    if not is_spike(seen) or outages.going_on(session, repo_id, at=now) is not None:
        return []  # an outage says it already, and of which cases
    facts = {"changes": seen.changes, "failing": seen.failing, "usual": seen.usual}
    found = []
    for channel in hearing.channels(session, repo_id, Kind.OUTAGE):
        handle = f"{repo_id:x}-{new_token()}"
        one = notices.begin(session, repo_id, NoticeKind.SPIKE, channel, handle=handle, now=now)
        notices.note_facts(session, one, facts)
        found.append(one)
    return found


def _follow(
    session: Session, going_on: list[Notice], seen: Failing, *, now: datetime
) -> list[Notice]:
    """Keep what is said of a spike at its worst, and end it where the usual is back."""
    over = is_over(seen)
    for one in going_on:
        if seen.failing > one.facts["failing"]:
            worse = {"changes": seen.changes, "failing": seen.failing}
            notices.note_facts(session, one, {**one.facts, **worse})
        if over:
            notices.end(session, one, now=now)
            text = said.over(seen.changes, seen.failing)
            notices.say_once(session, one, once="over:0", text=text, at=now)
    return going_on
