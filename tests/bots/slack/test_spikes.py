"""A failure spike in a channel: said once however often it is looked for, and when it is over."""

from datetime import timedelta

import pytest

from app.core.spikes import WINDOW
from app.db.session import unit_of_work
from app.db.tables.alike import OutageRow
from app.sandbox.slack.entities import Message
from jobs.schedule import watch_failures
from tests.bots.slack.console import Console
from tests.bots.slack.test_proposals import hear, replies


def runs(console: Console, changes: int, failing: int, *, ago: timedelta, first: int = 1) -> None:
    """So many pull requests' runs that long ago, of which some failed."""
    at = console.office.shop.clock() - ago
    for number in range(changes):
        run = console.world.run(
            console.repo,
            pr_number=first + number,
            branch_class="pull_request",
            started_at=at - timedelta(minutes=number % 60),
            head_sha=f"{first + number:040x}",
        )
        console.world.report(run, failed=1 if number < failing else 0)


def look(console: Console) -> None:
    watch_failures(console.office.context)
    console.office.work()


def said(console: Console) -> list[Message]:
    return [m for m in console.slack.roots(console.channel) if "than usual" in m.text]


@pytest.fixture
def usual(console: Console) -> Console:
    """A repository of which one change in ten fails, for a week."""
    hear(console, "outage")
    for day in range(1, 8):
        runs(console, 10, 1, ago=timedelta(days=day), first=day * 100)
    return console


def test_a_spike_is_said_once_kept_at_its_worst_and_its_end_below_it(usual: Console) -> None:
    look(usual)
    quiet = said(usual)
    runs(usual, 12, 11, ago=timedelta(), first=1_000)
    look(usual)
    look(usual)
    [root] = said(usual)
    first = root.text
    runs(usual, 3, 3, ago=timedelta(), first=2_000)
    look(usual)
    worse = root.text
    usual.office.shop.clock.turn(WINDOW + timedelta(minutes=61))
    for _ in range(2):
        look(usual)

    assert quiet == []
    assert first == (
        "*acme/shop*: :red_circle: More fails than usual: 11 of 12 changes that were tested"
        " within 2 hours failed; usually it is 11 % of them."
    )
    assert "14 of 15 changes" in worse
    assert said(usual) == [root]
    assert root.text == (
        "*acme/shop*: :large_green_circle: More failed than usual, and that is over: at its worst"
        " 14 of 15 changes within 2 hours; usually it is 11 % of them."
    )
    assert replies(usual, root) == ["Over: nothing was tested in the last 2 hours."]


def test_one_change_that_fails_all_day_is_no_spike(usual: Console) -> None:
    at = usual.office.shop.clock()
    for number in range(20):
        run = usual.world.run(
            usual.repo,
            pr_number=7,
            branch_class="pull_request",
            started_at=at,
            head_sha=f"{number:040x}",
        )
        usual.world.report(run, failed=3)
    look(usual)

    assert said(usual) == []


def test_runs_of_forks_and_second_attempts_alarm_nobody(usual: Console) -> None:
    at = usual.office.shop.clock()
    for number in range(12):
        given = {"attempt": 2} if number % 2 else {"is_trusted": False}
        run = usual.world.run(
            usual.repo,
            pr_number=3_000 + number,
            started_at=at,
            branch_class="pull_request",
            **given,
        )
        usual.world.report(run, failed=1)
    look(usual)

    assert said(usual) == []


def test_what_is_said_to_be_an_outage_is_not_said_again(usual: Console) -> None:
    now = usual.office.shop.clock()
    runs(usual, 12, 11, ago=timedelta(), first=1_000)
    with unit_of_work(usual.world.engine) as session:
        session.add(OutageRow(repo_id=usual.repo, kind="outage", began_at=now, last_at=now))
    look(usual)

    assert said(usual) == []


def test_a_channel_that_hears_of_no_outages_hears_of_no_spikes(console: Console) -> None:
    hear(console, "flaky")
    for day in range(1, 8):
        runs(console, 10, 1, ago=timedelta(days=day), first=day * 100)
    runs(console, 12, 11, ago=timedelta(), first=1_000)

    look(console)

    assert said(console) == []
