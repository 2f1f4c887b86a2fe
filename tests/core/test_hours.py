"""Quiet hours and the days of digests, where a place is, over midnight and changed clocks."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.hours import Often, Quiet, newest_day, quiet_of, quiet_until, zone_named, zone_of

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = Quiet(time(22), time(7))
NOON = Quiet(time(12), time(13, 30))


def at(said: str) -> datetime:
    return datetime.fromisoformat(said).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("quiet", "now", "until"),
    [
        (NIGHT, "2026-11-20T20:59", None),
        (NIGHT, "2026-11-20T21:00", "2026-11-21T06:00"),
        (NIGHT, "2026-11-21T05:59", "2026-11-21T06:00"),
        (NIGHT, "2026-11-21T06:00", None),
        (NIGHT, "2026-03-28T23:00", "2026-03-29T05:00"),  # that night the clocks go forward
        (NOON, "2026-11-20T10:59", None),
        (NOON, "2026-11-20T11:00", "2026-11-20T12:30"),
        (NOON, "2026-11-20T12:30", None),
        (None, "2026-11-20T23:00", None),
    ],
)
def test_quiet_hours_end_where_the_place_is(
    quiet: Quiet | None, now: str, until: str | None
) -> None:
    assert quiet_until(quiet, BERLIN, now=at(now)) == (at(until) if until else None)


@given(
    st.times(),
    st.times(),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),  # noqa: DTZ001 -- made aware below
)
def test_whoever_is_quiet_is_so_for_less_than_a_day_and_no_longer(
    begins: time, ends: time, now: datetime
) -> None:
    moment = now.replace(tzinfo=UTC)

    until = quiet_until(Quiet(begins, ends), UTC, now=moment)

    if until is not None:
        assert moment < until <= moment + timedelta(days=1)
        assert quiet_until(Quiet(begins, ends), UTC, now=until) is None


@pytest.mark.parametrize(
    ("said", "quiet"),
    [
        ("22-7", Quiet(time(22), time(7))),
        (" 22:30 - 07:15 ", Quiet(time(22, 30), time(7, 15))),
        ("24-7", None),
        ("7-7", None),
        ("22", None),
        ("22:60-7", None),
    ],
)
def test_hours_are_read_as_people_write_them(said: str, quiet: Quiet | None) -> None:
    assert quiet_of(said) == quiet


@pytest.mark.parametrize(
    ("often", "now", "day", "moment"),
    [
        (Often.DAILY, "2026-11-20T07:59", "2026-11-19", "2026-11-19T08:00"),
        (Often.DAILY, "2026-11-20T08:00", "2026-11-20", "2026-11-20T08:00"),
        (Often.WEEKLY, "2026-11-20T08:00", "2026-11-16", "2026-11-16T08:00"),
        (Often.WEEKLY, "2026-11-16T07:59", "2026-11-09", "2026-11-09T08:00"),
    ],
)
def test_a_digest_is_due_at_nine_where_the_place_is(
    often: Often, now: str, day: str, moment: str
) -> None:
    assert newest_day(often, BERLIN, now=at(now)) == (date.fromisoformat(day), at(moment))


def test_zones_are_known_by_the_names_that_people_write() -> None:
    assert zone_named("europe/berlin") == "Europe/Berlin"
    assert zone_named("America/New York") == "America/New_York"
    assert zone_named("../../etc/passwd") is None
    assert zone_of(None) is UTC
    assert zone_of("No/Where") is UTC
