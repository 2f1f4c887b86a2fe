"""A statement that is sent and not waited for: PostgreSQL works on it while we go on."""

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from psycopg import ClientCursor, Connection, errors, generators, pq

from app.db.copying import push

DONE = (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK)


class Sent:
    """A statement in a `with` block, in whose course its answer is asked for.

    It begins the transaction where none has begun, on the same way. Its values are bound here,
    since only the simple protocol takes several statements at once. What it raises is psycopg's.
    """

    def __init__(
        self, connection: "Connection[Any]", statement: str, values: Mapping[str, Any]
    ) -> None:
        self._connection, self._pgconn = connection, connection.pgconn
        said = ClientCursor(connection).mogrify(statement, values).encode()
        if self._pgconn.transaction_status == pq.TransactionStatus.IDLE:
            said = b"BEGIN;" + said
        self._pgconn.send_query(said)
        push(connection)
        self._is_waited_for = True

    def __enter__(self) -> Self:
        return self

    def answer(self) -> bytes | None:
        """The first value of the first row, as text; None where there is no row."""
        self._is_waited_for = False
        answers = self._connection.wait(generators.fetch_many(self._pgconn))
        for answer in answers:
            if answer.status not in DONE:
                raise errors.error_from_result(answer)
        return answers[-1].get_value(0, 0) if answers[-1].ntuples else None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if self._is_waited_for and self._pgconn.status == pq.ConnStatus.OK:
            self._connection.wait(generators.fetch_many(self._pgconn))  # ready for a rollback
