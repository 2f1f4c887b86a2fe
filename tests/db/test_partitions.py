"""Partitions: made ahead, on demand and by many at once; every row lands in its own month."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.db import migrate
from app.db.partitions import (
    MONTHS_AHEAD,
    PARTITIONED,
    following,
    make_ahead,
    make_partitions,
    month_of,
)
from app.db.session import Engine, engine_for, unit_of_work

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MONTH = date(2026, 11, 1)
DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1))
INSERT = text(
    "INSERT INTO execution (repo_id, case_id, report_id, at, keep_until, nth, outcome)"
    " VALUES (1, '00000000-0000-0000-0000-0000000000c1', 1, :keep, :keep, 1, 1)"
)


@pytest.fixture
def bare(database_url: str) -> Iterator[Engine]:
    """A migrated database without any partition."""
    engine = engine_for(database_url)
    migrate.upgrade(engine)
    yield engine
    engine.dispose()


def existing(engine: Engine) -> set[str]:
    with unit_of_work(engine) as session:
        return set(
            session.execute(
                text(
                    "SELECT inhrelid::regclass::text FROM pg_inherits i"
                    " JOIN pg_class c ON c.oid = i.inhrelid WHERE c.relkind = 'r'"
                )
            ).scalars()
        )


@given(DAYS)
def test_the_month_that_follows_begins_after_the_last_day_of_this_one(day: date) -> None:
    month = day.replace(day=1)

    after = following(month)

    assert after.day == 1
    assert (after - timedelta(days=1)).replace(day=1) == month


@given(DAYS, st.integers(min_value=0, max_value=500))
def test_so_many_months_on_is_one_month_on_so_many_times(day: date, count: int) -> None:
    month = day.replace(day=1)
    walked = month
    for _ in range(count):
        walked = following(walked)

    assert following(month, by=count) == walked


def test_a_month_is_utcs() -> None:
    east = datetime.fromisoformat("2026-12-01T01:00:00+02:00")

    assert month_of(east) == MONTH


def test_partitions_are_made_ahead_once(bare: Engine) -> None:
    with unit_of_work(bare) as session:
        first = make_ahead(session, now=NOW)
        again = make_ahead(session, now=NOW)

    assert again == []
    assert set(first) == existing(bare)
    assert len(first) == MONTHS_AHEAD * len(PARTITIONED)
    assert "execution_2026_11" in first
    assert "execution_2027_12" in first


def test_a_month_on_one_more_is_made_of_each(bare: Engine) -> None:
    with unit_of_work(bare) as session:
        make_ahead(session, now=NOW)

    with unit_of_work(bare) as session:
        made = make_ahead(session, now=NOW + timedelta(days=15))

    assert made == sorted(f"{name}_2028_01" for name in PARTITIONED)


def test_a_row_without_its_month_is_refused_and_with_it_lands_there(bare: Engine) -> None:
    keep = datetime(2031, 2, 28, 23, 59, 59, 999999, tzinfo=UTC)
    with pytest.raises(IntegrityError, match="no partition"), unit_of_work(bare) as session:
        session.execute(INSERT, {"keep": keep})

    with unit_of_work(bare) as session:
        make_partitions(session, [month_of(keep), following(month_of(keep))])
        session.execute(INSERT, {"keep": keep})
        session.execute(INSERT, {"keep": keep + timedelta(microseconds=1)})

    with unit_of_work(bare) as session:
        found = session.execute(
            text("SELECT tableoid::regclass::text FROM execution ORDER BY keep_until")
        )
        assert found.scalars().all() == ["execution_2031_02", "execution_2031_03"]


def test_of_many_who_need_the_same_months_each_gets_them_and_one_makes_them(bare: Engine) -> None:
    months = [following(MONTH, by=n) for n in range(3)]

    def need(_: int) -> list[str]:
        with unit_of_work(bare) as session:
            return make_partitions(session, months)

    with ThreadPoolExecutor(8) as pool:
        made = [name for names in pool.map(need, range(8)) for name in names]

    assert len(made) == len(set(made)) == 3 * len(PARTITIONED)
    assert set(made) == existing(bare)


def test_a_partition_can_be_attached_while_somebody_writes_into_another(bare: Engine) -> None:
    with unit_of_work(bare) as session:
        make_partitions(session, [MONTH])

    with unit_of_work(bare) as writer:
        writer.execute(INSERT, {"keep": NOW})
        with unit_of_work(bare) as session:
            session.execute(text("SET LOCAL lock_timeout = '5s'"))
            made = make_partitions(session, [following(MONTH)])

    assert made == sorted(f"{name}_2026_12" for name in PARTITIONED)


def test_a_partition_has_its_parents_indexes(bare: Engine) -> None:
    with unit_of_work(bare) as session:
        make_partitions(session, [MONTH])

    with unit_of_work(bare) as session:
        unattached = session.execute(
            text(
                "SELECT indexrelid::regclass::text FROM pg_index JOIN pg_class ON oid = indrelid"
                " WHERE relispartition AND NOT EXISTS"
                " (SELECT 1 FROM pg_inherits WHERE inhrelid = indexrelid)"
                " AND relname = ANY(:names)"
            ),
            {"names": [f"{name}_2026_11" for name in PARTITIONED]},
        )
        assert unattached.scalars().all() == []
