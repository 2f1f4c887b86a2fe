"""Every kept exchange, put through Prism, and what it has against it."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import httpx

from tests.contract import description
from tests.contract.exchanges import Exchange
from tests.contract.prism import VIOLATIONS, prism
from tests.contract.replay import NUMBER, replaying

REDIRECTS = range(300, 400)
TIMEOUT = 60.0  # seconds; Prism compiles an operation's schemas when it first meets it


@dataclass(frozen=True, slots=True)
class Breach:
    """One thing that the description forbids."""

    exchange: Exchange
    side: str  # request or response
    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.exchange}: {self.side} {self.where}: {self.message}"


def breaches(exchanges: Sequence[Exchange], folder: Path) -> Iterator[Breach]:
    """All that the exchanges have against them. Works in `folder`."""
    whole = description.load()
    known: list[Exchange] = []
    wanted: list[tuple[str, str]] = []
    for one in exchanges:
        path = description.operation_path(whole, one.method, one.path)
        if path is None:
            yield Breach(one, "request", "path", "GitHub has no such operation.")
        else:
            known.append(one)
            wanted.append((one.method, path))
    if not known:
        return
    cut = description.trimmed(whole, wanted)
    with (
        replaying(known) as upstream,
        prism(cut, upstream, folder) as address,
        httpx.Client(base_url=address, timeout=TIMEOUT, trust_env=False) as client,
    ):
        for number, one in enumerate(known):
            told = cut["paths"][wanted[number][1]][one.method.lower()]["responses"]
            path = one_segment(one.path, wanted[number][1])
            yield from _breaches(client, number, one, path, documented=str(one.status) in told)


def _breaches(
    client: httpx.Client, number: int, one: Exchange, path: str, *, documented: bool
) -> Iterator[Breach]:
    answer = client.request(
        one.method,
        path + (f"?{one.query}" if one.query else ""),
        headers={**one.headers, NUMBER: str(number)},
        content=one.body.encode(),
    )
    for found in json.loads(answer.headers.get(VIOLATIONS, "[]")):
        where = [str(part) for part in found["location"]]
        if where[0] == "response" and not is_judged(one, documented=documented):
            continue
        if where[0] == "request" and one.status >= HTTPStatus.BAD_REQUEST:
            continue  # refused, as it should be: the test asked amiss on purpose
        yield Breach(one, where[0], ".".join(where[1:]), found["message"])


def one_segment(path: str, pattern: str) -> str:
    """The path as Prism finds its operation: a file's slashes would be segments to it."""
    if not pattern.endswith("/{path}"):
        return path
    parts = path.split("/")
    last = pattern.count("/")
    return "/".join([*parts[:last], "%2F".join(parts[last:])])


def is_judged(one: Exchange, *, documented: bool) -> bool:
    """Whether the description says anything of such an answer.

    It names few of the errors that every operation can answer with (401, 403, 404, 5xx), and the
    redirect to an artifact has no body.
    """
    if one.status in REDIRECTS:
        return False
    return documented or one.status < HTTPStatus.BAD_REQUEST
