"""The sentences about outages and fixtures."""

from app.core.outages import Kind, Reach
from app.render.words import counted, minute

BEGUN, OVER = "begun", "over"
SECONDS_A_MINUTE = 60
UNSHARED = "It looks like an outage, but no other change shows it: it may be what this one changes."


def lasted(reach: Reach) -> str:
    """How long it went on, in whole minutes: `20 minutes`."""
    seconds = (reach.event.last_at - reach.event.began_at).total_seconds()
    return counted(max(1, round(seconds / SECONDS_A_MINUTE)), "minute")


def outage_title(reach: Reach) -> str:
    """What an event is called: a fixture by its group."""
    if reach.event.kind is Kind.FIXTURE:
        return f"{reach.event.crowd} fails as a whole again and again"
    return f"{counted(reach.cases, 'case')} of {counted(reach.groups, 'file')} failed together"


def part_of_outage(reach: Reach) -> str:
    """Why a failure is not its case's own: Part of an outage: 43 cases of 12 files failed ..."""
    what = "an outage"
    if reach.event.kind is Kind.FIXTURE:
        what = "a fixture's failures, which this group had on other days too"
    return f"Part of {what}: {spread(reach)}."


def spread(reach: Reach) -> str:
    """`43 cases of 12 files failed within 20 minutes on 3 pull requests`."""
    where = ""
    if reach.pull_requests:
        where = f" on {counted(len(reach.pull_requests), 'pull request')}"
    return (
        f"{counted(reach.cases, 'case')} of {counted(reach.groups, 'file')} failed"
        f" within {lasted(reach)}{where}"
    )


def began(reach: Reach) -> str:
    """Since when."""
    return f"Began {minute(reach.event.began_at)}."


def root(reach: Reach) -> str:
    """What a channel's message says of an event as it stands: how far it reaches, or reached."""
    if reach.event.over_at is None:
        return told(reach, BEGUN)
    return f"That was an outage, and it is over: {spread(reach)}.{_fixture(reach)}"


def told(reach: Reach, what: str) -> str:
    """What a channel hears, once when it begins and once when it is over."""
    if what == OVER:
        return f"Over: {spread(reach)}, and nothing since.{_fixture(reach)}"
    return (
        f"An outage? {counted(reach.cases, 'case')} of {counted(reach.groups, 'file')} failed"
        f" together; none of them is held for flaky by it.{_fixture(reach)}"
    )


def _fixture(reach: Reach) -> str:
    is_one = reach.event.kind is Kind.FIXTURE
    return f" It is a fixture of {reach.event.crowd}." if is_one else ""
