"""Channels outside Slack behind the port: one post each, rendered from the same message."""

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.clock import Clock
from app.core.errors import ErrorKind, Missing, Unavailable
from app.core.outlets import MAIL_PREFIX, PREFIX, OutletKind, Target
from app.core.publishing import ChatMessage, Picture
from app.ports import Chat, Chats
from app.render import elsewhere
from app.services.chat.outlets import Outlets
from bots.outlets.mail import Mailer
from bots.outlets.posting import Poster

JSON = {"Content-Type": "application/json; charset=utf-8"}
ID_DIGITS = 32
MATTERMOST_MOST = 16_000  # characters of a message; Mattermost takes 16383
CARD = "application/vnd.microsoft.card.adaptive"
NO_SLACK = "No Slack is set up."
NO_MAIL = "No mail can be sent: SMTP_URL and SMTP_FROM are not set."


@dataclass(frozen=True, slots=True)
class OutletSpeaker:
    """Says things in Slack, and in the channels outside it that were added."""

    outlets: Outlets
    poster: Poster
    mailer: Mailer | None
    slack: Chats | None
    clock: Clock

    def reaches(self, channel: str) -> bool:
        """Whether anything may be said in this channel."""
        if channel.startswith(MAIL_PREFIX):
            return self.mailer is not None
        if channel.startswith(PREFIX):
            found = self.outlets.target(channel.removeprefix(PREFIX))
            return found is not None and (found[0] is not OutletKind.EMAIL or bool(self.mailer))
        return self.slack is not None and self.slack.reaches(channel)

    def take_turn(self, channel: str, *, is_urgent: bool = False) -> None:
        """Outside Slack nobody has said how often is too often."""
        if not channel.startswith((PREFIX, MAIL_PREFIX)):
            self._slack().take_turn(channel, is_urgent=is_urgent)

    def post(self, channel: str, message: ChatMessage, *, thread: str | None = None) -> str:
        """Say it; its id. A receiver that hears it twice tells it by that."""
        if channel.startswith(MAIL_PREFIX):
            addresses = channel.removeprefix(MAIL_PREFIX).split(",")
            return self._mail(addresses, message, thread)
        if not channel.startswith(PREFIX):
            return self._slack().post(channel, message, thread=thread)
        name = channel.removeprefix(PREFIX)
        found = self.outlets.target(name)
        if found is None:
            raise Missing(f"There is no channel {name}.")
        with self.outlets.spared(name):
            return self._said(*found, message, thread)

    def update(self, channel: str, ts: str, message: ChatMessage) -> None:
        """Make an existing message say this; outside Slack what was said stays as it is."""
        if not channel.startswith((PREFIX, MAIL_PREFIX)):
            self._slack().update(channel, ts, message)

    def find(self, channel: str, handle: str, *, thread: str | None = None) -> str | None:
        """A message of ours posted earlier; outside Slack nobody can be asked."""
        if channel.startswith((PREFIX, MAIL_PREFIX)):
            return None
        return self._slack().find(channel, handle, thread=thread)

    def upload(self, channel: str, picture: Picture) -> str | None:
        """Upload a picture for a channel; outside Slack none is shown, and words stand for it."""
        if channel.startswith((PREFIX, MAIL_PREFIX)):
            return None
        return self._slack().upload(channel, picture)

    def for_team(self, team_id: str | None) -> Chat:
        """A Slack workspace."""
        return self._slack().for_team(team_id)

    def _slack(self) -> Chats:
        if self.slack is None:
            raise Unavailable(NO_SLACK, kind=ErrorKind.SLACK_API, permanent=True)
        return self.slack

    def _said(
        self, kind: OutletKind, target: Target, message: ChatMessage, thread: str | None
    ) -> str:
        match kind:
            case OutletKind.EMAIL:
                return self._mail(target.addresses, message, thread)
            case OutletKind.WEBHOOK:
                self._signed(target, message, thread)
            case OutletKind.MATTERMOST:
                text = elsewhere.markdown(message)[:MATTERMOST_MOST]
                self.poster.post(target.url, json.dumps({"text": text}).encode(), JSON)
            case OutletKind.TEAMS:
                self.poster.post(target.url, json.dumps(teams_body(message)).encode(), JSON)
        return id_of(message)

    def _mail(self, addresses: Sequence[str], message: ChatMessage, thread: str | None) -> str:
        if self.mailer is None:
            raise Unavailable(NO_MAIL, kind=ErrorKind.CHANNEL, permanent=True)
        return self.mailer.send(addresses, message, thread=thread)

    def _signed(self, target: Target, message: ChatMessage, thread: str | None) -> None:
        at = str(int(self.clock().timestamp()))
        body = json.dumps(webhook_body(message, thread, at=int(at))).encode()
        headers = {
            "X-FlakeGuard-Delivery": id_of(message),
            "X-FlakeGuard-Timestamp": at,
            "X-FlakeGuard-Signature-256": signature(target.secret, at, body),
        }
        self.poster.post(target.url, body, JSON | headers)


def id_of(message: ChatMessage) -> str:
    """A message's id outside: the same when it is sent again, and no handle of a button."""
    return hashlib.sha256(message.handle.encode()).hexdigest()[:ID_DIGITS]


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """What proves that a webhook is ours: HMAC-SHA256 of the timestamp, a dot and the body."""
    made = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256)
    return f"sha256={made.hexdigest()}"


def webhook_body(message: ChatMessage, thread: str | None, *, at: int) -> dict[str, Any]:
    """What a webhook of ours says."""
    return {
        "version": 1,
        "id": id_of(message),
        "thread": thread,  # the id of the message that this one belongs below
        "about": elsewhere.subject(message),
        "text": elsewhere.plain(message),
        "markdown": elsewhere.markdown(message),
        "sent_at": at,
    }


def teams_body(message: ChatMessage) -> dict[str, Any]:
    """What a workflow of Teams posts as a card."""
    attachment = {"contentType": CARD, "contentUrl": None, "content": elsewhere.card(message)}
    return {"type": "message", "attachments": [attachment]}
