"""The weekly report of quarantine: what it excused, whom it rescued, what is proven and overdue."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from app.core.publishing import ChatMessage
from app.db import policies
from app.db.policies import Snapshot, SnapshotKind
from app.db.session import unit_of_work
from app.db.tables.ran import RunRow
from app.sandbox.slack.entities import Message
from app.services import acts
from app.services.acts import Actor
from jobs.schedule import tell_quarantine_reports
from tests.bots.slack.console import Console
from tests.bots.slack.test_proposals import hear
from tests.render.test_chat import accepted, texts

PROVEN = text(
    "INSERT INTO quarantine_event (repo_id, quarantine_id, case_id, event, was, now, at, actor,"
    " why, evidence, request_id)"
    " VALUES (:repo, 1, :case, 'proven', 'fix_pending', 'resolved', :at, 'FlakeGuard', '', '{}',"
    " '')"
)


RELEASES = "rules: [{branch: 'release/*', exempt: true}]\n"


def hold(console: Console, name: str, *, days_ago: float) -> UUID:
    case_id = console.flaky(name)
    at = console.world.now - timedelta(days=days_ago)
    with unit_of_work(console.world.engine) as session:
        acts.activate(session, console.repo, case_id, Actor("mona", "page", "r1"), now=at)
    return case_id


def failed(console: Console, pull: int, *cases: UUID, days_ago: float, **given: object) -> RunRow:
    at = console.world.now - timedelta(days=days_ago)
    run = console.world.run(console.repo, pr_number=pull, started_at=at, **given)
    for case_id in cases:
        console.world.finding(run, case_id, "flaky")
    return run


def change(console: Console, statement: str, **values: object) -> None:
    with unit_of_work(console.world.engine) as session:
        session.execute(text(statement), values)


@pytest.fixture
def week(console: Console) -> Console:
    """One case held for three days, one overdue, one proven; two pull requests it was red on."""
    hear(console, "quarantine")
    held = hold(console, "test_held", days_ago=3)
    other = console.flaky("test_other")
    failed(console, 5, held, days_ago=2)
    failed(console, 6, held, other, days_ago=1)
    failed(console, 7, held, days_ago=4)  # before it was held
    failed(console, 8, held, days_ago=1, is_trusted=False)
    overdue = hold(console, "test_overdue", days_ago=20)
    ended = console.world.now - timedelta(days=2)
    change(
        console,
        "UPDATE quarantine SET state = 'expired', until = :at WHERE case_id = :case",
        at=ended,
        case=overdue,
    )
    with unit_of_work(console.world.engine) as session:
        values = {"repo": console.repo, "case": console.flaky("test_proven")}
        session.execute(PROVEN, values | {"at": console.world.now - timedelta(days=1)})
    return console


def reports(console: Console) -> list[Message]:
    return [m for m in console.slack.roots(console.channel) if m.text.startswith("Quarantine in")]


def tell(console: Console) -> None:
    """What runs by the clock, on the next Monday at nine."""
    console.office.shop.clock.now = datetime(2026, 11, 23, 9, tzinfo=UTC)
    tell_quarantine_reports(console.office.context)
    console.office.work()


def test_a_week_of_quarantine_is_told_once_to_who_hears_of_it(week: Console) -> None:
    tell(week)
    tell(week)

    [root] = reports(week)
    found = texts(accepted(ChatMessage(root.text, tuple(root.blocks), "h")))
    told = "\n".join(found).replace("\u200b", "")
    assert root.text == "Quarantine in acme/shop: the last 7 days"
    assert "2 failures were excused." in told
    assert "1 pull request was rescued: nothing else failed there." in told
    assert "1 test is quarantined now." in told
    assert "*Fixes that were proven: 1*" in told
    assert "|tests.test_cart::test_proven>, 2026-11-19" in told
    assert told.index("Overdue: the end came") < told.index("test_overdue>, 2026-11-18")


def test_what_failed_on_an_exempt_branch_was_not_excused(week: Console) -> None:
    file = Snapshot(SnapshotKind.POLICY, "a1", ".flakeguard.yml", RELEASES)
    with unit_of_work(week.world.engine) as session:
        policies.write(session, week.repo, file, now=week.world.now)
    change(week, "UPDATE run SET branch = 'release/2' WHERE pr_number = 5")

    tell(week)

    [root] = reports(week)
    told = "\n".join(texts(accepted(ChatMessage(root.text, tuple(root.blocks), "h"))))
    assert "1 failure was excused." in told
    assert "No pull request failed by excused failures alone." in told


def test_where_nothing_was_ever_held_nothing_is_told(console: Console) -> None:
    hear(console, "quarantine")
    failed(console, 5, console.flaky("test_a"), days_ago=1)

    tell(console)

    assert console.slack.messages == []


def test_who_hears_of_other_things_is_told_nothing(console: Console) -> None:
    hear(console, "flaky", "digest")
    hold(console, "test_held", days_ago=3)

    tell(console)

    assert console.slack.messages == []
