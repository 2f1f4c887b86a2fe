"""Which channel a policy means by a name, as a workspace told when it was asked last."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from app.core.outlets import TEAM
from app.db.tables.chats import TeamChannelRow
from app.db.tables.said import SubscriptionRow


@dataclass(frozen=True, slots=True)
class TeamChannel:
    """A channel of a workspace; both None where none of that name was found."""

    team_id: str | None
    channel: str | None
    looked_at: datetime


def known(session: Session, repo_id: int) -> dict[str, TeamChannel]:
    """What was found of a repository's names."""
    query = select(TeamChannelRow).where(col(TeamChannelRow.repo_id) == repo_id)
    return {
        row.name: TeamChannel(row.team_id, row.channel, row.looked_at)
        for row in session.exec(query)
    }


def workspaces(session: Session, repo_id: int) -> list[str]:
    """The Slack workspaces that administrators bound a repository to, in a fixed order."""
    query = select(SubscriptionRow.team_id).where(
        col(SubscriptionRow.repo_id) == repo_id, col(SubscriptionRow.team_id) != TEAM
    )
    return sorted(set(session.exec(query)))


def keep(
    session: Session,
    repo_id: int,
    names: Sequence[str],
    found: Mapping[str, tuple[str, str]],
    *,
    now: datetime,
) -> None:
    """Write down what these names mean, workspace and channel; those not found mean nothing."""
    for name in names:
        team_id, channel = found.get(name, (None, None))
        values = {"team_id": team_id, "channel": channel, "looked_at": now}
        new = insert(TeamChannelRow).values(repo_id=repo_id, name=name, **values)
        session.execute(new.on_conflict_do_update(index_elements=["repo_id", "name"], set_=values))
