"""Days for which channels were asked to be told something by the clock: each is told once."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import text
from sqlmodel import Session

from app.core.chat_commands import Kind


class Told(StrEnum):
    """What the clock tells channels of a repository, by the column that keeps its newest day."""

    DIGEST = "digest_day"
    QUARANTINE_REPORT = "report_day"

    @property
    def kind(self) -> Kind:
        """Which channels hear it."""
        return Kind.DIGEST if self is Told.DIGEST else Kind.QUARANTINE


@dataclass(frozen=True, slots=True)
class Heard:
    """A channel that hears something of a repository by itself."""

    repo_id: int
    team_id: str
    channel: str
    since: datetime
    day: date | None  # for which it was asked last


def heard(session: Session, told: Told) -> list[Heard]:
    """Every channel that hears it, once for each repository that has not left us."""
    query = text(f"""
        SELECT repo_id, team_id, channel, since, {told.value}
        FROM subscription JOIN repository USING (repo_id)
        WHERE removed_at IS NULL AND (kinds = '{{}}' OR :kind = ANY(kinds))
        ORDER BY repo_id, team_id, channel
    """)
    return [Heard(*row) for row in session.execute(query, {"kind": told.kind.value})]


def note_day(session: Session, told: Told, place: Heard, day: date) -> bool:
    """Write down for which day it is asked; False where another did so."""
    query = text(f"""
        UPDATE subscription SET {told.value} = :day
        WHERE repo_id = :repo AND team_id = :team AND channel = :channel
          AND ({told.value} IS NULL OR {told.value} < :day)
    """)
    asked = {"day": day, "repo": place.repo_id, "team": place.team_id, "channel": place.channel}
    return session.connection().execute(query, asked).rowcount == 1
