"""Chat: what owners are told in person, and how people want to hear from us."""

from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.db.tables.columns import big, moment, moment_or_none, numbered, of_repository


class OwnerNoticeRow(SQLModel, table=True):
    """One thing that the owner of a case is to be told in person, once."""

    __tablename__ = "owner_notice"
    __table_args__ = (
        UniqueConstraint("repo_id", "login", "once", name="owner_notice_once"),
        of_repository("case_id", to="case_"),
        Index("owner_notice_waiting", "repo_id", "login", postgresql_where="settled_at is null"),
    )

    repo_id: int = big(primary_key=True)
    notice_id: int = numbered()
    login: str  # in lower case
    case_id: UUID
    once: str  # what makes two of these the same
    text: str
    at: datetime = moment()
    handle: str | None = None  # of the message that tells it, written down before it is sent
    settled_at: datetime | None = moment_or_none()  # told, or not to be told any more


class ChatPreferenceRow(SQLModel, table=True):
    """How a person or channel wants to hear from us; who said nothing has no row."""

    __tablename__ = "chat_preference"
    __table_args__ = (Index("chat_preference_place", "place"),)

    team_id: str = Field(primary_key=True)
    place: str = Field(primary_key=True)  # the id of a person or channel
    tells: bool = True  # whether a person is told of their cases
    zone: str | None = None  # by its name in the world's list; None: UTC
    quiet_from: time | None = None  # in that zone; both or none
    quiet_until: time | None = None
    digest_day: date | None = None  # for which a person's newest own digest was asked
    digest: str | None = None  # app.core.hours.Often; None: weekly for a channel, none for a person
