"""What is answered to a command."""

from datetime import timedelta

from tests.bots.slack import test_proposals
from tests.bots.slack.console import Console
from tests.pictures.shown import PAYMENT, Shown, card, some_cases
from tests.web.world import flaky_case

RERUNS = "mode: act\nproof_jobs: ['nightly / again']\n"


def status(console: Console) -> Shown:
    """What `status` answers."""
    some_cases(console)
    console.world.run(console.repo)
    return card(console.type("rita", "status acme/shop"))


def top(console: Console) -> Shown:
    """What `top` answers."""
    some_cases(console)
    return card(console.type("rita", "top shop 3"))


def one_test(console: Console) -> Shown:
    """What `test` answers."""
    console.bind()
    flaky_case(console.world, console.repo, "test_a_card_is_charged_once", **PAYMENT)
    return card(console.type("rita", "test charged_once"))


def runs(console: Console) -> Shown:
    """What `runs` answers."""
    console.bind()
    flaky_case(console.world, console.repo, "test_a_card_is_charged_once", **PAYMENT)
    return card(console.type("rita", "runs shop"))


def clusters(console: Console) -> Shown:
    """What `clusters` answers."""
    console.bind()
    case_id = flaky_case(console.world, console.repo, "test_a_card_is_charged_once", **PAYMENT)
    for days, said in enumerate(("TimeoutError: no answer within # s", "Connection refused"), 1):
        started = console.world.now - timedelta(days=days)
        run = console.world.run(console.repo, started_at=started)
        console.world.cluster(run, console.world.report(run), case_id, said, failures=9 // days)
    return card(console.type("rita", "clusters shop"))


def mine(console: Console) -> Shown:
    """What `mine` answers."""
    some_cases(console)
    console.link("ann", "ann")
    console.world.owned(console.repo, "tests/test_cart.py", "@ann")
    return card(console.type("ann", "mine"))


def usage(console: Console) -> Shown:
    """What `help` answers."""
    return card(console.type("rita", "help"))


def link_offer(console: Console) -> Shown:
    """What somebody is told who is not linked and wants to decide something."""
    some_cases(console)
    return card(console.type("stranger", "quarantine test_refund_twice 7"))


def slip(console: Console) -> Shown:
    """What somebody is told whose word is misspelt."""
    some_cases(console)
    return card(console.type("rita", "test test_refnd_twice"))


def decided(console: Console) -> Shown:
    """What a command did, with Undo below it."""
    some_cases(console)
    console.link("ann", "ann")
    return card(console.type("ann", "quarantine test_refund_twice 7 the sandbox is slow"))


def rerun(console: Console) -> Shown:
    """What `rerun` answers."""
    some_cases(console)
    console.policy(RERUNS)
    console.link("ann", "ann")
    return card(console.type("ann", "rerun test_refund_twice 3"))


def subscribed(console: Console) -> Shown:
    """A channel is bound to a repository."""
    console.link("ann", "acme")  # who owns the repository
    return card(console.type("ann", "subscribe shop flaky,broken @acme/payments src/*"))


def settings(console: Console) -> Shown:
    """What a channel hears, and when."""
    test_proposals.hear(console, "flaky", "broken", "digest")
    console.link("rita", "rita")
    console.link("stranger", "acme")  # who owns the repository
    for words in ("zone Europe/Berlin", "quiet 22:00-07:00", "digest daily"):
        console.type("stranger", f"settings {words}")
    return card(console.type("rita", "settings"))
