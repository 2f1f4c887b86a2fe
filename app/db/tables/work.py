"""The work itself: deliveries taken in, tasks that follow, leases, breakers, cron, sessions."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.db.tables.columns import (
    big,
    big_or_none,
    json_object,
    moment,
    moment_or_none,
    numbered,
    octets,
)


class DeliveryRow(SQLModel, table=True):
    """One webhook POST, as it came; its id repeats on redelivery."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("source", "guid", name="delivery_once"),
        Index("delivery_recent", "received_at"),
    )

    delivery_id: int = numbered()
    source: str  # github or slack
    guid: str
    event: str
    body: bytes = octets()
    request_id: str
    received_at: datetime = moment()


class AskedAgainRow(SQLModel, table=True):
    """A delivery that failed, and that the code host was asked to send once more."""

    __tablename__ = "asked_again"

    guid: str = Field(primary_key=True)
    sent_at: datetime = moment()  # first, by the host's clock
    asked_at: datetime = moment()


class TaskRow(SQLModel, table=True):
    """One piece of work: open while more was wanted than done. One row per kind and key."""

    __tablename__ = "task"
    __table_args__ = (
        UniqueConstraint("kind", "key", name="task_once"),
        Index("task_open", "due_at", postgresql_where="wanted > done and parked_at is null"),
        Index("task_parked", "parked_at", postgresql_where="parked_at is not null"),
        Index("task_delivery", "delivery_id"),
    )

    task_id: int = numbered()
    kind: str
    key: str
    queue: str
    arguments: dict[str, Any] = json_object()
    wanted: int = big()  # how often it was asked for
    done: int = big()  # how many of these askings the last finished turn had seen
    due_at: datetime = moment()  # not before
    lease_until: datetime | None = moment_or_none()
    lease_token: str | None = None
    hinted_at: datetime | None = moment_or_none()  # when the queue was last told
    tries: int = 0  # failed turns since the last finished one
    parked_at: datetime | None = moment_or_none()  # hopeless: only a person starts it again
    error: str | None = None
    error_kind: str | None = None
    request_id: str
    delivery_id: int | None = big_or_none()  # where it came from
    asked_at: datetime = moment()
    done_at: datetime | None = moment_or_none()


class BreakerRow(SQLModel, table=True):
    """How an outside host has answered lately; shared by all workers."""

    __tablename__ = "breaker"

    host: str = Field(primary_key=True)
    failures: int = 0  # in a row
    open_until: datetime | None = moment_or_none()


class LeaseRow(SQLModel, table=True):
    """Who may act alone, and until when."""

    __tablename__ = "lease"

    name: str = Field(primary_key=True)
    holder: str
    until: datetime = moment()


class ScheduledRow(SQLModel, table=True):
    """A scheduled job's last run."""

    __tablename__ = "scheduled"

    name: str = Field(primary_key=True)
    last_at: datetime = moment()  # the moment it was due, not when it ended
    took_ms: int = 0
    error: str | None = None


class WebSessionRow(SQLModel, table=True):
    """A signed-in browser; the cookie's secret is stored hashed."""

    __tablename__ = "web_session"

    digest: bytes = octets(primary_key=True)
    login: str  # "admin" for the one-time link and ADMIN_TOKEN
    user_id: int | None = big_or_none()  # GitHub's; None for the administrator, who sees all
    created_at: datetime = moment()
    seen_at: datetime = moment()


class SignInLinkRow(SQLModel, table=True):
    """A one-time link that opens the pages; stored hashed."""

    __tablename__ = "sign_in_link"

    digest: bytes = octets(primary_key=True)
    expires_at: datetime = moment()
    used_at: datetime | None = moment_or_none()
