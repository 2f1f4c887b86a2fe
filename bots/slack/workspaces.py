"""Every workspace behind one port: each message goes out with the token of its own."""

from collections.abc import Iterator
from contextlib import contextmanager

from app.clock import Clock, utc_now
from app.core.errors import ErrorKind
from app.core.publishing import Picture
from app.ports import ChatMessage
from app.services.chat.workspaces import Workspaces
from bots.slack.client import API_URL, SlackChat
from bots.slack.failures import Removed

NOBODY = "No Slack workspace is known for {place}, and there is no SLACK_BOT_TOKEN to try."
GONE = "The app was removed from Slack workspace {team_id}: nothing is said there."


class SlackWorkspaces:
    """Chat in the workspaces that installed us, and in the one of the token that is set.

    Raises what SlackChat raises, and Removed, without asking, for a workspace that we were
    removed from.
    """

    def __init__(
        self,
        installed: Workspaces,
        *,
        token: str | None = None,
        api_url: str = API_URL,
        clock: Clock = utc_now,
    ) -> None:
        self.installed = installed
        self.api_url = api_url
        self.clock = clock
        self.given = self._chat(token) if token else None
        self._is_given_gone = False
        self._chats: dict[str, tuple[str, SlackChat]] = {}

    def reaches(self, channel: str) -> bool:
        """Whether a workspace that we are in has this channel, as far as we know."""
        try:
            self._of(channel)
        except Removed:
            return False
        return True

    def take_turn(self, channel: str, *, is_urgent: bool = False) -> None:
        """Slack itself says when it is too early."""

    def post(self, channel: str, message: ChatMessage, *, thread: str | None = None) -> str:
        """Post a message, in a thread when one is named; its ts."""
        with self._heard(channel) as chat:
            return chat.post(channel, message, thread=thread)

    def update(self, channel: str, ts: str, message: ChatMessage) -> None:
        """Make an existing message say this."""
        with self._heard(channel) as chat:
            chat.update(channel, ts, message)

    def find(self, channel: str, handle: str, *, thread: str | None = None) -> str | None:
        """A message of ours posted earlier with this handle; None when there is none."""
        with self._heard(channel) as chat:
            return chat.find(channel, handle, thread=thread)

    def upload(self, channel: str, picture: Picture) -> str:
        """Upload a picture for a channel; its id."""
        with self._heard(channel) as chat:
            return chat.upload(channel, picture)

    def for_team(self, team_id: str | None) -> SlackChat:
        """One workspace; the one of the token that is set for who never installed us."""
        token = self.installed.token(team_id) if team_id else None
        if team_id and token == "":
            raise _removed(GONE.format(team_id=team_id))
        if not team_id or token is None:
            if self.given is None or self._is_given_gone:
                raise _removed(NOBODY.format(place=team_id or "it"))
            return self.given
        known = self._chats.get(team_id)
        if known is None or known[0] != token:
            known = self._chats[team_id] = (token, self._chat(token))
        return known[1]

    @contextmanager
    def _heard(self, channel: str) -> Iterator[SlackChat]:
        """The workspace of a channel; when it turns out that we were removed, that is noted."""
        team_id = self.installed.team_of(channel)
        chat = self.for_team(team_id)
        try:
            yield chat
        except Removed:
            if chat is self.given:
                self._is_given_gone = True
            elif team_id is not None:
                self.installed.note_removal(team_id)
            raise

    def _of(self, channel: str) -> SlackChat:
        return self.for_team(self.installed.team_of(channel))

    def _chat(self, token: str) -> SlackChat:
        return SlackChat(token, api_url=self.api_url, clock=self.clock)


def _removed(message: str) -> Removed:
    return Removed(message, kind=ErrorKind.SLACK_API, permanent=True)
