"""The Slack channels that a policy names for teams: of bound workspaces alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.db.chat import team_channels as rows
from app.db.session import Session
from app.services.policy.policies import policy_of

LOOKED_FOR = timedelta(days=1)  # after which a name may mean another channel
MISSED_FOR = timedelta(hours=1)  # after which one that was not found is looked for again
MOST = 50  # channels of one policy


@dataclass(frozen=True, slots=True)
class Unknown:
    """Names that workspaces are to be asked about."""

    names: tuple[str, ...]
    workspaces: tuple[str, ...]


def unknown(session: Session, repo_id: int, *, now: datetime) -> Unknown | None:
    """The names in a policy of which it is not known any more what they mean; None for none.

    Only workspaces are asked that administrators of the repository bound to it: a policy makes
    no channel of others speak.
    """
    named = policy_of(session, repo_id).team_notifications.slack_channels.values()
    names = tuple(dict.fromkeys(named))[:MOST]
    if not names:
        return None
    known = rows.known(session, repo_id)
    missing = tuple(one for one in names if not _is_fresh(known.get(one), now=now))
    workspaces = tuple(rows.workspaces(session, repo_id))
    return Unknown(missing, workspaces) if missing and workspaces else None


def keep(
    session: Session,
    repo_id: int,
    asked: Unknown,
    found: Mapping[str, tuple[str, str]],
    *,
    now: datetime,
) -> None:
    """Write down what was found: by name, workspace and channel."""
    rows.keep(session, repo_id, asked.names, found, now=now)


def in_force(session: Session, repo_id: int) -> dict[str, tuple[str, str]]:
    """By the policy's names: workspace and channel, while the workspace is bound."""
    named = set(policy_of(session, repo_id).team_notifications.slack_channels.values())
    if not named:
        return {}
    bound = set(rows.workspaces(session, repo_id))
    return {
        name: (one.team_id, one.channel)
        for name, one in rows.known(session, repo_id).items()
        if name in named and one.channel is not None and one.team_id in bound
    }


def channels(session: Session, repo_id: int) -> Sequence[str]:
    """The channels themselves."""
    return [channel for _, channel in in_force(session, repo_id).values()]


def _is_fresh(known: rows.TeamChannel | None, *, now: datetime) -> bool:
    if known is None:
        return False
    return now - known.looked_at < (LOOKED_FOR if known.channel else MISSED_FOR)
