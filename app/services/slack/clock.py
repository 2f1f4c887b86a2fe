"""What channels are told by the clock: at nine o'clock where they are, each once for a day."""

from collections.abc import Callable, Sequence
from datetime import date, datetime

from app.core.asking import QueueName, Request
from app.core.hours import Often, newest_day
from app.db.chat import days, preferences
from app.db.chat.days import Heard, Told
from app.db.chat.preferences import Preference
from app.db.session import Engine, Session, unit_of_work
from app.db.work import tasks
from app.db.work.tasks import Asking

AT_ONCE = 200  # channels in one transaction

RequestOf = Callable[[Heard, date, Often], Request]


def ask_due(
    engine: Engine,
    told: Told,
    request_of: RequestOf,
    *,
    now: datetime,
    request_id: str,
) -> list[Request]:
    """Ask for what is due where its channels are; the work asked for.

    Each is asked for once: the day is written down in the same transaction.
    """
    with unit_of_work(engine) as session:
        heard = days.heard(session, told)
    wanted: list[Request] = []
    for start in range(0, len(heard), AT_ONCE):
        with unit_of_work(engine) as session:
            new = [
                request_of(place, *due)
                for place in heard[start : start + AT_ONCE]
                if (due := _due(session, told, place, now=now)) is not None
            ]
            tasks.ask(session, _askings(new, request_id), now=now)
        wanted += new
    return wanted


def _often(told: Told, wanted: Preference) -> Often:
    """How often a channel is told it: digests as it wants them, all else by the week."""
    asked = wanted.digest if told is Told.DIGEST else None
    return asked or Often.WEEKLY


def _askings(wanted: Sequence[Request], request_id: str) -> list[Asking]:
    return [Asking(one, QueueName.HISTORY, request_id) for one in wanted]


def _due(session: Session, told: Told, place: Heard, *, now: datetime) -> tuple[date, Often] | None:
    """The day for which a channel is to be told now, and how often it is; else None."""
    wanted = preferences.preference(session, team_id=place.team_id, place=place.channel)
    often = _often(told, wanted)
    if often is Often.OFF:
        return None
    day, moment = newest_day(often, wanted.tzinfo, now=now)
    if place.since >= moment or (place.day is not None and place.day >= day):
        return None
    return (day, often) if days.note_day(session, told, place, day) else None
