"""Answers that GitHub need not give again: it says whether they have changed, at no cost."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

import httpx

from app.ports import Memory

LARGEST = 256 * 1024  # bytes of one answer as it is kept
UNPACKED = 32 * 1024 * 1024  # bytes; what is kept unpacks to no more
KEPT_HEADERS = ("content-type", "link")


@dataclass(frozen=True, slots=True)
class Known:
    """An answer that was given before."""

    etag: str
    headers: Mapping[str, str]
    body: bytes

    def again(self, answer: httpx.Response) -> httpx.Response:
        """The answer as it was, in place of one that says that nothing has changed."""
        headers = {**self.headers, "etag": self.etag}
        return httpx.Response(200, headers=headers, content=self.body, request=answer.request)


@dataclass(frozen=True, slots=True)
class Remembered:
    """The answers that one account was given; without a memory, there are none."""

    memory: Memory | None
    account: str

    def key(self, path: str, params: Mapping[str, str | int] | None) -> str:
        """What one request is remembered by."""
        asked = json.dumps([self.account, path, sorted((params or {}).items())])
        return sha256(asked.encode()).hexdigest()

    def known(self, key: str) -> Known | None:
        """The answer that was given last; None when there is none."""
        kept = self.memory.recall(key) if self.memory is not None else None
        if kept is None:
            return None
        try:
            head, _, packed = kept.partition(b"\n")
            etag, headers = json.loads(head)
            body = zlib.decompressobj().decompress(packed, UNPACKED)
            return Known(str(etag), {str(name): str(told) for name, told in headers.items()}, body)
        except (ValueError, TypeError, AttributeError, zlib.error):
            return None

    def keep(self, key: str, answer: httpx.Response) -> None:
        """Remember an answer, unless it is too large or cannot be asked about."""
        etag = answer.headers.get("etag")
        is_whole = answer.status_code == httpx.codes.OK and len(answer.content) <= UNPACKED
        if self.memory is None or not etag or not is_whole:
            return
        headers = {name: answer.headers[name] for name in KEPT_HEADERS if name in answer.headers}
        kept = json.dumps([etag, headers]).encode() + b"\n" + zlib.compress(answer.content)
        if len(kept) <= LARGEST:
            self.memory.keep(key, kept)
