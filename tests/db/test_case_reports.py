"""Which reports have a case, however many others lie between."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from app.db import case_reports
from app.db.case_reports import FAR, NEAR, Place
from app.db.session import Engine, unit_of_work
from tests.web.world import FAILED, PASSED, World

OTHERS = text("""
    INSERT INTO report (repo_id, run_id, attempt, variant, digest, path, size_bytes, format, at,
                        cases, executions, passed, failed, errored, skipped, flaky, warnings,
                        received_at, source, case_set)
    SELECT repo_id, run_id, attempt, variant, decode(md5(n::text), 'hex'), path, size_bytes, format,
           at + n * interval '1 second', cases, executions, passed, failed, errored, skipped, flaky,
           warnings, received_at, source, case_set
    FROM report, generate_series(1, :many) AS n WHERE report_id = :like
""")
OTHERS_RAN = text("""
    INSERT INTO execution (repo_id, case_id, report_id, at, keep_until, nth, outcome)
    SELECT repo_id, :case, report_id, at, at + interval '90 days', 1, 1
    FROM report WHERE case_set = :set
""")
NIGHTLY, HOURLY = b"n" * 16, b"h" * 16  # two sets of cases


class Shelf:
    """A repository in which one case runs by night, and another by the hour."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.world = engine, World(engine)
        self.repo = self.world.repository("acme/shop")
        self.nightly = self.world.case(self.repo, "test_nightly")
        self.hourly = self.world.case(self.repo, "test_hourly")

    def report(self, case_id: UUID, outcome: int, *, days_ago: float, case_set: bytes) -> Place:
        at = self.world.now - timedelta(days=days_ago)
        run = self.world.run(self.repo, started_at=at)
        report = self.world.report(run, case_set=case_set)
        self.world.execution(run, report, case_id, outcome)
        return Place(at, report)

    def others(self, many: int, *, like: Place) -> None:
        with unit_of_work(self.engine) as session:
            session.execute(OTHERS, {"many": many, "like": like.report_id})
            session.execute(OTHERS_RAN, {"case": self.hourly, "set": HOURLY})

    def newest(self, most: int = 5, upto: Place | None = None) -> list[Place]:
        now = self.world.now
        with unit_of_work(self.engine) as session:
            return case_reports.newest(
                session, self.repo, [self.nightly], now=now, most=most, upto=upto
            )

    def lose_what_passed(self) -> None:
        """What passed is past its time, as it is before what failed."""
        with unit_of_work(self.engine) as session:
            session.execute(
                text("UPDATE execution SET keep_until = :now WHERE outcome = 1"),
                {"now": self.world.now - timedelta(days=1)},
            )


@pytest.fixture
def shelf(engine: Engine) -> Shelf:
    return Shelf(engine)


def test_it_is_found_behind_more_reports_than_are_looked_through_at_once(shelf: Shelf) -> None:
    nights = [
        shelf.report(shelf.nightly, PASSED, days_ago=day, case_set=NIGHTLY) for day in (6, 7, 8)
    ]
    first = shelf.report(shelf.hourly, PASSED, days_ago=5, case_set=HOURLY)
    shelf.others(NEAR + FAR, like=first)

    assert shelf.newest() == nights
    assert shelf.newest(most=2) == nights[:2]
    assert shelf.newest(upto=nights[1]) == nights[1:]


def test_a_case_that_never_ran_is_in_no_report(shelf: Shelf) -> None:
    shelf.report(shelf.hourly, PASSED, days_ago=5, case_set=HOURLY)

    assert shelf.newest() == []


def test_where_what_passed_is_gone_a_sets_newest_report_says_nothing_of_the_others(
    shelf: Shelf,
) -> None:
    failed = shelf.report(shelf.nightly, FAILED, days_ago=40, case_set=NIGHTLY)
    shelf.report(shelf.nightly, PASSED, days_ago=39, case_set=NIGHTLY)
    shelf.lose_what_passed()

    assert shelf.newest() == [failed]


def test_reports_without_a_set_are_each_looked_at(shelf: Shelf) -> None:
    found = shelf.report(shelf.nightly, PASSED, days_ago=2, case_set=HOURLY)
    with unit_of_work(shelf.engine) as session:
        session.execute(text("UPDATE report SET case_set = NULL"))

    assert shelf.newest() == [found]
