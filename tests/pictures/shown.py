"""What of the sandbox is meant by a picture, and the cases that the stories are about."""

from dataclasses import dataclass
from uuid import UUID

from app.sandbox.slack.entities import Message
from tests.bots.slack import threads
from tests.bots.slack.console import Console
from tests.web.world import flaky_case

PAYMENT = {"classname": "tests.test_payment", "file": "tests/test_payment.py"}
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


def card(one: Message) -> Shown:
    """A message with its thread."""
    anchor = f"#p{one.ts.replace('.', '')}"
    return Shown(f"/slack/archives/{one.channel}", f".card:has({anchor})")


def first(console: Console) -> Shown:
    """The first message of the channel."""
    return card(console.slack.roots(console.channel)[0])


def modal(console: Console) -> Shown:
    """The window that is open."""
    return Shown(f"/slack/archives/{console.channel}", ".modal")


def some_cases(console: Console) -> list[UUID]:
    """Three flaky cases in a channel that hears of them."""
    console.bind()
    cases = [console.world.case(console.repo, name) for name in FLAKY]
    for case_id, (score, rate) in zip(cases, FLAKY.values(), strict=True):
        given: dict[str, object] = {"rate_low": rate / 2, "rate_high": rate * 2}
        console.world.held(console.repo, case_id, "flaky", score=score, rate=rate, **given)
    return cases


def flaky_with_a_thread(console: Console) -> None:
    """A flaky case with a timeline and a thread; ann may write, rita may read."""
    console.bind()
    for name in ("ann", "rita"):
        console.link(name, name)
    case_id = flaky_case(console.world, console.repo, "test_a_card_is_charged_once", **PAYMENT)
    threads.tell(console, case_id)
