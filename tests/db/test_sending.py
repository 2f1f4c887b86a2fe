"""Statements that are not waited for, and transactions that need no session."""

import pytest
from psycopg import errors
from sqlalchemy import text

from app.core.errors import Unavailable
from app.db.sending import Sent
from app.db.session import Driver, Engine, engine_for, transaction, unit_of_work

HELD = "INSERT INTO lease (name, holder, until) VALUES (%(name)s, 'us', now()) RETURNING name"
NONE = "SELECT name FROM lease WHERE name = %(name)s"


def held(engine: Engine) -> list[str]:
    with unit_of_work(engine) as session:
        return list(session.execute(text("SELECT name FROM lease ORDER BY name")).scalars())


def sent(driver: Driver, name: str, statement: str = HELD) -> bytes | None:
    with Sent(driver, statement, {"name": name}) as under_way:
        return under_way.answer()


def test_what_was_sent_is_answered_and_committed_with_what_the_session_said(engine: Engine) -> None:
    with transaction(engine) as under_way:
        assert sent(under_way.driver, "it's one; 100 %") == b"it's one; 100 %"
        assert sent(under_way.driver, "nobody's", NONE) is None
        under_way.session.execute(text(HELD.replace("%(name)s", ":name")), {"name": "two"})

    assert held(engine) == ["it's one; 100 %", "two"]


def test_a_block_that_raises_before_the_answer_leaves_nothing(engine: Engine) -> None:
    def give_up() -> None:
        with transaction(engine) as under_way, Sent(under_way.driver, HELD, {"name": "gone"}):
            raise ValueError("ours")

    with pytest.raises(ValueError, match="ours"):
        give_up()

    assert held(engine) == []


def test_an_answer_that_nobody_asked_for_is_in_nobodys_way(engine: Engine) -> None:
    with transaction(engine) as under_way:
        with Sent(under_way.driver, HELD, {"name": "unasked"}):
            pass
        assert sent(under_way.driver, "asked") == b"asked"

    assert held(engine) == ["asked", "unasked"]


def test_what_the_database_refuses_is_said_when_it_is_asked_for(engine: Engine) -> None:
    def hold_twice() -> None:
        with transaction(engine) as under_way:
            sent(under_way.driver, "twice")
            sent(under_way.driver, "twice")

    with pytest.raises(errors.UniqueViolation):
        hold_twice()

    assert held(engine) == []


def test_a_connection_that_is_cut_is_unavailable_and_the_next_one_works(engine: Engine) -> None:
    other = engine_for(engine.url.render_as_string(hide_password=False))

    def be_cut() -> None:
        with transaction(engine) as under_way:
            mine = int(sent(under_way.driver, "x", "SELECT pg_backend_pid()") or 0)
            with unit_of_work(other) as session:
                session.execute(text("SELECT pg_terminate_backend(:mine, 5000)"), {"mine": mine})
            sent(under_way.driver, "never")

    with pytest.raises(Unavailable):
        be_cut()
    other.dispose()
    with transaction(engine) as under_way:
        sent(under_way.driver, "after")

    assert held(engine) == ["after"]
