"""A file in GitHub's store, read here and there by HTTP ranges."""

import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

import httpx

from app.core.errors import BadInput
from bots.github.connection import USER_AGENT, is_loopback, tls
from bots.github.failures import unavailable

BLOCK = 256 * 1024  # bytes of one request: what lies near is read soon
BLOCKS_KEPT = 16  # the directory is looked at more than once
TRIES = 3  # of one request; the address is valid for a minute, so each may need a new one
CONTENT_RANGE = re.compile(r"bytes (\d{1,15})-(\d{1,15})/(\d{1,15})", re.ASCII)


class Store:
    """One file in the store, asked for in parts. No token of ours goes there."""

    def __init__(
        self,
        name: str,
        address: Callable[[], httpx.URL],
        refuse: Callable[[httpx.Response], None],
        *,
        limit: int,
        timeout: float,
    ) -> None:
        self.name = name
        self.new_address = address
        self.refuse = refuse
        self.left = limit  # bytes that may still be asked for
        self.timeout = timeout
        self.size = 0
        self._address: httpx.URL | None = None
        self._client: httpx.Client | None = None

    @contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        """The file, to be read and sought in; BadInput once more than the limit was read."""
        self._address = self.new_address()
        proxied = not is_loopback(str(self._address))
        with httpx.Client(timeout=self.timeout, trust_env=proxied, verify=tls()) as client:
            self._client = client
            self.part(0, 1)  # tells how large it is
            yield cast(BinaryIO, io.BufferedReader(Parts(self), BLOCK))

    def part(self, begin: int, end: int) -> bytes:
        """The bytes from `begin` up to `end`."""
        self.left -= end - begin
        if self.left < 0:
            raise BadInput(
                f"The artifact {self.name!r} is refused: what tells where its files are is larger "
                "than they may be themselves."
            )
        reason = ""
        for _ in range(TRIES):
            try:
                answer = self._asked(begin, end)
            except httpx.HTTPError as error:
                reason = type(error).__name__
                continue
            if self._is_part(answer, begin, end):
                return answer.content
            reason = f"the store answered {answer.status_code}"
            self._address = self.new_address()
        raise unavailable(f"The artifact {self.name!r} could not be read in parts: {reason}.")

    def _asked(self, begin: int, end: int) -> httpx.Response:
        assert self._client is not None
        assert self._address is not None
        headers = {
            "User-Agent": USER_AGENT,
            "Accept-Encoding": "identity",
            "Range": f"bytes={begin}-{end - 1}",
        }
        with self._client.stream("GET", self._address, headers=headers) as answer:
            if answer.status_code == httpx.codes.PARTIAL_CONTENT:
                self._read(answer, end - begin)
        return answer

    def _read(self, answer: httpx.Response, most: int) -> None:
        """Read no more than was asked for, whatever is sent."""
        told = answer.headers.get("content-length", "")
        if not told.isascii() or not told.isdigit() or int(told) > most:
            raise httpx.DecodingError("more than was asked for", request=answer.request)
        answer.read()

    def _is_part(self, answer: httpx.Response, begin: int, end: int) -> bool:
        """Whether this is what was asked for; raises where nothing ever will be."""
        if answer.status_code == httpx.codes.OK:
            raise BadInput(
                f"The artifact {self.name!r} is too large to be read, and the store gives no parts."
            )
        if answer.status_code != httpx.codes.PARTIAL_CONTENT:
            if answer.status_code in {httpx.codes.NOT_FOUND, httpx.codes.GONE}:
                self.refuse(answer)
            return False
        told = CONTENT_RANGE.fullmatch(answer.headers.get("content-range", ""))
        if told is None:
            return False
        first, last, size = (int(one) for one in told.groups())
        self.size = self.size or size
        is_asked = first == begin and last == min(end, size) - 1 and size == self.size
        return is_asked and len(answer.content) == last + 1 - first


class Parts(io.RawIOBase):
    """The store's file as one that can be sought in."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.at = 0
        self._blocks: dict[int, bytes] = {}

    def readable(self) -> bool:
        """It can."""
        return True

    def seekable(self) -> bool:
        """It can."""
        return True

    def tell(self) -> int:
        """Where the next byte is read."""
        return self.at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go on elsewhere."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self.at, io.SEEK_END: self.store.size}[whence]
        self.at = max(0, base + offset)
        return self.at

    def readinto(self, buffer: "memoryview | bytearray", /) -> int:  # type: ignore[override]  # a buffer of bytes is all we are given
        """Fill a buffer as far as the file goes."""
        end = min(self.store.size, self.at + len(buffer))
        if end <= self.at:
            return 0
        if end - self.at > BLOCK:
            found = self.store.part(self.at, end)
        else:
            number, skipped = divmod(self.at, BLOCK)
            found = self._block(number)[skipped : skipped + end - self.at]
        buffer[: len(found)] = found
        self.at += len(found)
        return len(found)

    def _block(self, number: int) -> bytes:
        """One of the blocks that the file is asked for in."""
        if number not in self._blocks:
            if len(self._blocks) == BLOCKS_KEPT:
                del self._blocks[next(iter(self._blocks))]
            end = min(self.store.size, (number + 1) * BLOCK)
            self._blocks[number] = self.store.part(number * BLOCK, end)
        return self._blocks[number]
