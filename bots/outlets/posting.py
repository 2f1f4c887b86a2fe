"""Posting to an address that a user gave: https, nobody's inner network, no redirect."""

import http.client
import socket
import ssl
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from app import __version__
from app.core.errors import BadInput, ErrorKind, Unavailable

TIMEOUT = 10.0  # seconds
MOST_READ = 64 * 1024  # bytes of an answer
HTTPS, HTTP = 443, 80
SERVER_ERROR, TOO_MANY, REDIRECTS = 500, 429, range(300, 400)
PASSING = {408, TOO_MANY}

NO_ADDRESS = "A channel's address must be https://host/..., without a user name in it."
PRIVATE = (
    "{host} lies in a private network, into which nothing is sent; "
    "name the host in CHANNEL_ALLOWED_HOSTS if it is meant."
)


@dataclass(frozen=True, slots=True)
class Poster:
    """Posts once, without following anything. `allowed` hosts may be private, and plain http."""

    allowed: Collection[str] = field(default=())
    timeout: float = TIMEOUT

    def must_be_allowed(self, url: str) -> SplitResult:
        """The address's parts; BadInput for one that is never posted to."""
        try:
            parts = urlsplit(url)
            host, _ = parts.hostname, parts.port
        except ValueError:
            raise BadInput(NO_ADDRESS) from None
        schemes = {"https", "http"} if host in self.allowed else {"https"}
        if parts.scheme not in schemes or not host or parts.username or not url.isprintable():
            raise BadInput(NO_ADDRESS)
        return parts

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> str:
        """Post; what was answered. Raises Unavailable, for good where the receiver refuses it."""
        parts = self.must_be_allowed(url)
        host = parts.hostname or ""
        told = {
            "User-Agent": f"flakeguard/{__version__}",
            "Content-Length": str(len(body)),
            **headers,
        }
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection = http.client.HTTPConnection(parts.netloc, timeout=self.timeout)
        try:
            connection.sock = self._connected(parts, host)
            connection.request("POST", target, body=body, headers=told)
            answer = connection.getresponse()
            said = answer.read(MOST_READ).decode("utf-8", "replace")
        except (OSError, http.client.HTTPException) as error:
            message = f"{host} could not be reached: {type(error).__name__}."
            raise Unavailable(message, kind=ErrorKind.CHANNEL) from error
        finally:
            connection.close()
        _must_be_taken(host, answer.status)
        return said

    def _connected(self, parts: SplitResult, host: str) -> socket.socket:
        """A connection to an address that was looked at: the name is not asked for again."""
        port = parts.port or (HTTPS if parts.scheme == "https" else HTTP)
        address = self._address(host, port)
        plain = socket.create_connection((address, port), timeout=self.timeout)
        if parts.scheme != "https":
            return plain
        try:
            return ssl.create_default_context().wrap_socket(plain, server_hostname=host)
        except BaseException:
            plain.close()
            raise

    def _address(self, host: str, port: int) -> str:
        found = [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        if host not in self.allowed and not all(is_public(one) for one in found):
            raise Unavailable(PRIVATE.format(host=host), kind=ErrorKind.CHANNEL, permanent=True)
        return found[0]


def is_public(address: str) -> bool:
    """Whether this address is one of the open internet."""
    found = ip_address(address.partition("%")[0])
    mapped = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    inner = mapped or found
    return found.is_global and inner.is_global and not inner.is_multicast


def _must_be_taken(host: str, status: int) -> None:
    if status < REDIRECTS.start:
        return
    message = f"{host} answered with {status}."
    if status in REDIRECTS:
        message = f"{host} answered with {status}, a redirect, which is not followed."
    is_passing = status >= SERVER_ERROR or status in PASSING
    raise Unavailable(message, kind=ErrorKind.CHANNEL, permanent=not is_passing)
