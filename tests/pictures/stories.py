"""What has to happen for each kind of message to be said in Slack, and where it is then seen."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import text

from app.core.asking import QueueName
from app.core.chat_requests import TellHistory, TellOutage
from app.core.runs import Repository, RunKey
from app.core.spikes import WINDOW
from app.db import runs
from app.db.session import unit_of_work
from app.db.work import backfills, tasks
from app.sandbox.slack.entities import Message
from app.services.chat.storms import THREADS_AT_MOST
from app.services.judging import outages
from jobs.schedule import end_quarantines
from tests.bots.slack import (
    test_broken,
    test_digests,
    test_home,
    test_own_digests,
    test_owner_news,
    test_presses,
    test_proposals,
    test_quarantine_reports,
    test_spikes,
    test_storms,
    test_unfurls,
)
from tests.bots.slack.console import Console
from tests.web.world import flaky_case

PAYMENT = {"classname": "tests.test_payment", "file": "tests/test_payment.py"}
PASSED, BROKE, SECOND = "5d1e07ab" * 5, "c4f3a98e" * 5, "90b2d61c" * 5  # commits of main
SINCE = test_broken.SINCE | {"since": BROKE}
CULPRIT = test_broken.CULPRIT | {
    "passed": PASSED,
    "since": BROKE,
    "commit": BROKE,
    "second": SECOND,
    "range": f"{BROKE}:0.81 {SECOND}:0.17",
}
FLAKY = {  # probability, and the share of runs that fail
    "test_refund_twice": (0.99, 0.043),
    "test_clock_skew": (0.96, 0.021),
    "test_empty_cart": (0.92, 0.018),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A page of the sandbox, and the part of it that is meant."""

    page: str
    part: str  # a CSS selector


def thread(console: Console) -> Shown:
    """A flaky case, quarantined from its thread."""
    _flaky_with_a_thread(console)
    test_presses.press(console, "quarantine", "ann")
    test_presses.send(
        console, reason="the payment sandbox is slow", days="14", owner="@acme/payments"
    )
    return _card(test_presses.root(console))


def ending(console: Console) -> Shown:
    """A quarantine that ends soon, and then is over."""
    shown = thread(console)
    for days in (12, 3):
        console.office.shop.clock.turn(timedelta(days=days))
        end_quarantines(console.office.context)
        console.office.work()
    return shown


def window(console: Console) -> Shown:
    """The window behind Quarantine."""
    _flaky_with_a_thread(console)
    test_presses.press(console, "quarantine", "ann")
    return _window(console)


def why(console: Console) -> Shown:
    """The window behind Why?."""
    _flaky_with_a_thread(console)
    test_presses.press(console, "why", "rita")
    return _window(console)


def history(console: Console) -> Shown:
    """What ran before the app came has been read back."""
    console.bind()
    now = console.office.shop.clock()
    for name in FLAKY:
        console.flaky(name)
    with unit_of_work(console.world.engine) as session:
        backfills.begin(session, console.repo, since=now - timedelta(days=30), now=now)
        backfills.move(session, console.repo, upto=now, runs=412, reports=1_236)
        backfills.mark_done(session, console.repo, now=now)
        tasks.ask(session, [tasks.Asking(TellHistory(console.repo), QueueName.RUN, "r1")], now=now)
    console.office.work()
    return _first(console)


def storm(console: Console) -> Shown:
    """More cases turned flaky than get a thread each."""
    console.bind()
    test_storms.tell(console, THREADS_AT_MOST + test_storms.MORE)
    return _card(test_storms.storm(console))


def proposals(console: Console) -> Shown:
    """Four proposals, of which two are decided about."""
    test_proposals.hear(console, "quarantine")
    console.link("ann", "ann")
    test_proposals.propose(
        console, "test_clock_skew", "test_empty_cart", "test_refund_twice", "test_rounding"
    )
    test_proposals.press(console, "approve", nth=1)
    test_proposals.press(console, "refuse")
    return _card(test_proposals.listed(console)[-1])


def broken(console: Console) -> Shown:
    """Two cases fail on the default branch, and a quarantined one joins them."""
    test_proposals.hear(console, "broken")
    for name in ("test_discount", "test_vat"):
        test_broken.broken(console, name, SINCE, CULPRIT)
    test_broken.tell(console)
    test_broken.hold_and_break(console, "test_rounding")
    test_broken.tell(console)
    [root] = test_broken.roots(console)
    return _card(root)


def outage(console: Console) -> Shown:
    """Twelve cases of three files fail together on three pull requests; later it is over."""
    test_proposals.hear(console, "outage")
    cases = [
        console.world.case(console.repo, f"test_{number}", file=f"tests/test_{number % 3}.py")
        for number in range(12)
    ]
    for number in range(3):
        _fail_together(console, cases, pull=41 + number, after=timedelta(minutes=6 * number))
    console.office.work()
    console.office.shop.clock.turn(timedelta(hours=3))
    outages.end_quiet(console.world.engine, now=console.office.shop.clock())
    console.office.work()
    return _first(console)


