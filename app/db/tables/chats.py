"""Chat workspaces and the people in them."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from app.db.tables.columns import big_or_none, moment, octets


class ChatLinkRow(SQLModel, table=True):
    """A chat user on the way to being linked; by the digest of the secret in their link."""

    __tablename__ = "chat_link"

    digest: bytes = octets(primary_key=True)
    team_id: str
    chat_user: str
    user_name: str  # as the page that asks shows them
    team_name: str
    expires_at: datetime = moment()
    login: str | None = None  # whom the code host named; None until then
    user_id: int | None = big_or_none()
    binding: bytes | None = Field(default=None, nullable=True)  # digest; the browser has the rest
