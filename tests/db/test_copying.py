"""COPY in parts: every row once, and a connection that can roll back whatever happens."""

from collections.abc import Iterable

import pytest
from psycopg import errors
from sqlalchemy import text

from app.db.copying import PART, PARTS, Copying
from app.db.session import Engine, Session, driver_of, unit_of_work

COPY = b"COPY counted (n) FROM STDIN (FORMAT BINARY)"
MANY = 2 * PARTS * PART // 10  # rows of ten bytes: more than the early parts hold


def row(n: int) -> bytes:
    return b"\x00\x01\x00\x00\x00\x04" + n.to_bytes(4, "big")


def copied(session: Session) -> list[int]:
    return list(session.execute(text("SELECT n FROM counted ORDER BY n")).scalars())


def copy(session: Session, rows: Iterable[bytes]) -> None:
    with Copying(driver_of(session), COPY) as copying:
        for one in rows:
            copying.write(one)


def a_table(session: Session) -> None:
    session.execute(text("CREATE TEMPORARY TABLE counted (n integer CHECK (n >= 0))"))


@pytest.mark.parametrize("parts", [0, 1, PARTS])
@pytest.mark.parametrize("count", [0, 1, MANY])
def test_every_row_is_stored_once_in_however_many_parts(
    engine: Engine, parts: int, count: int
) -> None:
    with unit_of_work(engine) as session:
        a_table(session)
        with Copying(driver_of(session), COPY, parts=parts) as copying:
            for begin in range(0, count, 100):
                copying.write(b"".join(map(row, range(begin, min(begin + 100, count)))))

        assert copied(session) == list(range(count))


@pytest.mark.parametrize("written", [1, PART // 10 + 1, MANY])
def test_who_gives_up_leaves_a_connection_that_rolls_back(engine: Engine, written: int) -> None:
    with unit_of_work(engine) as session:
        a_table(session)
        with pytest.raises(ZeroDivisionError), session.begin_nested():
            copy(session, (row(n // (written - n)) for n in range(written + 1)))

        assert copied(session) == []


@pytest.mark.parametrize("at", [0, MANY - 1])
def test_a_row_that_cannot_be_stored_is_said_and_nothing_is_kept(engine: Engine, at: int) -> None:
    with unit_of_work(engine) as session:
        a_table(session)
        with pytest.raises(errors.CheckViolation), session.begin_nested():
            copy(session, (row(n if n != at else 2**32 - 1) for n in range(MANY)))

        assert copied(session) == []


def test_what_breaks_in_while_the_end_is_awaited_is_not_hidden(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = iter([Copying._settle, Copying._settle])

    def interrupted(copying: Copying) -> None:
        if (settle := next(waits, None)) is None:
            monkeypatch.undo()
            raise KeyboardInterrupt
        settle(copying)

    with unit_of_work(engine) as session:
        a_table(session)
        monkeypatch.setattr(Copying, "_settle", interrupted)
        with pytest.raises(KeyboardInterrupt), session.begin_nested():
            copy(session, [row(1)])

        assert copied(session) == []


def test_what_is_no_table_is_said_at_once(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        with (
            pytest.raises(errors.UndefinedTable),
            session.begin_nested(),
            Copying(driver_of(session), b"COPY nowhere FROM STDIN (FORMAT BINARY)") as copying,
        ):
            copying.write(row(1))

        assert session.execute(text("SELECT 1")).scalar_one() == 1
