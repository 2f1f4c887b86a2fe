"""COPY in parts: PostgreSQL stores one while the next is made ready.

It gathers a thousand rows before it stores any, so of a small report nothing would be stored
before its end is read, and then one would wait for the other. Each part is a command of its own,
all in the caller's transaction.
"""

from types import TracebackType
from typing import Any, Self

from psycopg import Connection, errors, generators, pq
from psycopg.abc import PQGen

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)  # of every binary COPY: no flags, no extension
TRAILER = b"\xff\xff"
PART = 32 * 1024  # bytes after which a part ends
PARTS = 3  # that end so early; afterwards PostgreSQL has enough to do with what it gathers


class Copying:
    """Rows on their way into a table, in a `with` block; what it raises ends the transaction.

    Without early `parts`, what is written need not end where a row does.
    """

    def __init__(
        self, connection: "Connection[Any]", statement: bytes, *, parts: int = PARTS
    ) -> None:
        self._connection, self._statement, self._early = connection, statement, parts
        self._is_open = False  # rows may be sent
        self._is_ending = False  # its last row was sent, its answer not read
        self._sent = 0  # bytes of the part
        self._parts = 0

    def __enter__(self) -> Self:
        return self

    def write(self, rows: bytes) -> None:
        """Send whole rows, packed as binary COPY takes them, without header and trailer."""
        if not self._is_open:
            self._open()
            rows = HEADER + rows
        self._send(rows)
        self._sent += len(rows)
        if self._sent >= PART and self._parts <= self._early:
            self._end()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if error is None:
            self._end()
            self._settle()
        elif self._connection.pgconn.status == pq.ConnStatus.OK:
            self._abandon()

    def _open(self) -> None:
        self._settle()
        connection = self._connection
        connection.pgconn.send_query(self._statement)
        (answer,) = connection.wait(generators.execute(connection.pgconn))
        if answer.status != pq.ExecStatus.COPY_IN:
            raise errors.error_from_result(answer)
        self._is_open, self._sent = True, 0
        self._parts += 1

    def _send(self, rows: bytes) -> None:
        self._connection.wait(generators.copy_to(self._connection.pgconn, rows, flush=True))

    def _end(self, error: bytes | None = None) -> None:
        """End the part; it is not waited for."""
        if not self._is_open:
            return
        if error is None:
            self._send(TRAILER)
        self._connection.wait(_ended(self._connection.pgconn, error))
        self._is_open, self._is_ending = False, True

    def _settle(self) -> None:
        """Wait until the part that ended is stored."""
        if self._is_ending:
            connection = self._connection
            answers = connection.wait(generators.fetch_many(connection.pgconn))
            self._is_ending = False
            for answer in answers:
                if answer.status != pq.ExecStatus.COMMAND_OK:
                    raise errors.error_from_result(answer)

    def _abandon(self) -> None:
        """Leave the connection ready for a rollback."""
        self._end(b"given up")
        try:
            self._settle()
        except errors.Error:  # that it was given up
            return


def _ended(pgconn: pq.abc.PGconn, error: bytes | None) -> PQGen[None]:
    while pgconn.put_copy_end(error) == 0:
        yield generators.WAIT_W
    yield from generators.send(pgconn)
