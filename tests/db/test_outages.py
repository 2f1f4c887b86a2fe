"""Outages are noted as they are seen: one event, one message a channel, a fixture by its crowd."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from app.clock import utc_now
from app.core.outages import LEAST, Event, Kind, Reach
from app.core.runs import Repository, RunKey
from app.db import outages, runs
from app.db.chat import outage_messages, threads
from app.db.session import Engine, unit_of_work
from app.services import outage_pages
from app.services.judging import outages as service
from tests.db.shelf import REPO, Shelf, failed, junit

REPOSITORY = Repository(REPO, "acme/shelf", "main", None)
NAMES = [f"case_{n}" for n in range(6)]


@pytest.fixture
def shelf(engine: Engine) -> Shelf:
    made = Shelf(engine, utc_now() - timedelta(days=10))
    made.open()
    with unit_of_work(engine) as session:
        for channel in ("C1", "C2"):
            threads.subscribe(session, REPO, team_id="T1", channel=channel, now=made.now)
    return made


def hit(
    shelf: Shelf, *classes: str, after: timedelta = timedelta(minutes=20), is_trusted: bool = True
) -> Event | None:
    """A run in which all cases of these classes fail, noted."""
    shelf.now += after
    run_id = shelf.count("run") + 1
    cases = [failed(name, "no database", classname=one) for one in classes for name in NAMES]
    shelf.store(junit(*cases), run_id=run_id, sha=f"{run_id:040x}", is_trusted=is_trusted)
    ids = [row["case_id"] for row in shelf.rows("SELECT DISTINCT case_id FROM occurrence")]
    return note(shelf, run_id, ids, at=shelf.now)


def note(shelf: Shelf, run_id: int, ids: list[UUID], *, at: datetime) -> Event | None:
    with unit_of_work(shelf.engine) as session:
        run = runs.run(session, RunKey(REPO, run_id, 1))
        assert run is not None
        return service.note(session, REPOSITORY, run, ids, at=at, now=shelf.now)


def messages(shelf: Shelf, outage_id: int) -> list[tuple[str, str]]:
    with unit_of_work(shelf.engine) as session:
        found = outage_messages.messages(session, REPO, outage_id)
    return [(one.channel, one.text) for one in found]


def test_many_cases_that_fail_together_are_one_event_with_one_message_a_channel(
    shelf: Shelf,
) -> None:
    first = hit(shelf, "Cart", "Mail")
    second = hit(shelf, "Cart", "Mail", "Price")

    assert first is not None
    assert second is not None
    assert first.id == second.id
    with unit_of_work(shelf.engine) as session:
        reach = outages.reach(session, REPO, first.id)
    assert reach is not None
    assert (reach.cases, reach.groups, reach.jobs, reach.runs) == (18, 3, 1, 2)
    assert second.last_at - second.began_at == timedelta(minutes=20)
    began = "An outage? 12 cases of 2 files failed together; none of them is held for flaky by it."
    assert messages(shelf, first.id) == [("C1", began), ("C2", began)]


def test_noting_a_run_again_changes_nothing(shelf: Shelf) -> None:
    event = hit(shelf, "Cart", "Mail")
    assert event is not None
    ids = [row["case_id"] for row in shelf.rows("SELECT DISTINCT case_id FROM occurrence")]

    again = note(shelf, 1, ids, at=shelf.now)

    assert again == event
    assert shelf.count("outage_case") == 12
    assert shelf.count("outbox") == 2


def test_failures_hours_later_are_another_event(shelf: Shelf) -> None:
    first = hit(shelf, "Cart", "Mail")
    second = hit(shelf, "Cart", "Mail", after=timedelta(hours=3))

    assert first is not None
    assert second is not None
    assert first.id != second.id


def test_it_is_over_when_it_has_been_quiet_and_that_is_said_once(shelf: Shelf) -> None:
    event = hit(shelf, "Cart", "Mail")
    assert event is not None
    quiet = shelf.now + timedelta(hours=2, minutes=1)

    early = service.end_quiet(shelf.engine, now=shelf.now)
    ended = service.end_quiet(shelf.engine, now=quiet)
    again = service.end_quiet(shelf.engine, now=quiet)

    assert (early, ended, again) == ([], [(REPO, event.id)], [])
    over = "Over: 12 cases of 2 files failed within 1 minute, and nothing since."
    assert messages(shelf, event.id)[2:] == [("C1", over), ("C2", over)]
    assert [row["kind"] for row in shelf.rows("SELECT kind FROM task")] == ["tell_outage"]


def test_the_same_crowd_on_another_day_is_a_fixture_and_so_was_the_first(shelf: Shelf) -> None:
    first = hit(shelf, "Cart")
    second = hit(shelf, "Cart", after=timedelta(days=1))

    assert first is not None
    assert second is not None
    assert (first.kind, second.kind, second.crowd) == (Kind.OUTAGE, Kind.FIXTURE, "Cart")
    kinds = [row["kind"] for row in shelf.rows("SELECT kind FROM outage ORDER BY outage_id")]
    assert kinds == ["fixture", "fixture"]


def test_other_crowds_on_other_days_stay_outages(shelf: Shelf) -> None:
    hit(shelf, "Cart", "Mail")
    second = hit(shelf, "Cart", "Mail", after=timedelta(days=1))

    assert second is not None
    assert second.kind is Kind.OUTAGE


def test_a_forks_run_begins_no_event(shelf: Shelf) -> None:
    assert hit(shelf, "Cart", "Mail", is_trusted=False) is None
    assert shelf.count("outage") == 0


def test_what_was_judged_an_outage_is_noted_from_the_findings(shelf: Shelf) -> None:
    hit(shelf, "Cart", "Mail", is_trusted=False)
    shelf.store(junit(*(failed(name, "no database") for name in NAMES)), run_id=9, sha="b" * 40)
    with unit_of_work(shelf.engine) as session:
        session.execute(
            text(
                "INSERT INTO finding SELECT DISTINCT occurrence.repo_id, 9, 1, case_id, 'unit',"
                " 'outage', 0.1, CAST('[]' AS jsonb), 1, occurrence.at FROM occurrence"
                " JOIN report USING (repo_id, report_id) WHERE run_id = 9"
            )
        )
        run = runs.run(session, RunKey(REPO, 9, 1))
        assert run is not None
        event = service.note_run(session, REPOSITORY, run, now=shelf.now)
        assert event is not None
        hit_by_it = outage_pages.of_runs(session, REPO, [9])

    assert len(hit_by_it) == len(NAMES)
    assert {reach.event.id for reach in hit_by_it.values()} == {event.id}


def few(shelf: Shelf, run_id: int) -> Event | None:
    """A run in which fewer fail than begin an event, noted."""
    names = NAMES[: LEAST - 1]
    shelf.store(junit(*(failed(name, "no") for name in names)), run_id=run_id, sha=f"{run_id:040x}")
    ids = [row["case_id"] for row in shelf.rows("SELECT DISTINCT case_id FROM occurrence")]
    return note(shelf, run_id, ids, at=shelf.now)


def test_a_few_cases_begin_no_event_and_belong_to_one_that_goes_on(shelf: Shelf) -> None:
    alone = few(shelf, 1)
    hit(shelf, "Cart", "Mail")
    beside = few(shelf, 7)

    assert alone is None
    assert beside is not None


def test_an_event_is_of_one_change_until_another_shows_it(shelf: Shelf) -> None:
    event = Event(1, Kind.OUTAGE, None, shelf.now, shelf.now, None)

    of_one, of_two, of_main = (
        Reach(event, 9, 2, 1, 3, pulls, branch_runs=runs)
        for pulls, runs in (((7,), 0), ((7, 8), 0), ((7,), 1))
    )

    assert [one.is_of_one_change for one in (of_one, of_two, of_main)] == [True, False, False]
