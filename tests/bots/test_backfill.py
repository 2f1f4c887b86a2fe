"""What ran before we came is read back, silently, newest first."""

from dataclasses import replace
from datetime import timedelta

from app.db.chat import threads as chat_rows
from app.db.session import unit_of_work
from app.db.work import backfills
from app.render.words.history import being_read
from app.sandbox.github.entities import Change
from app.services import backfill, pages, plans
from bots.slack.client import SlackChat
from tests.bots.office import GREEN, Office, install, repo_id
from tests.bots.shop import NOW, REPO

DAYS = timedelta(days=30)


def said(office: Office) -> str | None:
    with unit_of_work(office.desk.engine) as session:
        return backfill.summary(session, repo_id(office))


def test_every_attempt_of_the_last_thirty_days_is_read_back(office: Office) -> None:
    office.run(901, GREEN, hours_ago=24 * 31)
    flaky = range(902, 910)
    for number in flaky:
        office.run(number, GREEN, hours_ago=30 * (911 - number), attempts=2)
    office.run(910, GREEN, hours_ago=3)
    install(office)

    office.work()

    read = office.rows(
        "SELECT run_id, attempt FROM run WHERE evaluated_at IS NOT NULL ORDER BY 1, 2"
    )
    assert read == [*[(number, attempt) for number in flaky for attempt in (1, 2)], (910, 1)]
    assert office.rows("SELECT count(*) FROM report WHERE observed_at IS NOT NULL") == [(17,)]
    assert said(office) == (
        "Read back 9 runs with 17 reports since 2026-10-21: 1 case flaky, 0 broken at present."
    )
    assert office.rows("SELECT state, flakes, runs FROM case_state") == [("flaky", 8, 17)]
    assert office.rows("SELECT DISTINCT branch_class FROM run") == [("default",)]
    assert office.rows("SELECT cause, count(*) FROM finding GROUP BY 1") == [("flaky", 8)]
    [line] = plans.plan(office.desk.engine, repo_id(office), rates={}, now=NOW).lines
    assert (line.hidden.flakes, line.hidden.real, line.cost.failed_runs) == (8, 0, 8)


def test_nothing_is_said_on_what_is_read_back(office: Office) -> None:
    office.run(902, GREEN, hours_ago=50, attempts=2)
    install(office)

    done = office.work()

    assert {"publish_run", "tell_chat", "evaluate_run", "ingest_run"}.isdisjoint(done)
    assert [one for one in office.shop.asked() if not one.startswith("GET ")] == []
    page = pages.repository_page(
        office.desk.engine,
        REPO,
        states=("flaky",),
        with_quarantined=False,
        owner=None,
        case_page=1,
        run_page=1,
        rates={},
        now=NOW,
    )
    assert page.history == said(office)
    assert page.repository.first_report_at is not None


def test_reading_back_goes_on_where_it_ended(office: Office) -> None:
    for number in range(901, 913):
        office.run(number, GREEN, hours_ago=2 * (913 - number))
    install(office)

    done = office.work()

    assert done.count("read_history") == 3
    assert office.rows("SELECT count(*), min(run_id) FROM run") == [(12, 901)]
    downloads = [one for one in office.shop.asked() if "/zip" in one]
    assert len(downloads) == 12


def test_a_run_that_ends_after_we_came_is_left_to_its_deliveries(office: Office) -> None:
    install(office)
    office.work(most=2)
    office.run(901, GREEN, hours_ago=0)

    office.shop.clock.turn(timedelta(minutes=10))
    with unit_of_work(office.desk.engine) as session:
        backfills.begin(session, repo_id(office), since=NOW - DAYS, now=NOW)
    office.work()

    assert office.rows("SELECT count(*) FROM run") == [(0,)]


def test_a_channel_is_told_once_what_was_found(office: Office, chat: SlackChat) -> None:
    office.chat = chat
    office.run(902, GREEN, hours_ago=50)
    slack = office.shop.world.slack
    channel = slack.add_channel("shop-tests")
    install(office)
    office.work(most=2)

    with unit_of_work(office.desk.engine) as session:
        chat_rows.subscribe(
            session, repo_id(office), team_id=slack.team_id, channel=channel.id, now=NOW
        )
    office.work()

    (message,) = slack.roots(channel.id)
    assert message.text == (
        "*acme/shop*: Read back 1 run with 1 report since 2026-10-21: "
        "0 cases flaky, 0 broken at present."
    )


def test_with_no_days_nothing_is_read_back(office: Office) -> None:
    office.backfill_days = 0
    office.run(902, GREEN, hours_ago=50)
    install(office)

    office.work()

    assert office.rows("SELECT count(*) FROM run") == [(0,)]
    assert said(office) is None


def test_how_far_it_has_come_is_said(office: Office) -> None:
    install(office)
    office.work()

    with unit_of_work(office.desk.engine) as session:
        found = backfills.backfill(session, repo_id(office))

    assert found is not None
    assert said(office) == (
        "Read back 0 runs with 0 reports since 2026-10-21: no reports, "
        "so history begins with the next run that uploads one."
    )
    half = replace(found, done_at=None, upto=found.since + DAYS / 2)
    assert being_read(half) == (
        "Reading back what ran since 2026-10-21: 50 % of that time, 0 runs with 0 reports "
        "so far. Nothing is published on old commits."
    )


def test_only_artifacts_that_the_policy_names_are_downloaded(office: Office) -> None:
    policy = b"artifacts: ['junit-*']\n"
    office.run(902, GREEN, hours_ago=50)
    office.shop.world.github.push(
        REPO,
        "main",
        "d" * 40,
        author="ann",
        message="Say which",
        at=NOW,
        files=[Change(".flakeguard.yml", policy, "added")],
    )
    install(office)

    office.work()

    assert [one for one in office.shop.asked() if "/zip" in one] == []
    assert office.rows("SELECT run_id, ingested_at IS NOT NULL FROM run") == [(902, True)]
