"""The sentences of somebody's own page in Slack."""

from datetime import datetime

from app.core.pages import Counts
from app.render.escape import plain
from app.render.words import counted, day

CASES = "Your tests"
HELD = "Quarantines of your teams"
REPOSITORIES = "Your repositories"


def you_are(login: str) -> str:
    """Whose page it is."""
    return f"You are @{plain(login)} on GitHub. This shows what GitHub lets you read."


def who_are_you() -> str:
    """The page of somebody who is not linked."""
    return (
        "Your flaky tests, what is quarantined of your teams, and how your repositories do: "
        "all of it stands here once I know who you are on GitHub."
    )


def no_cases() -> str:
    """Somebody owns nothing that asks for attention."""
    return "Nothing of yours is flaky, broken, suspect or quarantined."


def how_to_own() -> str:
    """What makes a test somebody's."""
    return "A test is yours by CODEOWNERS, by the policy, or by `/flakeguard own`."


def no_held() -> str:
    """No team of somebody's has a quarantine."""
    return "No quarantine of a team of yours runs."


def no_repositories() -> str:
    """Nothing that somebody may read is known."""
    return (
        "No repository that you may read is heard of here. `/flakeguard subscribe OWNER/NAME` in a "
        "channel begins it."
    )


def changed_last() -> str:
    """Why a test without an owner is shown."""
    return "you changed its file last"


def held_until(until: datetime | None, *, is_soon: bool) -> str:
    """When a quarantine ends."""
    if until is None:
        return "no end is set"
    return f"ends soon, {day(until)}" if is_soon else f"until {day(until)}"


def counts(found: Counts) -> str:
    """How a repository stands."""
    return (
        f"{found.flaky} flaky, {found.broken} broken, {found.suspect} suspect, "
        f"{found.quarantined} quarantined"
    )


def trend_note(days: int) -> str:
    """What a row of bars shows."""
    return f"share of executions that failed on each of the last {counted(days, 'day')} with any"
