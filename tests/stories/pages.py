"""The pages as a signed-in browser sees them, without a browser."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape

import httpx

from app.clock import utc_now
from app.demo.stage import Stage
from app.services.access.sessions import make_sign_in_link


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody who came by the one-time link."""

    client: httpx.Client

    def text(self, path: str) -> str:
        """A page's source, its entities resolved."""
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.text
        return unescape(answer.text)


@contextmanager
def signed_in(stage: Stage) -> Iterator[SignedIn]:
    """Open the one-time link, and keep the cookie."""
    link = make_sign_in_link(stage.engine, now=utc_now(), base_url=stage.address)
    with httpx.Client(base_url=stage.address, follow_redirects=True, timeout=10) as client:
        assert client.get(link).status_code == 200
        yield SignedIn(client)
