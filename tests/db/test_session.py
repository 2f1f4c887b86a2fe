"""unit_of_work: all or nothing, and a database that is away is said in one sentence."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DataError, IntegrityError, ProgrammingError

from app.core.errors import ErrorKind, Unavailable
from app.db.session import Engine, Session, engine_for, unit_of_work
from tests.embedded.world import until

HELD = "INSERT INTO lease (name, holder, until) VALUES (:name, 'us', now())"


def hold(session: Session, name: str) -> None:
    session.execute(text(HELD), {"name": name})


def held(engine: Engine) -> list[str]:
    with unit_of_work(engine) as session:
        return list(session.execute(text("SELECT name FROM lease ORDER BY name")).scalars())


def test_a_block_that_ends_is_committed_and_one_that_raises_leaves_nothing(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        hold(session, "kept")

    def give_up() -> None:
        with unit_of_work(engine) as session:
            hold(session, "gone")
            raise ValueError("ours")

    with pytest.raises(ValueError, match="ours"):
        give_up()

    assert held(engine) == ["kept"]


def test_a_broken_constraint_is_a_fault_of_ours(engine: Engine) -> None:
    def hold_twice() -> None:
        with unit_of_work(engine) as session:
            hold(session, "twice")
            hold(session, "twice")

    with pytest.raises(IntegrityError):
        hold_twice()

    assert held(engine) == []


def test_a_wrong_statement_is_a_fault_of_ours(engine: Engine) -> None:
    with pytest.raises(ProgrammingError), unit_of_work(engine) as session:
        session.execute(text("SELECT wrong"))


def test_a_server_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    engine = engine_for(f"postgresql+psycopg://nobody@/nothing?host={tmp_path}")

    with pytest.raises(Unavailable) as refused, unit_of_work(engine) as session:
        hold(session, "never")

    assert str(refused.value).startswith("PostgreSQL did not answer: connection is bad: ")
    assert (refused.value.kind, refused.value.permanent) == (ErrorKind.DATABASE, False)


def test_a_connection_that_is_cut_is_unavailable_and_the_next_one_works(engine: Engine) -> None:
    def be_cut() -> None:
        with unit_of_work(engine) as session:
            hold(session, "lost")
            cut_all_but_mine(engine)
            hold(session, "never")

    with pytest.raises(Unavailable) as refused:
        be_cut()

    assert refused.value.kind is ErrorKind.DATABASE
    hold_again(engine)
    assert held(engine) == ["again"]


def test_connections_that_were_cut_while_nobody_used_them_are_noticed(engine: Engine) -> None:
    hold_again(engine)
    other = engine_for(engine.url.render_as_string(hide_password=False))
    cut_all_but_mine(other)
    other.dispose()

    assert held(engine) == ["again"]


def test_a_deadlock_is_worth_another_try(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        hold(session, "a")
        hold(session, "b")
    both = Barrier(2)

    def lock(names: tuple[str, str]) -> str:
        try:
            with unit_of_work(engine) as session:
                for name in names:
                    session.execute(
                        text("SELECT 1 FROM lease WHERE name = :name FOR UPDATE"), {"name": name}
                    )
                    if name == names[0]:
                        both.wait()
        except Unavailable as error:
            return str(error)
        return "done"

    with ThreadPoolExecutor(2) as pool:
        ends = sorted(pool.map(lock, [("a", "b"), ("b", "a")]))

    assert ends == ["PostgreSQL did not answer: deadlock detected", "done"]


def test_a_lock_that_cannot_be_had_is_worth_another_try(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        hold(session, "a")
    wanted = "SELECT 1 FROM lease WHERE name = 'a' FOR UPDATE"

    with unit_of_work(engine) as first:
        first.execute(text(wanted))
        with pytest.raises(Unavailable) as refused, unit_of_work(engine) as second:
            second.execute(text(f"{wanted} NOWAIT"))

    assert str(refused.value) == (
        'PostgreSQL did not answer: could not obtain lock on row in relation "lease"'
    )


def test_a_connection_prepares_nothing_however_often_it_is_asked(engine: Engine) -> None:
    with engine.connect() as connection:
        for _ in range(20):  # psycopg's own way is to prepare after five
            connection.execute(text("SELECT :x + 1"), {"x": 1})

        prepared = connection.execute(text("SELECT count(*) FROM pg_prepared_statements"))
        assert prepared.scalar_one() == 0


def test_an_error_quotes_no_value_that_a_statement_carried(engine: Engine) -> None:
    with pytest.raises(DataError) as refused, unit_of_work(engine) as session:
        session.execute(text("SELECT 1 / :zero, :word"), {"zero": 0, "word": "a-secret"})

    assert "a-secret" not in str(refused.value)


def hold_again(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        hold(session, "again")


OTHERS = """
FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def cut_all_but_mine(engine: Engine) -> None:
    """End every other connection of this database, as an administrator may; once they are gone."""
    with engine.connect() as connection:
        connection.execute(text(f"SELECT pg_terminate_backend(pid) {OTHERS}"))
        connection.commit()  # what a transaction sees of activity stays as it was
        until(lambda: _counted(connection) == 0)


def _counted(connection: Connection) -> int:
    found = connection.execute(text(f"SELECT count(*) {OTHERS}")).scalar_one()
    connection.commit()
    return int(found)
