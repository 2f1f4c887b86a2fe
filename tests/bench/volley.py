"""Signed deliveries sent from many connections at once, by a client that costs little itself."""

import asyncio
import hashlib
import hmac
import re
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import uuid4

import uvloop

LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
PATH = "/github/webhook"


@dataclass(slots=True)
class Heard:
    """The answers to a volley."""

    seconds: float = 0.0  # from the first byte sent to the last answer
    took: list[float] = field(default_factory=list)  # seconds of each
    statuses: Counter[int] = field(default_factory=Counter)

    def percentile(self, share: float) -> float:
        """Seconds that this share of the answers took at most."""
        return sorted(self.took)[min(len(self.took) - 1, int(len(self.took) * share))]


def delivery(event: str, body: bytes, *, secret: str, guid: str | None = None) -> bytes:
    """One delivery as it goes over the line."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return posted(
        body,
        {
            "Content-Type": "application/json",
            "X-GitHub-Delivery": guid or str(uuid4()),
            "X-GitHub-Event": event,
            "X-Hub-Signature-256": f"sha256={digest}",
        },
    )


def posted(body: bytes, headers: Mapping[str, str]) -> bytes:
    """One POST."""
    lines = [f"{name}: {value}\r\n" for name, value in headers.items()]
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\n{''.join(lines)}"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def fire(
    port: int, requests: Sequence[bytes], *, connections: int, per_second: float | None = None
) -> Heard:
    """Send them all, each connection one after the other; at this pace where one is given."""
    return uvloop.run(_fire(port, requests, connections, per_second))


async def _fire(
    port: int, requests: Sequence[bytes], connections: int, per_second: float | None
) -> Heard:
    lines = [await asyncio.open_connection("127.0.0.1", port) for _ in range(connections)]
    heard, began = Heard(), time.perf_counter()
    waiting = enumerate(requests)

    async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for number, request in waiting:
            due = began + number / per_second if per_second else 0.0
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            sent = time.perf_counter()
            writer.write(request)
            heard.statuses[await _status(reader)] += 1
            heard.took.append(time.perf_counter() - sent)

    await asyncio.gather(*(client(*line) for line in lines))
    heard.seconds = time.perf_counter() - began
    for _, writer in lines:
        writer.close()
    return heard


async def _status(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    length = LENGTH.search(head)
    await reader.readexactly(int(length[1]) if length else 0)
    return int(head.split(b" ", 2)[1])
