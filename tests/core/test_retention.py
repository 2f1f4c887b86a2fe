"""How long executions are kept, and which runs are refused for their date."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import BadInput
from app.core.retention import KeepUntil, Retention, keep_until, too_old_or_new

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)
spans = st.timedeltas(timedelta(0), timedelta(days=1000))


@pytest.mark.parametrize(("on_default", "passing", "failing"), [(False, 30, 90), (True, 90, 365)])
def test_failures_and_the_default_branch_are_kept_longer(
    on_default: bool, passing: int, failing: int
) -> None:
    keep = keep_until(at=NOW, received_at=NOW, on_default=on_default)

    assert keep == KeepUntil(passing=NOW + passing * DAY, failing=NOW + failing * DAY)


def test_an_old_run_stays_a_week_after_it_was_received() -> None:
    keep = keep_until(at=NOW - 380 * DAY, received_at=NOW, on_default=True)

    assert keep == KeepUntil(passing=NOW + 7 * DAY, failing=NOW + 7 * DAY)


@given(age=spans, kept=spans, failed=spans, on_default=st.booleans())
def test_nothing_goes_sooner_than_a_week_after_receipt_nor_sooner_than_its_retention(
    age: timedelta, kept: timedelta, failed: timedelta, on_default: bool
) -> None:
    retention = Retention(
        passed=kept, failed=failed, passed_on_default=kept, failed_on_default=failed
    )
    at = NOW - age

    keep = keep_until(at=at, received_at=NOW, on_default=on_default, retention=retention)

    for until, wanted in [(keep.passing, kept), (keep.failing, failed)]:
        assert until >= NOW + 7 * DAY
        assert until >= at + wanted
        assert until in {NOW + 7 * DAY, at + wanted}


@pytest.mark.parametrize("at", [NOW, NOW - 400 * DAY, NOW + DAY])
def test_a_plausible_date_is_taken(at: datetime) -> None:
    assert too_old_or_new(at, now=NOW) is None


def test_a_run_of_long_ago_is_refused() -> None:
    assert too_old_or_new(NOW - 400 * DAY - timedelta(seconds=1), now=NOW) == (
        "The run is dated 2025-10-16, more than 400 days ago; it is too old to be stored."
    )


def test_a_run_still_to_come_is_refused() -> None:
    assert too_old_or_new(NOW + DAY + timedelta(seconds=1), now=NOW) == (
        "The run is dated 2026-11-21 09:30, which is still to come; check its clock."
    )


def test_what_a_repository_does_not_set_stays_as_it_is() -> None:
    chosen = Retention.of({"retention": {"videos": 3}, "something": "else"})

    assert chosen == replace(Retention(), videos=3 * DAY)
    assert Retention.of({}) == Retention.of({"retention": None}) == Retention()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"runs": 0}, "retention.runs must be a whole number of days, 1 to 3650."),
        ({"runs": True}, "retention.runs must be a whole number of days, 1 to 3650."),
        ({"runs": "9"}, "retention.runs must be a whole number of days, 1 to 3650."),
        ({"runs": 3_651}, "retention.runs must be a whole number of days, 1 to 3650."),
        ([1], "retention must name what is kept for how many days."),
        (
            {"cats": 9},
            "retention.cats is nothing that is kept; use audit, daily, failed,"
            " failed_on_default, failed_runs, hourly, logs, passed, passed_on_default, runs,"
            " runs_on_default, screenshots, videos.",
        ),
    ],
)
def test_what_is_no_retention_is_refused_by_name(given: object, sentence: str) -> None:
    with pytest.raises(BadInput) as refused:
        Retention.of({"retention": given})

    assert str(refused.value) == sentence


@given(
    st.builds(Retention, runs=spans, passed=spans, failed=spans),
    st.booleans(),
    st.booleans(),
)
def test_a_run_outlives_its_executions(
    retention: Retention, on_default: bool, failed: bool
) -> None:
    keep = keep_until(at=NOW, received_at=NOW, on_default=on_default, retention=retention)
    goes = NOW + max(retention.of_run(on_default=on_default, failed=failed), 7 * DAY)

    assert goes >= max(keep.passing, keep.failing)
