"""The exchanges between us and the sandbox's GitHub, kept while tests run, one of each shape."""

import json
import os
import re
import shutil
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.sandbox.addresses import GITHUB_API

FOLDER = Path(__file__).parent.parent / "output" / "exchanges"
OURS = "flakeguard/"  # how our User-Agent begins
BODY_MAX = 1_000_000  # bytes; a longer body is not kept, and nothing of GitHub's here is
CHANGING = re.compile(r"[0-9a-f]{40}|\d+")  # parts of a path that make no other operation
ASKED_HEADERS = frozenset({"accept", "content-type"})
TOLD_HEADERS = frozenset({"content-type", "location"})


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer; paths are below the API's root, bodies are text."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: str
    status: int
    told_headers: dict[str, str]
    told: str

    @property
    def shape(self) -> str:
        """What makes two exchanges alike: operation, status, and the fields of both bodies."""
        path = CHANGING.sub("*", self.path)
        names = sorted(part.partition("=")[0] for part in self.query.split("&"))
        return f"{self.method} {path} {names} {fields(self.body)} {self.status} {fields(self.told)}"

    def __str__(self) -> str:
        return f"{self.method} {self.path} > {self.status}"


def fields(body: str) -> str:
    """The names and kinds of all that a JSON body holds, without its values."""
    try:
        return json.dumps(_kinds(json.loads(body)), sort_keys=True)
    except ValueError:
        return "text" if body else ""


def _kinds(value: object) -> object:
    match value:
        case dict():
            return {name: _kinds(one) for name, one in value.items()}
        case list():
            return sorted({json.dumps(_kinds(one), sort_keys=True) for one in value})
        case _:
            return type(value).__name__


class Keeper:
    """Keeps one exchange of each shape, in a file of this process."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._lock = threading.Lock()

    def keep(self, exchange: Exchange) -> None:
        """Write it down, unless one like it was."""
        shape = exchange.shape
        with self._lock:
            if shape in self._known:
                return
            self._known.add(shape)
            FOLDER.mkdir(parents=True, exist_ok=True)
            with (FOLDER / f"{os.getpid()}.jsonl").open("a", encoding="utf-8") as kept:
                kept.write(json.dumps(asdict(exchange)) + "\n")


KEEPER = Keeper()


def kept(app: ASGIApp) -> ASGIApp:
    """The sandbox, with every request to its GitHub API and every answer kept."""

    async def keeping(scope: Scope, receive: Receive, send: Send) -> None:
        if not is_ours(scope):
            await app(scope, receive, send)
            return
        asked, told, start = bytearray(), bytearray(), Start()

        async def receiving() -> Message:
            message = await receive()
            asked.extend(message.get("body", b""))
            return message

        async def sending(message: Message) -> None:
            start.note(message)
            told.extend(message.get("body", b""))
            await send(message)

        await app(scope, receiving, sending)
        if max(len(asked), len(told)) <= BODY_MAX:
            KEEPER.keep(exchange_of(scope, bytes(asked), start, bytes(told)))

    return keeping


def is_ours(scope: Scope) -> bool:
    """Whether FlakeGuard asks GitHub: tests of the sandbox itself ask amiss on purpose."""
    if scope["type"] != "http" or not scope["path"].startswith(GITHUB_API + "/"):
        return False
    agent = chosen(scope["headers"], frozenset({"user-agent"})).get("user-agent", "")
    return agent.startswith(OURS)


@dataclass(slots=True)
class Start:
    """The beginning of an answer."""

    status: int = 0
    headers: tuple[tuple[bytes, bytes], ...] = ()

    def note(self, message: Message) -> None:
        """Take it from the message that holds it."""
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], tuple(message.get("headers", ()))


def exchange_of(scope: Scope, asked: bytes, start: Start, told: bytes) -> Exchange:
    """What was asked and told, as text."""
    return Exchange(
        method=scope["method"],
        path=scope["raw_path"].decode("latin-1").removeprefix(GITHUB_API),
        query=scope["query_string"].decode("latin-1"),
        headers=chosen(scope["headers"], ASKED_HEADERS),
        body=asked.decode(errors="replace"),
        status=start.status,
        told_headers=chosen(start.headers, TOLD_HEADERS),
        told=told.decode(errors="replace"),
    )


def chosen(headers: object, names: frozenset[str]) -> dict[str, str]:
    """The headers of these names."""
    assert isinstance(headers, list | tuple)
    pairs = ((name.decode().lower(), value.decode()) for name, value in headers)
    return {name: value for name, value in pairs if name in names}


def forget_all() -> None:
    """Drop what earlier runs kept."""
    shutil.rmtree(FOLDER, ignore_errors=True)


def all_kept() -> Iterator[Exchange]:
    """One of each shape that the last run kept."""
    seen: set[str] = set()
    for path in sorted(FOLDER.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            exchange = Exchange(**json.loads(line))
            if exchange.shape not in seen:
                seen.add(exchange.shape)
                yield exchange
