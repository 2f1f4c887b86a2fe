"""Somebody's own digest: what became of their tests, in a direct message, as often as they want."""

from collections.abc import Callable
from datetime import datetime, timedelta

from app.core.asking import QueueName
from app.core.chat_requests import TellOwnDigest
from app.core.home import OwnDigest, OwnTurn
from app.core.hours import Often, newest_day, zone_of
from app.core.runs import Repository
from app.db import repositories
from app.db.chat import own_digests
from app.db.chat.own_digests import Wanting
from app.db.session import Engine, Session, unit_of_work
from app.db.work import tasks
from app.db.work.tasks import Asking
from app.services.slack.desk import Desk, must_be_linked
from app.services.slack.home import IsMember, home

TURNS_READ = 10  # of one repository


def ask_due(engine: Engine, *, now: datetime, request_id: str) -> list[TellOwnDigest]:
    """Ask for the digests that are due where people are, each once; the work asked for."""
    with unit_of_work(engine) as session:
        found = [_due(session, one, now=now) for one in own_digests.wanting(session)]
        wanted = [one for one in found if one is not None]
        askings = [Asking(one, QueueName.HISTORY, request_id) for one in wanted]
        tasks.ask(session, askings, now=now)
    return wanted


def _due(session: Session, one: Wanting, *, now: datetime) -> TellOwnDigest | None:
    often = Often(one.often)
    day, _ = newest_day(often, zone_of(one.zone), now=now)
    if one.digest_day is not None and one.digest_day >= day:
        return None
    if not own_digests.note_day(session, one, day):
        return None
    return TellOwnDigest(one.team_id, one.chat_user, day.isoformat(), often.days)


def own_digest(
    desk: Desk, is_member: IsMember, *, days: int, speaks: Callable[[Repository], bool]
) -> OwnDigest:
    """What became of the asker's tests in so many days, of what GitHub lets them read.

    `speaks` says of which repositories anything may be said.
    """
    shown = home(desk, is_member, speaks=speaks)
    login, since = must_be_linked(desk).login, desk.now - timedelta(days=days)
    turned: list[OwnTurn] = []
    for one in shown.repositories:
        with unit_of_work(desk.engine) as session:
            found = repositories.repository_named(session, one.line.full_name)
            assert found is not None  # it was just read
            turned += own_digests.turned(session, found.id, login, since=since, most=TURNS_READ)
    return OwnDigest(shown, tuple(turned), days)
