"""What chats that stand in front of others hand on as it is."""

from dataclasses import dataclass

from app.core.publishing import ChatMessage, Picture
from app.ports import Chat, Chats


@dataclass(frozen=True, slots=True)
class RelayedChats:
    """Chats behind these; whoever derives from it says when a message has its turn."""

    chats: Chats

    def post(self, channel: str, message: ChatMessage, *, thread: str | None = None) -> str:
        """Post a message, whose turn was taken before."""
        return self.chats.post(channel, message, thread=thread)

    def update(self, channel: str, ts: str, message: ChatMessage) -> None:
        """Make an existing message say this: that wakes nobody."""
        self.chats.update(channel, ts, message)

    def find(self, channel: str, handle: str, *, thread: str | None = None) -> str | None:
        """A message of ours posted earlier with this handle."""
        return self.chats.find(channel, handle, thread=thread)

    def upload(self, channel: str, picture: Picture) -> str | None:
        """Upload a picture for a channel; its id. Nobody sees it before a message shows it."""
        return self.chats.upload(channel, picture)

    def reaches(self, channel: str) -> bool:
        """Whether anything may be said in this channel."""
        return self.chats.reaches(channel)

    def for_team(self, team_id: str | None) -> Chat:
        """One workspace, for what people there wait for: that has no turn to wait for."""
        return self.chats.for_team(team_id)
