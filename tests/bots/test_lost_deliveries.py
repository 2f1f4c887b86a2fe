"""Deliveries that were lost on their way: asked for again, or their runs found by listing."""

from datetime import timedelta

from app.core.asking import QueueName
from app.core.requests import SweepDeliveries
from app.db.session import unit_of_work
from app.db.work import tasks
from app.db.work.tasks import Asking
from app.ports import FailedDelivery
from bots.github import hook
from bots.github.client import GitHubHosts
from tests.bots.doors import Doors
from tests.bots.front import FAILURE, FLAKY, REPO, Front
from tests.bots.office import GREEN, Office, install
from tests.bots.shop import Shop

NOWHERE = "http://127.0.0.1:9/nobody"


def sweep(office: Office) -> list[str]:
    """The hourly sweep, and all that follows; the kinds of work that was done."""
    with unit_of_work(office.desk.engine) as session:
        asking = Asking(SweepDeliveries(), QueueName.HISTORY, "r1")
        tasks.ask(session, [asking], now=office.shop.clock())
    return office.work()


def asked_again(shop: Shop) -> int:
    return sum(one.startswith("POST ") and "/attempts" in one for one in shop.asked())


def test_failed_deliveries_are_asked_for_until_they_have_come(
    office: Office, shop: Shop, doors: Doors
) -> None:
    hooks = shop.world.github.hooks
    hooks.url = NOWHERE
    shop.push()
    shop.start_run()
    hooks.url = f"{doors.url}/github/webhook"

    sweep(office)
    hooks.drain()
    for one in doors.kept.values():
        office.inbox.store(one)
    once = asked_again(shop)
    sweep(office)

    assert len(doors.kept) == once > 0
    assert asked_again(shop) == once


def test_what_failed_more_than_three_days_ago_is_given_up(office: Office, shop: Shop) -> None:
    shop.world.github.hooks.url = NOWHERE
    shop.push()
    shop.start_run()
    shop.clock.turn(timedelta(days=3, minutes=1))

    sweep(office)

    assert asked_again(shop) == 0


def test_a_delivery_that_github_has_forgotten_is_no_error(shop: Shop, hosts: GitHubHosts) -> None:
    hook.ask_again(hosts.as_app, FailedDelivery(1, "guid-1"))

    assert asked_again(shop) == 1


def test_a_week_of_lost_webhooks_is_found_by_listing(office: Office, shop: Shop) -> None:
    shop.world.github.hooks.url = None
    install(office)
    office.work()
    shop.clock.turn(timedelta(days=7))
    office.run(901, GREEN, hours_ago=100, attempts=2)
    office.run(902, GREEN, hours_ago=30)

    done = sweep(office)

    found = office.rows("SELECT run_id, attempt FROM run ORDER BY 1, 2")
    assert found == [(901, 1), (901, 2), (902, 1)]
    assert "recompute" in done
    assert {"publish_run", "tell_history"}.isdisjoint(done)


def test_where_nothing_was_lost_nothing_is_computed_anew(office: Office, shop: Shop) -> None:
    install(office)
    office.work()
    shop.clock.turn(timedelta(hours=3))

    assert sweep(office) == ["sweep_deliveries", "read_history"]


def test_what_is_told_long_after_its_time_is_history_and_nothing_is_said_on_it(
    office: Office, shop: Shop, doors: Doors
) -> None:
    front, hooks, github = Front(office, doors), shop.world.github.hooks, shop.world.github
    heard_at, hooks.url = hooks.url, NOWHERE
    shop.push()
    office.run(901, {FLAKY: None, **GREEN}, hours_ago=72, attempts=2)
    office.run(902, {FLAKY: None, **GREEN}, hours_ago=71, attempts=2)
    hooks.url = heard_at
    front.run_pull({FLAKY: FAILURE, **GREEN})
    before = front.check.title
    shop.clock.turn(timedelta(hours=1))

    sweep(office)
    done = front.settle()

    late = office.rows(
        "SELECT run_id, attempt, evaluated_at IS NOT NULL FROM run WHERE run_id < 910"
    )
    assert sorted(late) == [(901, 1, True), (901, 2, True), (902, 1, True), (902, 2, True)]
    assert "evaluate_run" not in done
    assert [len(github.app_check_runs(REPO, f"{sha:04x}" * 10)) for sha in (901, 902)] == [0, 0]
    assert office.rows("SELECT flakes FROM case_state") == [(2,)]
    assert front.check.title == before


def test_what_was_sent_a_day_before_it_came_is_history_though_nothing_newer_is_known(
    office: Office, shop: Shop, doors: Doors
) -> None:
    front, hooks = Front(office, doors), shop.world.github.hooks
    shop.push()
    office.run(901, {FLAKY: None, **GREEN}, hours_ago=0)
    front.settle()
    heard_at, hooks.url = hooks.url, NOWHERE
    office.run(902, {FLAKY: None, **GREEN}, hours_ago=0, attempts=2)
    hooks.url = heard_at
    shop.clock.turn(timedelta(days=2))

    sweep(office)
    done = front.settle()

    assert "evaluate_run" not in done
    checks = [shop.world.github.app_check_runs(REPO, f"{sha:04x}" * 10) for sha in (901, 902)]
    assert [len(one) for one in checks] == [1, 0]
    assert office.rows("SELECT cause FROM finding") == [("flaky",)]


def test_what_is_told_late_of_a_commit_that_a_pull_request_shows_is_said_there(
    office: Office, shop: Shop, doors: Doors
) -> None:
    front, hooks = Front(office, doors), shop.world.github.hooks
    shop.push()
    shop.open_pull_request()
    front.settle()
    heard_at, hooks.url = hooks.url, NOWHERE
    front.run_pull({FLAKY: FAILURE, **GREEN})
    hooks.url = heard_at
    shop.clock.turn(timedelta(days=2))
    office.run(903, {FLAKY: None, **GREEN}, hours_ago=0)
    front.settle()
    shop.clock.turn(timedelta(hours=1))

    sweep(office)
    front.settle()

    assert front.check.title == "1 failure needs you"
