"""Who chat users are on the code host, and links between the two that are under way."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from app.db.tables.chats import ChatLinkRow
from app.db.tables.outside import IdentityLinkRow

PERSON = text("""
SELECT team_id, chat_user, login, user_id FROM identity_link
WHERE lower(login) = lower(:login)
ORDER BY EXISTS (SELECT 1 FROM subscription s
                 WHERE s.repo_id = :repo AND s.team_id = identity_link.team_id) DESC,
         linked_at DESC, team_id, chat_user LIMIT 1
""")


@dataclass(frozen=True, slots=True)
class ChatUser:
    """Where somebody is reached in chat, and who they are on the code host."""

    team_id: str
    id: str
    login: str
    user_id: int | None


@dataclass(frozen=True, slots=True)
class Linked:
    """A chat user's login; `user_id` is None where an administrator linked them by login alone."""

    login: str
    user_id: int | None


@dataclass(frozen=True, slots=True)
class LinkAsked:
    """A link under way: which chat user asked, and whom the code host has named since."""

    digest: bytes
    team_id: str
    chat_user: str
    user_name: str
    team_name: str
    login: str | None
    user_id: int | None
    binding: bytes | None


def linked(session: Session, *, team_id: str, chat_user: str) -> Linked | None:
    """Who a chat user is; None when nobody linked them."""
    row = session.get(IdentityLinkRow, (team_id, chat_user))
    return None if row is None else Linked(row.login, row.user_id)


def chat_users(session: Session, *, team_id: str, logins: list[str]) -> dict[str, str]:
    """The chat users of a workspace who are these people, by login in lower case."""
    query = select(IdentityLinkRow).where(col(IdentityLinkRow.team_id) == team_id)
    wanted = {login.lower() for login in logins}
    found = (row for row in session.exec(query) if row.login.lower() in wanted)
    return {row.login.lower(): row.chat_user for row in found}


def chat_user(session: Session, login: str, *, repo_id: int) -> ChatUser | None:
    """Where somebody is told of a repository in person; None where they are not linked.

    Who is in several workspaces is told in one: where the repository is heard of, else where
    they were linked last.
    """
    row = session.execute(PERSON, {"login": login, "repo": repo_id}).one_or_none()
    return None if row is None else ChatUser(*row)


def link(
    session: Session,
    *,
    team_id: str,
    chat_user: str,
    login: str,
    now: datetime,
    user_id: int | None = None,
) -> None:
    """A chat user is this person; a later link replaces an earlier one."""
    values = {"login": login, "linked_at": now, "user_id": user_id}
    new = insert(IdentityLinkRow).values(team_id=team_id, chat_user=chat_user, **values)
    session.execute(new.on_conflict_do_update(index_elements=["team_id", "chat_user"], set_=values))


def unlink(session: Session, *, team_id: str, chat_user: str) -> bool:
    """Forget who a chat user is; False when nobody knew."""
    gone = session.connection().execute(
        delete(IdentityLinkRow)
        .where(col(IdentityLinkRow.team_id) == team_id)
        .where(col(IdentityLinkRow.chat_user) == chat_user)
    )
    return gone.rowcount == 1


def unlink_person(session: Session, user_id: int) -> None:
    """Forget every chat user who is this person: they took back that we know them."""
    session.connection().execute(
        delete(IdentityLinkRow).where(col(IdentityLinkRow.user_id) == user_id)
    )


def ask(session: Session, asked: LinkAsked, *, now: datetime, expires_at: datetime) -> None:
    """Begin a link; the same chat user's earlier ones, and all that expired, work no more."""
    connection = session.connection()
    connection.execute(delete(ChatLinkRow).where(col(ChatLinkRow.expires_at) <= now))
    connection.execute(
        delete(ChatLinkRow)
        .where(col(ChatLinkRow.team_id) == asked.team_id)
        .where(col(ChatLinkRow.chat_user) == asked.chat_user)
    )
    session.add(
        ChatLinkRow(
            digest=asked.digest,
            team_id=asked.team_id,
            chat_user=asked.chat_user,
            user_name=asked.user_name,
            team_name=asked.team_name,
            expires_at=expires_at,
        )
    )


def asked(session: Session, digest: bytes, *, now: datetime) -> LinkAsked | None:
    """A link under way; None when it is unknown, used or expired."""
    row = session.get(ChatLinkRow, digest)
    if row is None or row.expires_at <= now:
        return None
    return _asked(row)


def note_person(
    session: Session, digest: bytes, *, login: str, user_id: int, binding: bytes
) -> None:
    """Write down whom the code host named, for the one browser that came back."""
    session.connection().execute(
        update(ChatLinkRow)
        .where(col(ChatLinkRow.digest) == digest)
        .values(login=login, user_id=user_id, binding=binding)
    )


def use(session: Session, digest: bytes, binding: bytes, *, now: datetime) -> LinkAsked | None:
    """Use a link up; None unless it is this browser's and still in time."""
    row = session.execute(
        text(
            "DELETE FROM chat_link WHERE digest = :digest AND binding = :binding"
            " AND expires_at > :now RETURNING *"
        ),
        {"digest": digest, "binding": binding, "now": now},
    ).one_or_none()
    if row is None:
        return None
    return LinkAsked(
        bytes(row.digest),
        row.team_id,
        row.chat_user,
        row.user_name,
        row.team_name,
        row.login,
        row.user_id,
        bytes(row.binding),
    )


def _asked(row: ChatLinkRow) -> LinkAsked:
    return LinkAsked(
        bytes(row.digest),
        row.team_id,
        row.chat_user,
        row.user_name,
        row.team_name,
        row.login,
        row.user_id,
        bytes(row.binding) if row.binding is not None else None,
    )
