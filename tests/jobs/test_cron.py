"""Cron: of several one acts, and the next takes over when it ends or is killed."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.core.errors import ErrorKind, Unavailable
from app.db.session import unit_of_work
from app.db.work import leases
from jobs import cron as cron_module
from jobs.cron import LEASE, NAME, Cron
from tests.jobs.desk import Desk
from tests.jobs.test_sweep import cron, there


def test_of_two_one_acts_and_keeps_acting(desk: Desk) -> None:
    one, two = cron(desk, holder="one"), cron(desk, holder="two")

    acted = []
    for _ in range(3):
        acted.append((one.take(), two.take()))
        desk.clock.turn(LEASE / 2)

    assert acted == [(True, False)] * 3


def test_of_many_that_start_at_once_one_acts(desk: Desk) -> None:
    crons = [cron(desk, holder=f"number {number}") for number in range(8)]

    with ThreadPoolExecutor(8) as pool:
        acting = list(pool.map(Cron.take, crons))

    assert sum(acting) == 1


def test_when_the_first_is_killed_the_second_takes_over_after_its_lease(desk: Desk) -> None:
    one, two = cron(desk, holder="one"), cron(desk, holder="two")
    one.take()

    desk.clock.turn(LEASE)
    before = two.take()
    desk.clock.turn(timedelta(milliseconds=1))
    after = two.take()

    assert (before, after) == (False, True)
    assert not one.take(), "it was only slow: it must notice"


def test_who_ends_in_good_order_leaves_at_once(desk: Desk) -> None:
    one, two = cron(desk, holder="one"), cron(desk, holder="two")
    thread = threading.Thread(target=one.run)
    thread.start()
    while not held_by(desk, "one"):
        pass

    one.stopping.set()
    thread.join()

    assert two.take()


def test_who_does_not_act_gives_back_nothing(desk: Desk) -> None:
    with unit_of_work(desk.engine) as session:
        leases.take_or_renew(session, NAME, holder="one", now=desk.clock(), lasts=LEASE)
        leases.release(session, NAME, holder="two")

    assert held_by(desk, "one")


def test_a_long_tick_keeps_the_lease(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cron_module, "RENEW_EVERY", 0.01)
    one, two = cron(desk, holder="one"), cron(desk, holder="two")
    seen: list[bool] = []

    def long_tick(self: Cron) -> None:
        for _ in range(5):
            desk.clock.turn(LEASE - timedelta(seconds=1))
            until = desk.clock() + LEASE
            while not held_by(desk, "one", until=until):
                pass
            seen.append(two.take())
        self.stopping.set()

    monkeypatch.setattr(Cron, "tick", long_tick)

    one.run()

    assert seen == [False] * 5


def test_a_tick_that_finds_the_database_away_is_followed_by_another(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cron_module, "TICK", 0.01)
    one = cron(desk, there)
    ticks: list[Callable[[], None]] = []

    def tick(self: Cron) -> None:
        ticks.append(there)
        if len(ticks) < 3:
            raise Unavailable("PostgreSQL did not answer: cut", kind=ErrorKind.DATABASE)
        self.stopping.set()

    monkeypatch.setattr(Cron, "tick", tick)

    one.run()

    assert len(ticks) == 3


def held_by(desk: Desk, holder: str, *, until: object = None) -> bool:
    with unit_of_work(desk.engine) as session:
        row = session.execute(text("SELECT holder, until FROM lease")).first()
    return row is not None and row.holder == holder and until in (None, row.until)
