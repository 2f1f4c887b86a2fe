"""Artifacts: the redirect followed at once, streamed to a file, within a limit."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import BinaryIO

import httpx

from app.clock import Clock
from app.core.errors import Missing, TooLarge
from app.core.runs import Artifact
from bots.github.connection import MAX_REDIRECTS, USER_AGENT, Connection, is_loopback, tls
from bots.github.failures import GONE, unavailable
from bots.github.ranges import Store

WITHIN = timedelta(minutes=5)  # a store that trickles must not hold a worker for ever
CHUNK = 256 * 1024  # bytes
TRIES = 3  # the address is valid for a minute; a broken download asks for a new one


class Interrupted(Exception):
    """The store did not hand the whole file out; going on, or a new address, may help."""


@dataclass(slots=True)
class Copy:
    """How far a download has come."""

    into: BinaryIO
    start: int  # where the file stood
    written: int = 0
    etag: str = ""  # of what was begun with; "" where the store names none

    def begin_again(self) -> None:
        """Forget what was written: it cannot be gone on with."""
        self.into.seek(self.start)
        self.into.truncate()
        self.written = 0

    def headers(self) -> dict[str, str]:
        """What asks for the rest, or for all of it when it is not the same any more."""
        if not self.written or not self.etag:
            return {}
        return {"Range": f"bytes={self.written}-", "If-Range": self.etag}


def download(
    connection: Connection,
    path: str,
    artifact: Artifact,
    into: BinaryIO,
    *,
    limit: int,
    timeout: float,
) -> None:
    """Write the zip at `path` of the API into a file, from where the file stands.

    A download that broke goes on where it ended, at a new address. Raises TooLarge above `limit`
    bytes, Missing where the artifact is gone, Unavailable where the store fails again and again.
    """
    if artifact.size_bytes > limit:
        raise too_large(artifact, limit)
    so_far, reason = Copy(into, into.tell()), ""
    for _ in range(TRIES):
        address = address_of(connection, path, artifact)
        try:
            copy(address, artifact, so_far, limit=limit, timeout=timeout, clock=connection.clock)
        except Interrupted as error:
            reason = str(error)
        else:
            return
    so_far.begin_again()
    raise unavailable(f"The artifact {artifact.name!r} could not be downloaded: {reason}.")


def in_parts(
    connection: Connection, path: str, artifact: Artifact, *, limit: int, timeout: float
) -> AbstractContextManager[BinaryIO]:
    """The zip at `path` of the API, to be read here and there."""
    store = Store(
        artifact.name,
        lambda: address_of(connection, path, artifact),
        lambda answer: refuse(answer, artifact),
        limit=limit,
        timeout=timeout,
    )
    return store.opened()


def address_of(connection: Connection, path: str, artifact: Artifact) -> httpx.URL:
    """Where the zip lies. The address carries its own signature and is valid for a minute.

    A repository that was renamed or moved leads on within the API first.
    """
    answer = connection.send("GET", path)
    for _ in range(MAX_REDIRECTS):
        if not answer.is_redirect or answer.status_code == httpx.codes.FOUND:
            break
        answer = connection.send("GET", str(connection.within_api(answer, f"GET {path}")))
    location = answer.headers.get("location")
    if not answer.is_redirect or not location:
        raise unavailable(f"GitHub named no address for the artifact {artifact.name!r}.")
    address = answer.request.url.join(location)
    if address.scheme not in {"https", answer.request.url.scheme}:
        raise unavailable(f"GitHub's address for the artifact {artifact.name!r} is not https.")
    return address


def copy(
    address: httpx.URL,
    artifact: Artifact,
    so_far: Copy,
    *,
    limit: int,
    timeout: float,
    clock: Clock,
) -> None:
    """Stream what lies at the address, or the rest of it, into a file.

    No token of ours goes to the store.
    """
    deadline = clock() + WITHIN
    try:
        with opened(address, so_far.headers(), timeout=timeout) as answer:
            refuse(answer, artifact)
            if not goes_on(answer, so_far):
                so_far.begin_again()
                so_far.etag = answer.headers.get("etag", "")
            for chunk in answer.iter_bytes(CHUNK):
                so_far.written += len(chunk)
                if so_far.written > limit:
                    raise too_large(artifact, limit)
                if clock() > deadline:
                    raise Interrupted("it took longer than five minutes")
                so_far.into.write(chunk)
    except httpx.HTTPError as error:
        raise Interrupted(f"the connection broke ({type(error).__name__})") from error


def goes_on(answer: httpx.Response, so_far: Copy) -> bool:
    """Whether the answer is the rest of what was begun."""
    if answer.status_code != httpx.codes.PARTIAL_CONTENT:
        return False
    if answer.headers.get("content-range", "").startswith(f"bytes {so_far.written}-"):
        return True
    so_far.etag = ""  # the next try asks for all of it
    raise Interrupted("the store answered with another part")


@contextmanager
def opened(
    address: httpx.URL, asked: Mapping[str, str], *, timeout: float
) -> Iterator[httpx.Response]:
    """The store's answer, not read yet."""
    headers = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity", **asked}
    proxied = not is_loopback(str(address))
    with (
        httpx.Client(timeout=timeout, trust_env=proxied, verify=tls()) as client,
        client.stream("GET", address, headers=headers) as answer,
    ):
        yield answer


def refuse(answer: httpx.Response, artifact: Artifact) -> None:
    """Raise where the store has something else than the file."""
    if answer.status_code in GONE:
        raise Missing(f"The artifact {artifact.name!r} is gone.")
    if answer.status_code not in {httpx.codes.OK, httpx.codes.PARTIAL_CONTENT}:
        raise Interrupted(f"the store answered {answer.status_code}")


def too_large(artifact: Artifact, limit: int) -> TooLarge:
    """The refusal of an artifact above the limit."""
    return TooLarge(
        f"The artifact {artifact.name!r} is larger than the {limit} bytes that are read at most."
    )
