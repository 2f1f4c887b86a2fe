"""Chat workspaces: their sealed tokens, and which of them a channel or a person belongs to."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from app.core.workspaces import Grant, Workspace
from app.db.tables.workspaces import ChatWorkspaceRow

PLACE = text("""
SELECT team_id FROM (
  SELECT team_id, 0 AS rank FROM subscription WHERE channel = :place
  UNION ALL SELECT team_id, 1 FROM team_channel WHERE channel = :place
  UNION ALL SELECT team_id, 2 FROM identity_link WHERE chat_user = :place
) AS known
LEFT JOIN chat_workspace USING (team_id)
ORDER BY removed_at IS NOT NULL, rank, team_id LIMIT 1
""")
ALONE = (
    "USING subscription s WHERE s.team_id = :team_id AND {table}.repo_id = s.repo_id"
    " AND {table}.channel = s.channel AND NOT EXISTS (SELECT 1 FROM subscription other"
    " WHERE other.repo_id = s.repo_id AND other.channel = s.channel AND other.team_id <> :team_id)"
)
"""A channel may be shared by two workspaces."""

NAMED = (
    "USING team_channel c WHERE c.team_id = :team_id AND {table}.repo_id = c.repo_id"
    " AND {table}.channel = c.channel"
)
"""A channel that a policy names is of one workspace."""

SAID_IN = ("outbox", "thread", "storm", "chat_notice")  # what is kept of a channel

OF_TEAM = (
    *(f"DELETE FROM {table} {ALONE.format(table=table)}" for table in SAID_IN),
    *(f"DELETE FROM {table} {NAMED.format(table=table)}" for table in SAID_IN),
    "DELETE FROM team_channel WHERE team_id = :team_id",
    "DELETE FROM subscription WHERE team_id = :team_id",
    "DELETE FROM identity_link WHERE team_id = :team_id",
    "DELETE FROM chat_link WHERE team_id = :team_id",
    "DELETE FROM chat_preference WHERE team_id = :team_id",
    "DELETE FROM delivery WHERE source = 'slack'"
    " AND position(convert_to(:quoted, 'UTF8') IN body) > 0",
    "DELETE FROM chat_workspace WHERE team_id = :team_id",
)
"""What is kept of a workspace, what rests on the rest first."""


@dataclass(frozen=True, slots=True)
class SealedToken:
    """A workspace's token as it is stored; `version` counts up with every change."""

    content: bytes
    version: int
    is_removed: bool


def keep(session: Session, grant: Grant, content: bytes, *, by: str, now: datetime) -> None:
    """Store a workspace that was installed, now or again."""
    values = {
        "name": grant.name,
        "sealed": content,
        "scopes": list(grant.scopes),
        "bot_user": grant.bot_user,
        "installed_at": now,
        "installed_by": by,
        "renewing_until": None,
        "removed_at": None,
    }
    new = insert(ChatWorkspaceRow).values(team_id=grant.team_id, version=1, **values)
    again = values | {"version": ChatWorkspaceRow.version + 1}
    session.execute(new.on_conflict_do_update(index_elements=["team_id"], set_=again))


def sealed(session: Session, team_id: str) -> SealedToken | None:
    """A workspace's token; None for one that never installed us."""
    row = session.get(ChatWorkspaceRow, team_id)
    if row is None:
        return None
    return SealedToken(bytes(row.sealed), row.version, is_removed=row.removed_at is not None)


def begin_renewing(session: Session, team_id: str, *, now: datetime, until: datetime) -> bool:
    """Claim the renewing of a token; False while another has it."""
    claimed = session.connection().execute(
        text(
            "UPDATE chat_workspace SET renewing_until = :until WHERE team_id = :team_id"
            " AND (renewing_until IS NULL OR renewing_until < :now)"
        ),
        {"team_id": team_id, "now": now, "until": until},
    )
    return claimed.rowcount == 1


def replace(session: Session, team_id: str, content: bytes, *, seen: int) -> bool:
    """Store the next token; False when it is not the version that was `seen` any more."""
    changed = session.connection().execute(
        text(
            "UPDATE chat_workspace SET sealed = :sealed, version = version + 1,"
            " renewing_until = NULL WHERE team_id = :team_id AND version = :seen"
        ),
        {"team_id": team_id, "sealed": content, "seen": seen},
    )
    return changed.rowcount == 1


def note_removal(session: Session, team_id: str, *, at: datetime) -> bool:
    """The app was removed; False where it was installed again since, or is not known.

    Its token is forgotten at once.
    """
    changed = session.connection().execute(
        text(
            "UPDATE chat_workspace SET removed_at = :at, sealed = '', version = version + 1"
            " WHERE team_id = :team_id AND removed_at IS NULL AND installed_at <= :at"
        ),
        {"team_id": team_id, "at": at},
    )
    return changed.rowcount == 1


def every(session: Session) -> list[Workspace]:
    """Every workspace that is known, by name."""
    rows = session.exec(
        select(ChatWorkspaceRow).order_by(ChatWorkspaceRow.name, ChatWorkspaceRow.team_id)
    )
    return [
        Workspace(row.team_id, row.name, tuple(row.scopes), row.installed_at, row.removed_at)
        for row in rows
    ]


def team_of(session: Session, place: str) -> str | None:
    """The workspace of a channel that hears of something, or of a person who is linked."""
    found: str | None = session.execute(PLACE, {"place": place}).scalar_one_or_none()
    return found


def gone_since(session: Session, *, before: datetime) -> list[str]:
    """The workspaces that were removed before this moment."""
    query = select(ChatWorkspaceRow.team_id).where(col(ChatWorkspaceRow.removed_at) < before)
    return list(session.exec(query.order_by(ChatWorkspaceRow.team_id)))


def erase(session: Session, team_id: str) -> None:
    """Erase all that is kept of a workspace."""
    for statement in OF_TEAM:
        given = {"team_id": team_id, "quoted": f'"{team_id}"'}
        bound = {name: value for name, value in given.items() if f":{name}" in statement}
        session.execute(text(statement), bound)
