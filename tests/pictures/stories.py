"""What has to happen for each kind of message to be said in Slack, and where it is then seen."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from sqlalchemy import text

from app.core.runs import RunKey
from app.db import repositories, runs
from app.db.session import unit_of_work
from app.services.quarantine import runs as quarantines
from jobs.schedule import end_quarantines
from tests.bots.slack import (
    test_digests,
    test_home,
    test_own_digests,
    test_owner_news,
    test_proposals,
    test_quarantine_reports,
    test_unfurls,
    threads,
)
from tests.bots.slack.console import Console
from tests.pictures import alerts, answers
from tests.pictures.shown import PAYMENT, Shown, card, first, flaky_with_a_thread, modal, some_cases
from tests.web.world import PASSED, flaky_case


def thread(console: Console) -> Shown:
    """A flaky case, quarantined from its thread."""
    flaky_with_a_thread(console)
    threads.press(console, "quarantine", "ann")
    threads.send(console, reason="the payment sandbox is slow", days="14", owner="@acme/payments")
    return card(threads.root(console))


def ending(console: Console) -> Shown:
    """A quarantine that ends soon, and then is over."""
    shown = thread(console)
    for days in (12, 3):
        console.office.shop.clock.turn(timedelta(days=days))
        end_quarantines(console.office.context)
        console.office.work()
    return shown


def healed(console: Console) -> Shown:
    """A quarantine that ends because enough runs were clean."""
    shown = thread(console)
    change = test_quarantine_reports.change
    change(console, "UPDATE quarantine SET clean_runs = clean_needed - 1")
    [(case_id,)] = console.rows("SELECT case_id FROM quarantine")
    assert isinstance(case_id, UUID)
    row = console.world.run(console.repo, started_at=console.world.now + timedelta(hours=1))
    console.world.execution(row, console.world.report(row), case_id, PASSED)
    with unit_of_work(console.world.engine) as session:
        repository = repositories.repository(session, console.repo)
        run = runs.run(session, RunKey(console.repo, row.run_id, row.attempt))
        assert repository is not None
        assert run is not None
        quarantines.follow(session, repository, [], run, now=run.started_at, request_id="r1")
    change(console, "UPDATE case_state SET state = 'healthy', score = 0.03")
    threads.tell(console, case_id)
    return shown


def window(console: Console) -> Shown:
    """The window behind Quarantine."""
    flaky_with_a_thread(console)
    threads.press(console, "quarantine", "ann")
    return modal(console)


def why(console: Console) -> Shown:
    """The window behind Why?."""
    flaky_with_a_thread(console)
    threads.press(console, "why", "rita")
    return modal(console)


def digest(console: Console) -> Shown:
    """A week with its chart."""
    new, old, held = some_cases(console)
    test_digests.turn(console, new, "flaky", days_ago=2)
    console.world.quarantined(console.repo, held)
    with unit_of_work(console.world.engine) as session:
        ends = {"at": console.world.now + timedelta(days=3)}
        session.execute(text("UPDATE quarantine SET until = :at"), ends)
    for day in range(-2, 29):  # it is told on the Monday after
        run = console.world.run(console.repo, started_at=console.world.now - timedelta(days=day))
        for case_id in (new, old, held)[: day * 5 % 7 % 4]:
            console.world.finding(run, case_id, "flaky" if day % 6 else "new")
    test_digests.tell(console)
    return first(console)


def quarantine_report(console: Console) -> Shown:
    """What a week of quarantine was worth."""
    test_proposals.hear(console, "quarantine")
    held = test_quarantine_reports.hold(console, "test_refund_twice", days_ago=6)
    for day in range(1, 6):
        test_quarantine_reports.failed(console, 40 + day, held, days_ago=day)
    overdue = test_quarantine_reports.hold(console, "test_clock_skew", days_ago=20)
    test_quarantine_reports.change(
        console,
        "UPDATE quarantine SET state = 'expired', until = :at WHERE case_id = :case",
        at=console.world.now - timedelta(days=2),
        case=overdue,
    )
    with unit_of_work(console.world.engine) as session:
        proven = {"repo": console.repo, "case": console.flaky("test_rounding")}
        at = console.world.now - timedelta(days=1)
        session.execute(test_quarantine_reports.PROVEN, proven | {"at": at})
    test_quarantine_reports.tell(console)
    return first(console)


def home(console: Console) -> Shown:
    """Somebody's own page: a case of theirs and a quarantine of their team."""
    console.bind()
    console.link("ann", "ann")
    console.world.owned(console.repo, PAYMENT["file"], "@ann")
    flaky_case(console.world, console.repo, "test_a_card_is_charged_once", **PAYMENT)
    console.office.shop.world.github.teams["acme/core"] = {"ann"}
    held = console.flaky("test_rounding")
    console.world.quarantined(console.repo, held)
    with unit_of_work(console.world.engine) as session:
        session.execute(text("UPDATE quarantine SET owner = '@acme/core', until = '2026-11-22Z'"))
    test_home.look(console, "ann")
    return Shown(f"/slack/home/{console.slack.member('ann').id}", ".home")


def unfurl(console: Console) -> Shown:
    """A link to a case's page."""
    console.bind()
    console.slack.unfurl_domains = {"flakes.example.com"}
    case_id = flaky_case(console.world, console.repo, "test_a_card_is_charged_once", **PAYMENT)
    test_unfurls.share(console, "rita", f"{test_unfurls.PAGES}/cases/{case_id}")
    return first(console)


def in_person(console: Console) -> Shown:
    """An owner hears what became of their case."""
    console.link("ann", "ann")
    console.world.owned(console.repo, "tests/test_cart.py", "@ann")
    case_id = console.flaky("test_refund_twice")
    test_owner_news.news(console, case_id, "Turned flaky.")
    test_owner_news.later(console)
    return card(test_owner_news.told(console)[-1])


def own_digest(console: Console) -> Shown:
    """A digest of what is one's own."""
    console.link("ann", "ann")
    console.world.owned(console.repo, "tests/test_cart.py", "@ann")
    cases = some_cases(console)
    for days_ago, case_id in enumerate(cases, 1):
        test_digests.turn(console, case_id, "flaky", days_ago=days_ago)
    console.type("ann", "settings me digest weekly")
    test_own_digests.ticks(console, 2)
    return card(test_owner_news.told(console)[-1])


STORIES: dict[str, Callable[[Console], Shown]] = {
    one.__name__.replace("_", "-"): one
    for one in (
        thread,
        ending,
        healed,
        window,
        why,
        alerts.history,
        alerts.storm,
        alerts.proposals,
        alerts.broken,
        alerts.mended,
        alerts.outage,
        alerts.spike,
        alerts.spike_over,
        digest,
        quarantine_report,
        home,
        unfurl,
        answers.status,
        answers.top,
        answers.one_test,
        answers.runs,
        answers.clusters,
        answers.mine,
        answers.usage,
        answers.link_offer,
        answers.slip,
        answers.decided,
        answers.rerun,
        answers.subscribed,
        answers.settings,
        in_person,
        own_digest,
    )
}
