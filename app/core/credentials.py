"""The GitHub App's credentials: as they were given, as they are stored, as they are in use."""

import json
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta

OLD_SECRET_LIFE = timedelta(days=1)  # GitHub redelivers what it signed before a rotation
LEAST_SECRET = 16  # characters of a webhook secret in a list; shorter ones can be guessed


@dataclass(frozen=True, slots=True)
class AppCredential:
    """Everything that GitHub hands out when an App is made; texts never show."""

    app_id: int
    slug: str
    name: str
    url: str  # the App's own page
    private_key: str = field(repr=False)  # PEM
    webhook_secret: str = field(repr=False)
    client_id: str
    client_secret: str = field(repr=False)
    api_url: str  # the GitHub that knows it; no other one is ever shown the key
    old_secret: str = field(default="", repr=False)  # valid beside the new one until `old_until`
    old_until: str = ""  # ISO 8601

    def to_json(self) -> str:
        """As it is stored, once it is encrypted."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "AppCredential":
        """As it was stored."""
        return cls(**json.loads(text))

    def with_new_secret(self, secret: str, *, now: datetime) -> "AppCredential":
        """The same App with another webhook secret; the one before stays valid for a day."""
        until = (now + OLD_SECRET_LIFE).isoformat()
        return replace(self, webhook_secret=secret, old_secret=self.webhook_secret, old_until=until)

    def with_secrets_swapped(self, *, now: datetime) -> "AppCredential":
        """The secret of before again, because GitHub may never have heard of the new one.

        The new one stays valid for a day: GitHub may have heard, and its answer been lost.
        """
        return self.with_new_secret(self.old_secret, now=now) if self.old_secret else self

    def webhook_secrets(self, *, now: datetime) -> tuple[str, ...]:
        """The secrets that GitHub may sign with now, the newest first."""
        is_old_valid = self.old_until and datetime.fromisoformat(self.old_until) > now
        return (self.webhook_secret, self.old_secret) if is_old_valid else (self.webhook_secret,)


@dataclass(frozen=True, slots=True)
class GivenApp:
    """What the settings say of the App; each part may be missing."""

    app_id: int | None = None
    private_key: str | None = field(default=None, repr=False)
    webhook_secret: str | None = field(default=None, repr=False)  # or new, comma, old
    client_id: str | None = None
    client_secret: str | None = field(default=None, repr=False)

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left that a stored credential could add."""
        return None not in (self.app_id, self.webhook_secret, self.client_id)


@dataclass(frozen=True, slots=True)
class AppInUse:
    """The App as this installation uses it: what is set, and where nothing is, what is stored."""

    app_id: int | None = None
    private_key: str | None = field(default=None, repr=False)
    webhook_secrets: tuple[str, ...] = field(default=(), repr=False)
    client_id: str | None = None
    client_secret: str | None = field(default=None, repr=False)
    name: str = ""  # known of a stored one
    url: str = ""
    is_stored: bool = False  # whether id and key are the stored ones
    fault: str = ""  # why what is stored cannot be used, in one sentence

    @property
    def is_set_up(self) -> bool:
        """Whether GitHub can be asked at all."""
        return self.app_id is not None and self.private_key is not None

    @property
    def can_sign_in(self) -> bool:
        """Whether people can sign in through GitHub."""
        return self.client_id is not None and self.client_secret is not None


def in_use(
    given: GivenApp, stored: AppCredential | None, *, now: datetime, fault: str = ""
) -> AppInUse:
    """What is given wins, part by part; nothing of a stored App is mixed with another App's id."""
    if stored is not None and given.app_id not in {None, stored.app_id}:
        stored = None
    secrets = secrets_in(given.webhook_secret)
    if stored is None:
        return AppInUse(
            app_id=given.app_id,
            private_key=given.private_key,
            webhook_secrets=secrets,
            client_id=given.client_id,
            client_secret=given.client_secret,
            fault=fault,
        )
    has_client = given.client_id is not None
    return AppInUse(
        app_id=stored.app_id,
        private_key=given.private_key or stored.private_key,
        webhook_secrets=secrets or stored.webhook_secrets(now=now),
        client_id=given.client_id if has_client else stored.client_id,
        client_secret=given.client_secret if has_client else stored.client_secret,
        name=stored.name,
        url=stored.url,
        is_stored=given.app_id is None,
    )


def secrets_in(text: str | None) -> tuple[str, ...]:
    """The webhook secrets that a setting holds: one, or the new and the old with a comma between.

    A secret may hold a comma itself, so the whole text counts as one too, and a part only when
    it is long enough not to be guessed.
    """
    if not text:
        return ()
    parts = [part.strip() for part in text.split(",")]
    if len(parts) == 1 or min(map(len, parts)) < LEAST_SECRET:
        return (text,)
    return (text, *parts)
