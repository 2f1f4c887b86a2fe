"""Posting to FlakeGuard, as GitHub and Slack do from outside."""

import ssl
import threading
from collections.abc import Mapping
from functools import cache

import httpx


class Poster:
    """Keeps its connections between posts; closed, it opens new ones when it is used again."""

    def __init__(self, *, timeout: float) -> None:
        self.timeout = timeout  # seconds
        self._client: httpx.Client | None = None
        self._lock = threading.Lock()

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> httpx.Response:
        """Post once; redirects are not followed."""
        with self._lock:
            if self._client is None:
                self._client = httpx.Client(
                    timeout=self.timeout, trust_env=False, verify=_authorities()
                )
            client = self._client
        return client.post(url, content=body, headers=dict(headers))

    def close(self) -> None:
        """Let the connections go."""
        with self._lock:
            if self._client is not None:
                self._client.close()
            self._client = None


@cache
def _authorities() -> ssl.SSLContext:
    """Whom every poster trusts; reading their certificates takes longer than many posts."""
    return httpx.create_ssl_context(trust_env=False)
