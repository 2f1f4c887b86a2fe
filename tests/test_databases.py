"""The database that tests share one after the other: nothing of one test reaches the next."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, event, text

from app.clock import utc_now
from app.db.session import unit_of_work
from tests.databases import Lender
from tests.web.world import World

OID = text("SELECT oid FROM pg_database WHERE datname = current_database()")
DELIVERIES = text("SELECT count(*) FROM delivery")
DELIVER = text("""
INSERT INTO delivery (source, guid, event, body, request_id, received_at)
VALUES ('github', 'a', 'ping', '', '', :now) RETURNING delivery_id
""")


@pytest.fixture
def shared(template: tuple[str, str]) -> Iterator[Lender]:
    lender = Lender(*template)
    yield lender
    lender.close()


def oid(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(OID).scalar_one())


def test_the_next_test_finds_nothing_and_numbers_begin_anew(shared: Lender) -> None:
    numbers, oids = [], []
    for _ in range(2):
        with shared.lent() as engine:
            world = World(engine)
            world.case(world.repository())
            with engine.begin() as connection:
                assert connection.scalar(DELIVERIES) == 0
                numbers.append(connection.scalar(DELIVER, {"now": utc_now()}))
            oids.append(oid(engine))

    assert numbers == [1, 1]
    assert oids[0] == oids[1]


def test_what_a_test_listens_to_it_hears_alone(shared: Lender) -> None:
    heard: list[str] = []
    with shared.lent() as engine:
        event.listen(
            engine, "before_cursor_execute", lambda *told: heard.append(str(told[2])), named=False
        )
        oid(engine)
    before = len(heard)
    with shared.lent() as engine:
        oid(engine)

    assert before == len(heard) == 1


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TABLE left_behind (id int)",
        "ALTER TABLE delivery ADD COLUMN left_behind int",
        "ALTER DATABASE {name} SET work_mem = '8MB'",
    ],
)
def test_who_changes_the_tables_leaves_them_to_nobody(shared: Lender, change: str) -> None:
    with shared.lent() as engine:
        first = oid(engine)
        with unit_of_work(engine) as session:
            name = session.execute(text("SELECT current_database()")).scalar_one()
            session.execute(text(change.format(name=name)))

    with shared.lent() as engine:
        assert oid(engine) != first


def test_what_somebody_still_works_on_is_not_lent_again(shared: Lender) -> None:
    with shared.lent() as engine:
        first = oid(engine)
        left = engine.connect()
        left.execute(DELIVER, {"now": utc_now()})

    with shared.lent() as engine:
        assert oid(engine) != first
    left.invalidate()
    left.close()
