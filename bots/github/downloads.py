"""Artifacts: the redirect followed at once, streamed to a file, within a limit."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import BinaryIO

import httpx

from app.clock import Clock
from app.core.errors import BadInput, Missing
from app.core.runs import Artifact
from bots.github.connection import USER_AGENT, Connection, is_loopback, tls
from bots.github.failures import GONE, unavailable

WITHIN = timedelta(minutes=5)  # a store that trickles must not hold a worker for ever
CHUNK = 256 * 1024  # bytes
TRIES = 2  # the address is valid for a minute; a broken download asks for a new one


class Interrupted(Exception):
    """The store did not hand the whole file out; a new address may help."""


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

    Raises BadInput above `limit` bytes, Missing where the artifact is gone, Unavailable where
    the store fails twice.
    """
    if artifact.size_bytes > limit:
        raise too_large(artifact, limit)
    start, reason = into.tell(), ""
    for _ in range(TRIES):
        into.seek(start)
        into.truncate()
        address = address_of(connection, path, artifact)
        try:
            copy(address, artifact, into, limit=limit, timeout=timeout, clock=connection.clock)
        except Interrupted as error:
            reason = str(error)
        else:
            return
    raise unavailable(f"The artifact {artifact.name!r} could not be downloaded: {reason}.")


def address_of(connection: Connection, path: str, artifact: Artifact) -> httpx.URL:
    """Where the zip lies. The address carries its own signature and is valid for a minute."""
    answer = connection.send("GET", path)
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
    into: BinaryIO,
    *,
    limit: int,
    timeout: float,
    clock: Clock,
) -> None:
    """Stream what lies at the address into a file. No token of ours goes to the store."""
    deadline = clock() + WITHIN
    written = 0
    try:
        with opened(address, timeout=timeout) as answer:
            refuse(answer, artifact)
            for chunk in answer.iter_bytes(CHUNK):
                written += len(chunk)
                if written > limit:
                    raise too_large(artifact, limit)
                if clock() > deadline:
                    raise Interrupted("it took longer than five minutes")
                into.write(chunk)
    except httpx.HTTPError as error:
        raise Interrupted(f"the connection broke ({type(error).__name__})") from error


@contextmanager
def opened(address: httpx.URL, *, timeout: float) -> Iterator[httpx.Response]:
    """The store's answer, not read yet."""
    headers = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity"}
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
    if answer.status_code != httpx.codes.OK:
        raise Interrupted(f"the store answered {answer.status_code}")


def too_large(artifact: Artifact, limit: int) -> BadInput:
    """The refusal of an artifact above the limit."""
    return BadInput(
        f"The artifact {artifact.name!r} is larger than the {limit} bytes that are read at most."
    )
