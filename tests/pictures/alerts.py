"""What a channel is told unasked, of many cases or of a branch."""

from datetime import timedelta
from uuid import UUID

from app.core.asking import QueueName
from app.core.chat_requests import TellHistory, TellOutage
from app.core.runs import Repository, RunKey
from app.core.spikes import WINDOW
from app.db import runs
from app.db.session import unit_of_work
from app.db.work import backfills, tasks
from app.services.chat.storms import THREADS_AT_MOST
from app.services.judging import outages
from tests.bots.slack import test_broken, test_proposals, test_spikes, test_storms
from tests.bots.slack.console import Console
from tests.pictures.shown import FLAKY, Shown, card, first

PASSED, BROKE, SECOND = "5d1e07ab" * 5, "c4f3a98e" * 5, "90b2d61c" * 5  # commits of main
SINCE = test_broken.SINCE | {"since": BROKE}
CULPRIT = test_broken.CULPRIT | {
    "passed": PASSED,
    "since": BROKE,
    "commit": BROKE,
    "second": SECOND,
    "range": f"{BROKE}:0.81 {SECOND}:0.17",
}


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
    return first(console)


def storm(console: Console) -> Shown:
    """More cases turned flaky than get a thread each."""
    console.bind()
    test_storms.tell(console, THREADS_AT_MOST + test_storms.MORE)
    return card(test_storms.storm(console))


def proposals(console: Console) -> Shown:
    """Four proposals, of which two are decided about."""
    test_proposals.hear(console, "quarantine")
    console.link("ann", "ann")
    test_proposals.propose(
        console, "test_clock_skew", "test_empty_cart", "test_refund_twice", "test_rounding"
    )
    test_proposals.press(console, "approve", nth=1)
    test_proposals.press(console, "refuse")
    return card(test_proposals.listed(console)[-1])


def broken(console: Console) -> Shown:
    """Two cases fail on the default branch, and a quarantined one joins them."""
    test_proposals.hear(console, "broken")
    for name in ("test_discount", "test_vat"):
        test_broken.broken(console, name, SINCE, CULPRIT)
    test_broken.tell(console)
    test_broken.hold_and_break(console, "test_rounding")
    test_broken.tell(console)
    [root] = test_broken.roots(console)
    return card(root)


def mended(console: Console) -> Shown:
    """The branch is broken, and then it is not."""
    test_proposals.hear(console, "broken")
    case_id = test_broken.broken(console, "test_discount", SINCE, CULPRIT)
    test_broken.tell(console)
    test_broken.turn(console, case_id, "healthy")
    test_broken.tell(console)
    [root] = test_broken.roots(console)
    return card(root)


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
    return first(console)


def spike(console: Console) -> Shown:
    """More changes fail than usual."""
    test_proposals.hear(console, "outage")
    for day in range(1, 8):
        test_spikes.runs(console, 10, 1, ago=timedelta(days=day), first=day * 100)
    test_spikes.runs(console, 12, 11, ago=timedelta(), first=1_000)
    test_spikes.look(console)
    return first(console)


def spike_over(console: Console) -> Shown:
    """The same, once nothing fails any more."""
    shown = spike(console)
    console.office.shop.clock.turn(WINDOW + timedelta(minutes=61))
    test_spikes.look(console)
    return shown


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
