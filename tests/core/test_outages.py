"""Outages: when the same crowd is a fixture, and when an event is over."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.core.outages import EPISODE, WINDOW, Event, Kind, Reach, is_over, kind_of
from app.render.words import outages as words_outages

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
CASES = frozenset(UUID(int=n) for n in range(10))
YESTERDAY = AT - timedelta(days=1)


def reach(kind: Kind = Kind.OUTAGE, crowd: str | None = None, prs: tuple[int, ...] = ()) -> Reach:
    event = Event(7, kind, crowd, AT, AT + timedelta(minutes=20), None)
    return Reach(event, cases=43, groups=12, jobs=2, runs=5, pull_requests=prs)


@pytest.mark.parametrize(
    ("crowd", "others", "then", "kind"),
    [
        ("tests/db.py", CASES, YESTERDAY, Kind.FIXTURE),
        ("tests/db.py", set(list(CASES)[:6]), YESTERDAY, Kind.FIXTURE),
        ("tests/db.py", set(list(CASES)[:5]), YESTERDAY, Kind.OUTAGE),
        ("tests/db.py", CASES, AT - EPISODE, Kind.OUTAGE),
        (None, CASES, YESTERDAY, Kind.OUTAGE),
    ],
    ids=["the same", "six of ten", "five of ten", "the same day", "several groups"],
)
def test_a_fixture_is_the_same_crowd_of_one_group_on_another_day(
    crowd: str | None, others: frozenset[UUID], then: datetime, kind: Kind
) -> None:
    assert kind_of(crowd, CASES, at=AT, earlier=[(then, others)]) is kind


def test_an_event_without_an_earlier_one_is_an_outage() -> None:
    assert kind_of("tests/db.py", CASES, at=AT, earlier=[]) is Kind.OUTAGE


def test_an_event_is_over_when_it_has_been_quiet_for_long() -> None:
    event = reach().event

    assert not is_over(event, now=event.last_at + WINDOW)
    assert is_over(event, now=event.last_at + WINDOW + timedelta(seconds=1))


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (
            reach(prs=(1, 2, 3)),
            "Part of an outage: 43 cases of 12 files failed within 20 minutes on 3 pull requests.",
        ),
        (reach(), "Part of an outage: 43 cases of 12 files failed within 20 minutes."),
        (
            reach(Kind.FIXTURE, "tests/db.py"),
            "Part of a fixture's failures, which this group had on other days too:"
            " 43 cases of 12 files failed within 20 minutes.",
        ),
    ],
)
def test_a_failure_says_what_it_is_part_of(one: Reach, said: str) -> None:
    assert words_outages.part_of_outage(one) == said