def spike(console: Console) -> Shown:
    """More changes fail than usual."""
    test_proposals.hear(console, "outage")
    for day in range(1, 8):
        test_spikes.runs(console, 10, 1, ago=timedelta(days=day), first=day * 100)
    test_spikes.runs(console, 12, 11, ago=timedelta(), first=1_000)
    test_spikes.look(console)
    return _first(console)


def spike_over(console: Console) -> Shown:
    """The same, once nothing fails any more."""
    shown = spike(console)
    console.office.shop.clock.turn(WINDOW + timedelta(minutes=61))
    test_spikes.look(console)
    return shown


def digest(console: Console) -> Shown:
    """A week with its chart."""
    new, old, held = _some_cases(console)
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
    return _first(console)


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
    return _first(console)


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
    return _first(console)


def status(console: Console) -> Shown:
    """What `status` answers."""
    _some_cases(console)
    console.world.run(console.repo)
    return _card(console.type("rita", "status acme/shop"))


def top(console: Console) -> Shown:
    """What `top` answers."""
    _some_cases(console)
    return _card(console.type("rita", "top shop 3"))


def in_person(console: Console) -> Shown:
    """An owner hears what became of their case."""
    console.link("ann", "ann")
    console.world.owned(console.repo, "tests/test_cart.py", "@ann")
    case_id = console.flaky("test_refund_twice")
    test_owner_news.news(console, case_id, "Turned flaky.")
    test_owner_news.later(console)
    return _card(test_owner_news.told(console)[-1])


def own_digest(console: Console) -> Shown:
    """A digest of what is one's own."""
    console.link("ann", "ann")
    console.world.owned(console.repo, "tests/test_cart.py", "@ann")
    cases = _some_cases(console)
    for days_ago, case_id in enumerate(cases, 1):
        test_digests.turn(console, case_id, "flaky", days_ago=days_ago)
    console.type("ann", "settings me digest weekly")
    test_own_digests.ticks(console, 2)
    return _card(test_owner_news.told(console)[-1])


def settings(console: Console) -> Shown:
    """What a channel hears, and when."""
    test_proposals.hear(console, "flaky", "broken", "digest")
    console.link("rita", "rita")
    console.link("stranger", "acme")  # who owns the repository
    for words in ("zone Europe/Berlin", "quiet 22:00-07:00", "digest daily"):
        console.type("stranger", f"settings {words}")
    return _card(console.type("rita", "settings"))


def _fail_together(console: Console, cases: list[UUID], *, pull: int, after: timedelta) -> None:
    now = console.office.shop.clock()
    row = console.world.run(console.repo, pr_number=pull, started_at=now + after)
    report = console.world.report(row)
    for case_id in cases:
        console.world.occurrence(row, report, case_id)
    repository = Repository(console.repo, "acme/shop", "main", None)
    with unit_of_work(console.world.engine) as session:
        run = runs.run(session, RunKey(console.repo, row.run_id, row.attempt))
        assert run is not None
        event = outages.note(session, repository, run, cases, at=now + after, now=now + after)
        assert event is not None
        asking = tasks.Asking(TellOutage(console.repo, event.id), QueueName.RUN, "r1")
        tasks.ask(session, [asking], now=now)


def _flaky_with_a_thread(console: Console) -> None:
    console.bind()
    for name in ("ann", "rita"):
        console.link(name, name)
    case_id = flaky_case(console.world, console.repo, "test_a_card_is_charged_once", **PAYMENT)
    test_presses.tell(console, case_id)


def _some_cases(console: Console) -> list[UUID]:
    console.bind()
    cases = [console.world.case(console.repo, name) for name in FLAKY]
    for case_id, (score, rate) in zip(cases, FLAKY.values(), strict=True):
        given: dict[str, object] = {"rate_low": rate / 2, "rate_high": rate * 2}
        console.world.held(console.repo, case_id, "flaky", score=score, rate=rate, **given)
    return cases


def _first(console: Console) -> Shown:
    return _card(console.slack.roots(console.channel)[0])


def _card(one: Message) -> Shown:
    """A message with its thread."""
    anchor = f"#p{one.ts.replace('.', '')}"
    return Shown(f"/slack/archives/{one.channel}", f".card:has({anchor})")


def _window(console: Console) -> Shown:
    return Shown(f"/slack/archives/{console.channel}", ".modal")


STORIES: dict[str, Callable[[Console], Shown]] = {
    one.__name__.replace("_", "-"): one
    for one in (
        thread,
        ending,
        window,
        why,
        history,
        storm,
        proposals,
        broken,
        outage,
        spike,
        spike_over,
        digest,
        quarantine_report,
        home,
        unfurl,
        status,
        top,
        in_person,
        own_digest,
        settings,
    )
}
