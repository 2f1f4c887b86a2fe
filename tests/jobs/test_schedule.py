"""What runs by the clock: due once however long the pause was, and what retention forgets."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from app.core.asking import QueueName
from app.core.deliveries import NewDelivery
from app.core.errors import ErrorKind
from app.core.retention import DELIVERIES
from app.db.session import unit_of_work
from app.db.work import deliveries, leases, tasks
from jobs import cron as cron_module
from jobs.context import Context
from jobs.cron import Cron
from jobs.schedule import ENTRIES, Entry, due, let_go, make_partitions
from jobs.turns import LEASE
from tests.jobs.desk import KIND, NOW, Desk, done
from tests.jobs.test_sweep import there

MOMENTS = st.datetimes(
    min_value=datetime(2026, 1, 1),  # noqa: DTZ001 -- Hypothesis adds the time zone
    max_value=datetime(2027, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


def nothing(context: Context) -> None:
    """An entry's work in tests of when it is due."""


NIGHTLY = Entry("nightly", "17 3 * * *", nothing)
HOURLY = Entry("hourly", "5 * * * *", nothing)


def test_what_never_ran_is_due_at_once_for_its_last_moment() -> None:
    found = due([NIGHTLY, HOURLY], {}, now=NOW)

    assert [(one.name, at) for one, at in found] == [
        ("nightly", datetime(2026, 11, 20, 3, 17, tzinfo=UTC)),
        ("hourly", datetime(2026, 11, 20, 11, 5, tzinfo=UTC)),
    ]


def test_what_was_missed_is_caught_up_once() -> None:
    last = {"hourly": NOW - timedelta(days=10)}

    found = due([HOURLY], last, now=NOW)

    assert [at for _, at in found] == [datetime(2026, 11, 20, 11, 5, tzinfo=UTC)]
    assert due([HOURLY], {"hourly": found[0][1]}, now=NOW) == []


@given(now=MOMENTS, later=st.timedeltas(min_value=timedelta(), max_value=timedelta(days=40)))
def test_who_ran_for_a_moment_is_due_again_only_after_the_next(
    now: datetime, later: timedelta
) -> None:
    [(_, ran_for)] = due([NIGHTLY], {}, now=now)

    found = due([NIGHTLY], {"nightly": ran_for}, now=now + later)

    assert ran_for <= now
    if found:
        [(_, again)] = found
        assert ran_for < again <= now + later
    else:
        assert later < timedelta(days=1)


def test_an_entry_runs_once_and_its_run_is_kept(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[datetime] = []
    entry = Entry("hourly", "5 * * * *", lambda context: ran.append(context.clock()))
    monkeypatch.setattr(cron_module, "ENTRIES", [entry])

    for _ in range(3):
        Cron(desk.context, there, "one").tick()
    desk.clock.turn(timedelta(hours=9))
    for _ in range(3):
        Cron(desk.context, there, "another, after a pause").tick()

    assert ran == [NOW, NOW + timedelta(hours=9)]
    with unit_of_work(desk.engine) as session:
        assert leases.last_runs(session) == {"hourly": datetime(2026, 11, 20, 20, 5, tzinfo=UTC)}


def test_an_entry_that_fails_does_not_stop_the_others_and_says_why(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []

    def fail(context: Context) -> None:
        raise RuntimeError("the disk is full")

    entries = [
        Entry("bad", "* * * * *", fail),
        Entry("good", "* * * * *", lambda _: ran.append("good")),
    ]
    monkeypatch.setattr(cron_module, "ENTRIES", entries)

    Cron(desk.context, there, "one").tick()

    assert ran == ["good"]
    with unit_of_work(desk.engine) as session:
        errors = session.execute(text("SELECT name, error FROM scheduled ORDER BY name")).all()
    assert [tuple(row) for row in errors] == [("bad", "the disk is full"), ("good", None)]


def test_every_entry_has_a_name_of_its_own_and_can_be_run(desk: Desk) -> None:
    assert len({entry.name for entry in ENTRIES}) == len(ENTRIES)

    Cron(desk.context, there, "one").tick()

    with unit_of_work(desk.engine) as session:
        errors = session.execute(text("SELECT name, error FROM scheduled WHERE error IS NOT NULL"))
        assert errors.all() == []
        assert leases.last_runs(session).keys() == {entry.name for entry in ENTRIES}


def test_partitions_of_the_coming_months_are_made(desk: Desk) -> None:
    desk.clock.turn(timedelta(days=400))

    make_partitions(desk.context)

    with unit_of_work(desk.engine) as session:
        found = session.execute(text("SELECT to_regclass('execution_2029_01') IS NOT NULL"))
        assert found.scalar_one()


def test_old_deliveries_and_finished_tasks_are_forgotten_and_open_ones_are_not(desk: Desk) -> None:
    old = take_in(desk, "old")
    for number in (101, 102, 103):
        desk.ask(number)
    desk.work(done, 101)
    park(desk, 102)
    desk.clock.turn(DELIVERIES + timedelta(seconds=1))
    new = take_in(desk, "new")
    desk.ask(104)
    desk.work(done, 104)

    let_go(desk.context)

    with unit_of_work(desk.engine) as session:
        kept = session.execute(
            text("SELECT key FROM task WHERE delivery_id IS NULL ORDER BY key")
        ).scalars()
        assert list(kept) == ["102", "103", "104"]
        assert deliveries.delivery(session, old) is None
        assert deliveries.delivery(session, new) is not None


def take_in(desk: Desk, guid: str) -> int:
    with unit_of_work(desk.engine) as session:
        new = NewDelivery("github", guid, "push", b"{}", "r1")
        (found,) = deliveries.take_in(session, [(new, QueueName.RUN)], now=desk.clock())
    assert found is not None
    return found


def park(desk: Desk, number: int) -> None:
    with unit_of_work(desk.engine) as session:
        lease = tasks.claim(session, KIND, str(number), token="t", now=desk.clock(), lease=LEASE)
        assert lease is not None
        tasks.park(session, lease, now=desk.clock(), error="no", kind=ErrorKind.PROCESSING)
