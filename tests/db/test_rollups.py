"""The rollups equal a recount, folded or not, however often, late, or interrupted."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from app.core.rollups import Grain, Sketch, Span
from app.core.runs import BranchClass
from app.db import fold, rollups
from app.db.session import Engine, Session, unit_of_work
from app.services.rollups import fold_days, fold_due, fold_repository
from tests.db.sums import NOW, REPO, Reports, recount, told

BACK = timedelta(days=10)
GRAINS = list(Grain)


def span(grain: Grain, **narrowed: object) -> Span:
    return Span(REPO, grain, NOW - BACK, NOW + timedelta(days=1), **narrowed)  # type: ignore[arg-type]


def assert_equal_to_a_recount(engine: Engine) -> None:
    [case_id, *_] = case_ids(engine)
    with unit_of_work(engine) as session:
        for grain in GRAINS:
            whole = rollups.repository_trend(session, span(grain))
            one = rollups.case_trend(session, span(grain), case_id)
            suite = rollups.suite_trend(session, span(grain), "api")
            assert told(whole) == recount(engine, REPO, grain)
            assert told(one) == recount(engine, REPO, grain, case_id=case_id)
            assert told(suite) == recount(engine, REPO, grain, suite="api")


def case_ids(engine: Engine) -> list[UUID]:
    with unit_of_work(engine) as session:
        rows = session.execute(text("SELECT case_id FROM case_ ORDER BY case_id"))
        return [row[0] for row in rows]


def unfolded(engine: Engine) -> int:
    with unit_of_work(engine) as session:
        query = text("SELECT count(*) FROM report WHERE folded_at IS NULL AND refusal IS NULL")
        return int(session.execute(query).scalar_one())


class Broken(Exception):
    """Raised within a transaction that had done its work."""


def break_off(engine: Engine, act: Callable[[Session], int]) -> None:
    with unit_of_work(engine) as session:
        assert act(session) > 0
        raise Broken


def test_what_is_not_folded_yet_is_added(engine: Engine, reports: Reports) -> None:
    reports.some(15)

    assert unfolded(engine) == 15
    assert sum(one.flakes for one in recount(engine, REPO, Grain.DAY).values()) > 3
    assert_equal_to_a_recount(engine)


def test_folding_changes_no_answer(engine: Engine, reports: Reports) -> None:
    reports.some(15)

    assert fold_repository(engine, REPO, now=NOW) == 15
    assert_equal_to_a_recount(engine)
    assert fold_days(engine, now=NOW) > 0
    assert_equal_to_a_recount(engine)


def test_folding_twice_folds_nothing_twice(engine: Engine, reports: Reports) -> None:
    reports.some(6)
    for _ in range(3):
        fold_repository(engine, REPO, now=NOW)
        fold_days(engine, now=NOW)

    assert_equal_to_a_recount(engine)


def test_reports_that_come_late_are_added_to_days_that_are_over(
    engine: Engine, reports: Reports
) -> None:
    for _ in range(3):
        reports.some(5)
        fold_repository(engine, REPO, now=NOW)
        fold_days(engine, now=NOW)
    reports.some(3)

    assert_equal_to_a_recount(engine)


def test_a_fold_that_breaks_off_keeps_nothing(engine: Engine, reports: Reports) -> None:
    reports.some(8)

    with pytest.raises(Broken):
        break_off(engine, lambda session: fold.fold_reports(session, REPO, kept=BACK, now=NOW))

    assert unfolded(engine) == 8
    assert_equal_to_a_recount(engine)
    fold_repository(engine, REPO, now=NOW)
    with pytest.raises(Broken):
        break_off(
            engine,
            lambda session: fold.fold_hours(session, REPO, before=NOW, kept=BACK, now=NOW),
        )
    assert_equal_to_a_recount(engine)


def test_batches_are_small_enough_and_each_is_folded_once(
    engine: Engine, reports: Reports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fold, "EXECUTIONS_AT_ONCE", 30)
    reports.some(7)

    with unit_of_work(engine) as session:
        assert fold.fold_reports(session, REPO, kept=BACK, now=NOW) == 2
    assert_equal_to_a_recount(engine)
    assert fold_repository(engine, REPO, now=NOW) == 5
    assert_equal_to_a_recount(engine)


def test_several_may_fold_at_once(
    engine: Engine, reports: Reports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fold, "REPORTS_AT_ONCE", 2)
    reports.some(24)
    folded: list[int] = []

    def work() -> None:
        folded.append(fold_repository(engine, REPO, now=NOW))
        fold_days(engine, now=NOW)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(folded) == 24
    assert_equal_to_a_recount(engine)


def test_a_trend_can_be_narrowed_to_a_branch_class_and_a_variant(
    engine: Engine, reports: Reports
) -> None:
    reports.some(20)
    with unit_of_work(engine) as session:
        fold.fold_reports(session, REPO, kept=BACK, now=NOW)
    reports.some(5)
    wanted = {"branch_class": BranchClass.MERGE_QUEUE, "variant": "linux (3.12)"}

    with unit_of_work(engine) as session:
        found = rollups.repository_trend(session, span(Grain.DAY, **wanted))

    assert found
    assert told(found) == recount(engine, REPO, Grain.DAY, **wanted)


def test_a_refused_report_waits_for_nobody(engine: Engine, reports: Reports) -> None:
    reports.store(b"<testsuites><broken", at=NOW)

    assert fold_repository(engine, REPO, now=NOW) == 0
    with unit_of_work(engine) as session:
        assert rollups.repository_trend(session, span(Grain.HOUR)) == []


def test_reports_wait_for_others_but_not_for_long(engine: Engine, reports: Reports) -> None:
    reports.some(3)

    assert fold_due(engine, now=NOW + timedelta(minutes=4)) == 0
    assert fold_due(engine, now=NOW + timedelta(minutes=5)) == 3
    assert_equal_to_a_recount(engine)


def test_many_executions_do_not_wait(
    engine: Engine, reports: Reports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.services.rollups.MANY", 30)
    reports.some(3)

    assert fold_due(engine, now=NOW) == 3


@pytest.mark.parametrize("fold_first", [False, True])
def test_the_slowest_cases_come_first_with_their_percentiles(
    engine: Engine, reports: Reports, *, fold_first: bool
) -> None:
    durations = {"test_quick": [1, 2, 3, 4], "test_slow": [9000, 100, 120, 110]}
    for nth in range(4):
        cases = "".join(
            f'<testcase classname="T" name="{name}" time="{took[nth] / 1000}"/>'
            for name, took in durations.items()
        )
        xml = f'<testsuites><testsuite name="s">{cases}</testsuite></testsuites>'.encode()
        reports.store(xml, at=NOW - timedelta(hours=nth))
    if fold_first:
        fold_repository(engine, REPO, now=NOW)

    with unit_of_work(engine) as session:
        slow, quick = rollups.slowest_cases(session, span(Grain.DAY))

    assert (slow.name, slow.executions, slow.total_ms) == ("T::test_slow", 4, 9330)
    assert (slow.p50_ms, slow.p95_ms) == (115, 9000)  # 110 and 120 share a bin
    assert slow.p50_ms == Sketch.of(durations["test_slow"]).percentile(0.5)
    assert (quick.name, quick.p50_ms, quick.p95_ms) == ("T::test_quick", 2, 4)


def test_a_case_that_became_slower_is_found_and_one_that_only_wavers_is_not(
    engine: Engine, reports: Reports
) -> None:
    for nth in range(40):
        slower = 0.9 if nth < 14 else 0.3
        wavering = 0.2 + 0.4 * (nth % 2)
        xml = (
            f'<testsuites><testsuite name="s"><testcase classname="T" name="test_slower"'
            f' time="{slower + nth % 5 / 100}"/><testcase classname="T" name="test_wavers"'
            f' time="{wavering}"/></testsuite></testsuites>'
        ).encode()
        reports.store(xml, at=NOW - timedelta(hours=12 * nth))
        if nth == 20:
            fold_repository(engine, REPO, now=NOW)
            fold_days(engine, now=NOW)

    with unit_of_work(engine) as session:
        [found] = rollups.slowdowns(session, REPO, now=NOW, branch_class=BranchClass.DEFAULT)
        elsewhere = rollups.slowdowns(session, REPO, now=NOW, branch_class=BranchClass.OTHER)

    assert 300 <= found.earlier_ms <= 340
    assert 900 <= found.recent_ms <= 940
    assert found.recent_count + found.earlier_count == 40
    assert elsewhere == []


def test_a_suite_of_any_length_has_a_trend(engine: Engine, reports: Reports) -> None:
    suite = "x" * 9_000
    xml = f'<testsuites><testsuite name="{suite}"><testcase name="a"/></testsuite></testsuites>'
    reports.store(xml.encode(), at=NOW)
    fold_repository(engine, REPO, now=NOW)

    with unit_of_work(engine) as session:
        [stored] = session.execute(text("SELECT suite FROM case_")).scalars()
        [point] = rollups.suite_trend(session, span(Grain.HOUR), stored)

    assert point.tally.executions == 1
    assert point.starts_at == NOW.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    assert isinstance(point.starts_at, datetime)
