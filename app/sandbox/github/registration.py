"""The App's registration: its client secret, who it may send people back to, codes under way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.sandbox.github.entities import Account

CODE_LIFE = timedelta(minutes=10)  # of a code that signs somebody in
MANIFEST_LIFE = timedelta(hours=1)  # of a code that makes an App
USER_TOKEN_LIFE = timedelta(hours=8)


@dataclass(slots=True)
class Code:
    """Somebody said yes; once the App may take a token for it."""

    user: Account
    redirect_uri: str
    challenge: str  # PKCE's, S256; "" when none was sent
    expires_at: datetime


@dataclass(slots=True)
class Manifest:
    """An App about to be made."""

    fields: Mapping[str, object]
    owner: Account
    expires_at: datetime


@dataclass(slots=True)
class Registration:
    """What the App's settings page holds besides its key."""

    client_id: str
    client_secret: str
    callback_urls: tuple[str, ...] = ()  # empty: any
    setup_url: str = ""
    name: str = "FlakeGuard"
    codes: dict[str, Code] = field(default_factory=dict)
    manifests: dict[str, Manifest] = field(default_factory=dict)
    refresh_tokens: dict[str, Account] = field(default_factory=dict)
