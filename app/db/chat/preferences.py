"""How people in chat want to hear from us."""

from dataclasses import dataclass

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session

from app.db.tables.personal import ChatPreferenceRow


@dataclass(frozen=True, slots=True)
class Preference:
    """What somebody wants; who said nothing wants this."""

    tells: bool = True  # to be told of their cases in person


def preference(session: Session, *, team_id: str, place: str) -> Preference:
    """What a person wants."""
    row = session.get(ChatPreferenceRow, (team_id, place), populate_existing=True)
    return Preference() if row is None else Preference(tells=row.tells)


def keep(session: Session, wanted: Preference, *, team_id: str, place: str) -> None:
    """From now on a person wants this."""
    values = {"tells": wanted.tells}
    new = insert(ChatPreferenceRow).values(team_id=team_id, place=place, **values)
    session.execute(new.on_conflict_do_update(index_elements=["team_id", "place"], set_=values))
