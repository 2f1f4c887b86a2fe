"""COPY that is not waited for: PostgreSQL stores rows while the next are made ready.

It gathers a thousand rows before it stores any, so of a small report nothing would be stored
before its end is read, and then one would wait for the other. The first rows go in parts, each a
COPY of its own, all in the caller's transaction. They are asked for at once, since each question
wakes the other side. While a part is being stored the next cannot begin: what is written meanwhile
is held, and goes with it.
"""

from types import TracebackType
from typing import Any, Self

from psycopg import Connection, errors, generators, pq
from psycopg.abc import PQGen

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)  # of every binary COPY: no flags, no extension
TRAILER = b"\xff\xff"
PART = 18 * 1024  # bytes after which a part ends
PARTS = 4  # that end so early; afterwards PostgreSQL has enough to do with what it gathers
BEHIND = 512 * 1024  # bytes that PostgreSQL may be behind before it is waited for


class Copying:
    """Rows on their way into a table, in a `with` block; what it raises ends the transaction.

    So many `parts` may end early; those that are not needed are stored empty, which takes a
    question each. Without any, what is written need not end where a row does.
    """

    def __init__(
        self, connection: "Connection[Any]", statement: bytes, *, parts: int = PARTS
    ) -> None:
        self._connection, self._pgconn = connection, connection.pgconn
        self._statements = b";".join([statement] * (parts + 1))
        self._left = parts + 1  # parts that were asked for and are not open yet
        self._is_first = True
        self._is_open = False  # rows may be sent
        self._held: list[bytes] = [HEADER]  # for the next part
        self._held_bytes = 0
        self._sent = 0  # bytes of the part
        self._behind = 0  # bytes of it that may still be here

    def __enter__(self) -> Self:
        self._pgconn.send_query(self._statements)
        push(self._connection)
        return self

    def write(self, rows: bytes) -> None:
        """Send whole rows, packed as binary COPY takes them, without header and trailer."""
        if not self._is_open:
            self._held.append(rows)
            self._held_bytes += len(rows)
            if self._is_storing() and self._held_bytes <= BEHIND:
                return
            self._open()
            rows = self._taken()
        self._send(rows)
        if self._sent >= PART and self._left:
            self._end()

    def end(self) -> None:
        """Say that no row follows; the last are not waited for until the block ends."""
        if self._held_bytes or self._is_first:
            self._open()
            self._send(self._taken())
        if self._is_open:
            self._end()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        is_stored = False
        try:
            if error is None:
                self._finish()
                is_stored = True
        finally:
            if not is_stored and self._pgconn.status == pq.ConnStatus.OK:
                self._abandon()

    def _finish(self) -> None:
        """Store what is left, and nothing in the parts that were not needed."""
        self.end()
        while self._left:
            self._open()
            self._send(HEADER)
            self._end()
        self._settle()

    def _is_storing(self) -> bool:
        """Whether the part before the next is still being stored."""
        if self._is_first:
            return False
        self._pgconn.consume_input()
        return bool(self._pgconn.is_busy())

    def _open(self) -> None:
        """Wait until the next part may be sent."""
        self._settle()
        self._left -= 1
        self._is_first, self._is_open, self._sent = False, True, 0

    def _settle(self) -> None:
        """Wait until what ended is stored; PostgreSQL asks for the next part then, if any."""
        for answer in self._connection.wait(generators.fetch_many(self._pgconn)):
            if answer.status not in (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.COPY_IN):
                self._left = 0  # nor will it ask for any other
                raise errors.error_from_result(answer)

    def _taken(self) -> bytes:
        """What was held, as the beginning of a part."""
        rows = b"".join(self._held)
        self._held, self._held_bytes = [HEADER], 0
        return rows

    def _send(self, rows: bytes) -> None:
        """Hand rows over; what the socket does not take goes with the next."""
        if not self._pgconn.put_copy_data(rows):
            self._connection.wait(generators.copy_to(self._pgconn, rows, flush=False))
        self._sent += len(rows)
        self._behind = self._behind + len(rows) if self._pgconn.flush() else 0
        if self._behind > BEHIND:
            push(self._connection)
            self._behind = 0

    def _end(self, error: bytes | None = None) -> None:
        """End the part; it is not waited for."""
        if error is None:
            self._send(TRAILER)
        if not self._pgconn.put_copy_end(error):
            self._connection.wait(_put_end(self._pgconn, error))
        push(self._connection)
        self._is_open, self._behind = False, 0

    def _abandon(self) -> None:
        """Leave the connection ready for a rollback."""
        try:
            if self._left and not self._is_open:
                self._open()
            if self._is_open:
                self._end(b"given up")
            self._settle()
        except errors.Error:  # that it was given up, or never begun
            return


def push(connection: "Connection[Any]") -> None:
    """Send what was said so far; the socket is waited for only where it does not take all."""
    if connection.pgconn.flush():
        connection.wait(generators.send(connection.pgconn))


def _put_end(pgconn: pq.abc.PGconn, error: bytes | None) -> PQGen[None]:
    while pgconn.put_copy_end(error) == 0:
        yield generators.WAIT_W
