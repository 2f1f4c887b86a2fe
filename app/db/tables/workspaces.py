"""Chat workspaces that installed our app."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from app.db.tables.columns import moment, moment_or_none, octets, words


class ChatWorkspaceRow(SQLModel, table=True):
    """A workspace and the token that speaks in it, encrypted."""

    __tablename__ = "chat_workspace"

    team_id: str = Field(primary_key=True)
    name: str
    sealed: bytes = octets()  # app.core.workspaces.ChatToken
    version: int  # counts up with every change of the token
    scopes: list[str] = words()
    bot_user: str
    installed_at: datetime = moment()
    installed_by: str  # of us, who was signed in
    renewing_until: datetime | None = moment_or_none()  # who renews the token has so long
    removed_at: datetime | None = moment_or_none()  # None while it is installed
