"""How people and channels in chat want to hear from us."""

from dataclasses import dataclass
from datetime import date, tzinfo

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from app.core.hours import Often, Quiet, zone_of
from app.db.tables.personal import ChatPreferenceRow


@dataclass(frozen=True, slots=True)
class Preference:
    """What a person or channel wants; who said nothing wants this."""

    tells: bool = True  # a person: to be told of their cases
    zone: str | None = None  # None: UTC
    quiet: Quiet | None = None  # None: there are no such hours
    digest: Often | None = None  # None: as a channel or person has it by itself
    digest_day: date | None = None  # a person: for which their newest own digest was asked

    @property
    def tzinfo(self) -> tzinfo:
        """The time zone."""
        return zone_of(self.zone)


def preference(session: Session, *, team_id: str, place: str) -> Preference:
    """What a person or channel of a workspace wants."""
    row = session.get(ChatPreferenceRow, (team_id, place), populate_existing=True)
    return Preference() if row is None else _preference(row)


def of_place(session: Session, place: str) -> Preference:
    """What a channel wants, whatever workspace it is known from."""
    query = select(ChatPreferenceRow).where(col(ChatPreferenceRow.place) == place)
    row = session.exec(query.order_by(col(ChatPreferenceRow.team_id)).limit(1)).first()
    return Preference() if row is None else _preference(row)


def zone_of_answer(session: Session, *, team_id: str, place: str, person: str) -> tzinfo:
    """The time zone in which somebody is answered: the channel's, else their own, else UTC."""
    there = preference(session, team_id=team_id, place=place)
    mine = preference(session, team_id=team_id, place=person)
    return there.tzinfo if there.zone else mine.tzinfo


def keep(session: Session, wanted: Preference, *, team_id: str, place: str) -> None:
    """From now on a person or channel wants this."""
    values = {
        "tells": wanted.tells,
        "zone": wanted.zone,
        "quiet_from": wanted.quiet.begins if wanted.quiet else None,
        "quiet_until": wanted.quiet.ends if wanted.quiet else None,
        "digest": wanted.digest.value if wanted.digest else None,
        "digest_day": wanted.digest_day,
    }
    new = insert(ChatPreferenceRow).values(team_id=team_id, place=place, **values)
    session.execute(new.on_conflict_do_update(index_elements=["team_id", "place"], set_=values))


def _preference(row: ChatPreferenceRow) -> Preference:
    quiet = None
    if row.quiet_from is not None and row.quiet_until is not None:
        quiet = Quiet(row.quiet_from, row.quiet_until)
    often = Often(row.digest) if row.digest else None
    return Preference(row.tells, row.zone, quiet, often, row.digest_day)
