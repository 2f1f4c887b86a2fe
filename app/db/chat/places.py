"""Which repositories a chat channel is bound to, and how it wants to hear of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from app.core.runs import Repository
from app.db import repositories
from app.db.tables.said import SubscriptionRow

MOST_BOUND = 50  # repositories of one channel
NAMED = text("""
SELECT repo_id FROM repository
WHERE provider = 'github' AND removed_at IS NULL AND position(:wanted in lower(full_name)) > 0
ORDER BY lower(full_name) <> :wanted, split_part(lower(full_name), '/', 2) <> :wanted,
         position(:wanted in split_part(lower(full_name), '/', 2)) <> 1, full_name
LIMIT :most
""")


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a channel hears of one repository."""

    repo_id: int
    team_id: str
    channel: str
    kinds: tuple[str, ...] = ()  # empty: everything
    owner: str | None = None  # whose cases alone
    path: str | None = None  # a glob of the files whose cases alone
    bound_by: str | None = None  # login


def bound(session: Session, *, team_id: str, channel: str) -> list[Repository]:
    """The repositories that a channel is bound to and that we still are on, by name."""
    query = (
        select(SubscriptionRow.repo_id)
        .where(col(SubscriptionRow.team_id) == team_id, col(SubscriptionRow.channel) == channel)
        .limit(MOST_BOUND)
    )
    found = [repositories.repository(session, repo_id) for repo_id in session.exec(query)]
    return sorted((one for one in found if one is not None), key=lambda one: one.full_name.lower())


def subscriptions(session: Session, *, team_id: str, channel: str) -> dict[int, Subscription]:
    """What a channel hears of, by repository."""
    query = select(SubscriptionRow).where(
        col(SubscriptionRow.team_id) == team_id, col(SubscriptionRow.channel) == channel
    )
    return {row.repo_id: _subscription(row) for row in session.exec(query)}


def hearing(session: Session, repo_id: int) -> list[Subscription]:
    """Every channel that hears of a repository, in a fixed order."""
    query = select(SubscriptionRow).where(col(SubscriptionRow.repo_id) == repo_id)
    found = [_subscription(row) for row in session.exec(query)]
    return sorted(found, key=lambda one: (one.channel, one.team_id))


def subscribe(session: Session, wanted: Subscription, *, now: datetime) -> bool:
    """Bind a channel, or change what it hears of; whether it was bound only now."""
    heard = {
        "kinds": list(wanted.kinds),
        "owner": wanted.owner,
        "path": wanted.path,
        "bound_by": wanted.bound_by,
    }
    key = {"repo_id": wanted.repo_id, "team_id": wanted.team_id, "channel": wanted.channel}
    known = session.get(SubscriptionRow, tuple(key.values())) is not None
    new = insert(SubscriptionRow).values(**key, **heard, since=now)
    session.execute(
        new.on_conflict_do_update(index_elements=["repo_id", "team_id", "channel"], set_=heard)
    )
    return not known


def unsubscribe(session: Session, repo_id: int, *, team_id: str, channel: str) -> bool:
    """Release a channel; False when it was not bound."""
    gone = session.connection().execute(
        delete(SubscriptionRow).where(
            col(SubscriptionRow.repo_id) == repo_id,
            col(SubscriptionRow.team_id) == team_id,
            col(SubscriptionRow.channel) == channel,
        )
    )
    return gone.rowcount == 1


def named(session: Session, wanted: str, *, most: int) -> Sequence[Repository]:
    """Repositories with this in their names, the best fits first; who may see them is not asked."""
    rows = session.execute(NAMED, {"wanted": wanted.lower(), "most": most}).scalars()
    found = [repositories.repository(session, repo_id) for repo_id in rows]
    return [one for one in found if one is not None]


def _subscription(row: SubscriptionRow) -> Subscription:
    return Subscription(
        row.repo_id,
        row.team_id,
        row.channel,
        tuple(row.kinds),
        row.owner,
        row.path,
        row.bound_by,
    )
