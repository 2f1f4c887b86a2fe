"""The buttons of messages in chat; a button's action id is its own value."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class ChatButton(StrEnum):
    """What can be pressed."""

    QUARANTINE = "quarantine"  # opens a window: reason, days, owner
    RENEW = "renew"  # the same, of a quarantine that runs
    RELEASE = "release"
    DECLINE = "decline"  # a proposal
    DISMISS = "dismiss"  # not flaky
    ASSIGN = "assign"  # to oneself
    SNOOZE = "snooze"  # silence for some days
    ISSUE = "open_issue"
    RERUN = "rerun"  # on the default branch, where the policy names the job
    WHY = "why"  # opens a window with all evidence
    UNDO = "undo"  # below what was done
    APPROVE = "approve"  # one proposal of a list
    REFUSE = "refuse"
    APPROVE_ALL = "approve_all"  # that the list names
    REFUSE_ALL = "refuse_all"
    TAKE_BACK = "take_back"  # below what was done to some of a list
    UNBIND = "undo_binding"  # below what a channel was told to hear
    LINK = "link_me"  # say who one is, on one's own page


FORMS = frozenset({ChatButton.QUARANTINE, ChatButton.RENEW})
"""What opens a window that is filled in and sent."""

OF_NOTICES = frozenset(
    {
        ChatButton.APPROVE,
        ChatButton.REFUSE,
        ChatButton.APPROVE_ALL,
        ChatButton.REFUSE_ALL,
        ChatButton.TAKE_BACK,
    }
)
"""What stands below a message about many cases."""

OF_DECISION = frozenset({ChatButton.RELEASE, ChatButton.DECLINE, ChatButton.DISMISS})
"""What decides about a case at once, as the presser sees it decided."""

OF_CARE = frozenset({ChatButton.ASSIGN, ChatButton.SNOOZE})
"""What says otherwise of a case than the presser sees said."""

CASE = "case"
BINDING = "binding"

WINDOWS = FORMS | {ChatButton.WHY}


@dataclass(frozen=True, slots=True)
class Seen:
    """The versions of what somebody sees of a case: 0 where nothing is decided, or said, of it."""

    decision: int = 0
    care: int = 0


UNTOUCHED = Seen()


def handle_of(repo_id: int, case_id: UUID) -> str:
    """What a button carries that speaks of a case where it has no thread."""
    return f"{repo_id:x}-{CASE}-{case_id.hex}"


def binding_of(repo_id: int, event_id: int) -> str:
    """What a button carries that takes back what a channel was told to hear."""
    return value_of(f"{repo_id:x}-{BINDING}", event_id)


def case_in(handle: str) -> UUID | None:
    """The case that such a handle speaks of; None where it is none."""
    _, _, rest = handle.partition("-")
    kind, _, said = rest.partition("-")
    try:
        return UUID(said) if kind == CASE else None
    except ValueError:
        return None


def value_of(handle: str, number: int) -> str:
    """What a button carries that speaks of one event, or of one version, of a thread's case."""
    return f"{handle}:{number}"


def value_for(button: ChatButton, handle: str, seen: Seen) -> str:
    """What a case's button carries: what changed since it was shown is not to be overwritten."""
    if button in OF_DECISION:
        return value_of(handle, seen.decision)
    return value_of(handle, seen.care) if button in OF_CARE else handle


def parts_of(value: str) -> tuple[str, int]:
    """The handle and the number in a button's value; -1 where there is none, or rubbish."""
    handle, _, number = value.partition(":")
    is_number = number.isascii() and number.isdigit() and len(number) <= 18
    return handle, int(number) if is_number else -1
