"""Channels outside Slack."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from app.db.tables.columns import moment, moment_or_none, octets, words


class OutletRow(SQLModel, table=True):
    """A channel outside Slack; where it leads is encrypted."""

    __tablename__ = "outlet"

    name: str = Field(primary_key=True)
    kind: str  # app.core.outlets.OutletKind
    sealed: bytes = octets()  # app.core.outlets.Target
    accounts: list[str] = words()  # whose policies may name it
    added_at: datetime = moment()
    error: str | None = None  # of the last message; None: it went out
    failed_at: datetime | None = moment_or_none()
