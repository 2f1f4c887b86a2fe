"""Who is signed in, and for how long."""

import hashlib
import secrets
from datetime import datetime, timedelta

LIFETIME = timedelta(hours=8)


class Sessions:
    def __init__(self) -> None:
        self._open: dict[str, tuple[str, datetime]] = {}

    def sign_in(self, customer: str, now: datetime) -> str:
        token = secrets.token_urlsafe(16)
        self._open[self._key(token)] = (customer, now + LIFETIME)
        return token

    def customer(self, token: str, now: datetime) -> str | None:
        """Who holds this token, or None when nobody does any more."""
        customer, until = self._open.get(self._key(token), ("", now))
        return customer if now < until else None

    def sign_out(self, token: str) -> None:
        self._open.pop(self._key(token), None)

    @staticmethod
    def _key(token: str) -> str:
        return hashlib.sha256(token.encode()).hexdigest()
