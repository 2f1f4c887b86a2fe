"""Secrets at rest: encrypted with the newest key, read with any that is listed."""

from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from app.core.errors import BadInput

UNREADABLE = (
    "{what} cannot be read: none of the keys in FLAKEGUARD_SECRET_KEY made it; "
    "put the key of that time behind the new one, after a comma."
)


@dataclass(frozen=True, slots=True)
class Opened:
    """A secret, and whether the newest key had sealed it."""

    text: str
    is_current: bool


class Vault:
    """Seals and opens; `keys` are Fernet's, the newest first."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._newest = Fernet(keys[0])
        self._every = MultiFernet([Fernet(key) for key in keys])

    def seal(self, text: str) -> bytes:
        """The text, encrypted with the newest key."""
        return self._newest.encrypt(text.encode())

    def open(self, sealed: bytes, *, what: str) -> Opened:
        """The text again; BadInput, naming `what` it is, where no key fits."""
        try:
            return Opened(self._newest.decrypt(sealed).decode(), is_current=True)
        except InvalidToken:
            pass
        try:
            return Opened(self._every.decrypt(sealed).decode(), is_current=False)
        except InvalidToken:
            raise BadInput(UNREADABLE.format(what=what)) from None
