"""COPY that is not waited for: PostgreSQL stores rows while the next are made ready.

It gathers a thousand rows before it stores any, so of a small report nothing would be stored
before its end is read, and then one would wait for the other. The first rows go in parts, each a
command of its own, all in the caller's transaction. While a part is being stored no other can
begin: what is written meanwhile is held, and goes with the next.
"""

from types import TracebackType
from typing import Any, Self

from psycopg import Connection, errors, generators, pq
from psycopg.abc import PQGen

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)  # of every binary COPY: no flags, no extension
TRAILER = b"\xff\xff"
PART = 14 * 1024  # bytes after which a part ends
PARTS = 6  # that end so early; afterwards PostgreSQL has enough to do with what it gathers
BEHIND = 512 * 1024  # bytes that PostgreSQL may be behind before it is waited for


class Copying:
    """Rows on their way into a table, in a `with` block; what it raises ends the transaction.

    Without early `parts`, what is written need not end where a row does.
    """

    def __init__(
        self, connection: "Connection[Any]", statement: bytes, *, parts: int = PARTS
    ) -> None:
        self._connection, self._pgconn = connection, connection.pgconn
        self._statement, self._early = statement, parts
        self._is_begun = False  # a part was asked for, the answer not read
        self._is_open = False  # rows may be sent
        self._is_ending = False  # its last row was sent, its answer not read
        self._held: list[bytes] = [HEADER]  # for the next part
        self._held_bytes = 0
        self._sent = 0  # bytes of the part
        self._behind = 0  # bytes of it that may still be here
        self._parts = 0

    def __enter__(self) -> Self:
        self._begin()
        return self

    def write(self, rows: bytes) -> None:
        """Send whole rows, packed as binary COPY takes them, without header and trailer."""
        if not self._is_open:
            self._held.append(rows)
            self._held_bytes += len(rows)
            if not self._opens(wait=self._held_bytes > BEHIND):
                return
            rows = self._taken()
        self._send(rows)
        if self._sent >= PART and self._parts <= self._early:
            self._end()

    def end(self) -> None:
        """Say that no row follows; the last are not waited for until the block ends."""
        if self._held_bytes or self._is_begun:
            self._opens(wait=True)
            self._send(self._taken())
        self._end()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if error is None:
            self.end()
            self._settle()
        elif self._pgconn.status == pq.ConnStatus.OK:
            self._abandon()

    def _begin(self) -> None:
        """Begin a part; PostgreSQL's answer is not waited for."""
        self._pgconn.send_query(self._statement)
        self._connection.wait(generators.send(self._pgconn))
        self._is_begun = True

    def _opens(self, *, wait: bool) -> bool:
        """Open a part; False while the one before is being stored, unless that is waited for."""
        if self._is_ending:
            if not wait and self._is_busy():
                return False
            self._settle()
            self._begin()
        self._is_begun = False
        (answer,) = self._connection.wait(generators.fetch_many(self._pgconn))
        if answer.status != pq.ExecStatus.COPY_IN:
            raise errors.error_from_result(answer)
        self._is_open, self._sent = True, 0
        self._parts += 1
        return True

    def _is_busy(self) -> bool:
        self._pgconn.consume_input()
        return bool(self._pgconn.is_busy())

    def _taken(self) -> bytes:
        """What was held, as the beginning of a part."""
        rows = b"".join(self._held)
        self._held, self._held_bytes = [HEADER], 0
        return rows

    def _send(self, rows: bytes) -> None:
        """Hand rows over; what the socket does not take goes with the next."""
        self._connection.wait(generators.copy_to(self._pgconn, rows, flush=False))
        self._sent += len(rows)
        self._behind = self._behind + len(rows) if self._pgconn.flush() else 0
        if self._behind > BEHIND:
            self._connection.wait(generators.send(self._pgconn))
            self._behind = 0

    def _end(self, error: bytes | None = None) -> None:
        """End the part; it is not waited for."""
        if not self._is_open:
            return
        if error is None:
            self._send(TRAILER)
        self._connection.wait(_ended(self._pgconn, error))
        self._is_open, self._is_ending, self._behind = False, True, 0

    def _settle(self) -> None:
        """Wait until the part that ended is stored."""
        if self._is_ending:
            answers = self._connection.wait(generators.fetch_many(self._pgconn))
            self._is_ending = False
            for answer in answers:
                if answer.status != pq.ExecStatus.COMMAND_OK:
                    raise errors.error_from_result(answer)

    def _abandon(self) -> None:
        """Leave the connection ready for a rollback."""
        try:
            if self._is_begun:
                self._opens(wait=True)
            self._end(b"given up")
            self._settle()
        except errors.Error:  # that it was given up, or never begun
            return


def _ended(pgconn: pq.abc.PGconn, error: bytes | None) -> PQGen[None]:
    while pgconn.put_copy_end(error) == 0:
        yield generators.WAIT_W
    yield from generators.send(pgconn)
