"""An empty world and the credentials with which FlakeGuard is let into it."""

from dataclasses import dataclass, field
from secrets import token_hex

from app.clock import Clock
from app.sandbox.github.world import GitHubWorld
from app.sandbox.keys import KeyPair, new_key_pair
from app.sandbox.slack.world import SlackWorld
from app.sandbox.world import World

APP_ID = 271_828
SECRET_BYTES = 16


@dataclass(frozen=True, slots=True)
class Credentials:
    """What FlakeGuard's settings need to know of a world."""

    app_id: int
    app_private_key: str = field(repr=False)
    webhook_secret: str = field(repr=False)
    client_id: str
    client_secret: str = field(repr=False)
    slack_bot_token: str = field(repr=False)
    slack_signing_secret: str = field(repr=False)


def fresh_world(*, clock: Clock, keys: KeyPair | None = None) -> tuple[World, Credentials]:
    """A world with nothing in it; making `keys` anew takes a moment, so they can be given."""
    pair = keys or new_key_pair()
    webhook_secret = token_hex(SECRET_BYTES)
    github = GitHubWorld(
        app_id=APP_ID,
        app_public_key=pair.public,
        webhook_secret=webhook_secret,
        clock=clock,
    )
    credentials = Credentials(
        app_id=APP_ID,
        app_private_key=pair.private,
        webhook_secret=webhook_secret,
        client_id=github.registration.client_id,
        client_secret=github.registration.client_secret,
        slack_bot_token=f"xoxb-{token_hex(SECRET_BYTES)}",
        slack_signing_secret=token_hex(SECRET_BYTES),
    )
    slack = SlackWorld(
        bot_token=credentials.slack_bot_token,
        signing_secret=credentials.slack_signing_secret,
        clock=clock,
    )
    return World(github, slack), credentials
