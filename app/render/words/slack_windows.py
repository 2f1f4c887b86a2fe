"""The sentences of Slack's buttons and of the windows that they open."""

from datetime import datetime

from app.core.chat_buttons import ChatButton
from app.render.escape import plain
from app.render.words import counted, minute

LABELS: dict[ChatButton, str] = {
    ChatButton.QUARANTINE: "Quarantine",
    ChatButton.RENEW: "Renew",
    ChatButton.RELEASE: "Release",
    ChatButton.DECLINE: "Decline",
    ChatButton.DISMISS: "Not flaky",
    ChatButton.ASSIGN: "Assign me",
    ChatButton.SNOOZE: "Snooze 3 days",
    ChatButton.ISSUE: "Open issue",
    ChatButton.RERUN: "Re-run",
    ChatButton.WHY: "Why?",
    ChatButton.UNDO: "Undo",
    ChatButton.LINK: "Tell me who you are on GitHub",
    ChatButton.APPROVE: "Approve",
    ChatButton.REFUSE: "Decline",
    ChatButton.APPROVE_ALL: "Approve all",
    ChatButton.REFUSE_ALL: "Decline all",
    ChatButton.TAKE_BACK: "Undo",
    ChatButton.UNBIND: "Undo",
}

WAIT_TITLE = "One moment"
TOLD_TITLE = "FlakeGuard"
QUARANTINE_TITLE = "Quarantine"
RENEW_TITLE = "Renew"
WHY_TITLE = "Why?"
CLOSE = "Close"


def wait() -> str:
    """What stands in a window at first."""
    return "Looking…"


def reason_label() -> str:
    """Of an input."""
    return "Reason"


def days_label() -> str:
    """Of an input."""
    return "For how many days"


def days_hint() -> str:
    """What is taken where nothing is filled in."""
    return "Left empty: as long as a proof of a fix takes, and never longer than the policy allows."


def owner_label() -> str:
    """Of an input."""
    return "Owner"


def owner_hint() -> str:
    """What an owner looks like."""
    return "A GitHub login or team: @login, @organisation/team. Left empty: whoever is known."


def no_number() -> str:
    """Below an input."""
    return "A whole number of days, from 1 to 365."


def no_owner() -> str:
    """Below an input."""
    return "An owner is a @login or an @organisation/team."


def nothing_held() -> str:
    """A case that never failed."""
    return "It never failed, as far as we saw."


def window_too_late() -> str:
    """A window that Slack did not open any more."""
    return "That took too long, so Slack opens no window for it any more: press the button again."


def try_again() -> str:
    """A window for which somebody outside gave no answer just now; it names nothing."""
    return "GitHub does not answer just now: press the button again in a minute."


def changed_meanwhile(stands: str) -> str:
    """A window that was filled in while somebody else decided."""
    return f"Meanwhile somebody decided about it, so nothing was changed. {stands}"


def undecided_meanwhile() -> str:
    """The same, where what was decided was taken back."""
    return "Nothing is decided about it any more."


def said_meanwhile(owner: str | None, muted_until: datetime | None, *, now: datetime) -> str:
    """A button of what somebody else said otherwise since."""
    stands = [f"{owned(owner)} is its owner." if owner else "Nobody named an owner."]
    if muted_until is not None and muted_until > now:
        stands = [silent_until(muted_until)] + (stands if owner else [])
    return f"Meanwhile somebody else changed that, so nothing was. {' '.join(stands)}"


def owned(owner: str) -> str:
    """Whose a case is, on its thread."""
    return plain(owner, limit=80)


def silent_until(until: datetime) -> str:
    """That a thread says nothing of itself for a while."""
    return f"Muted until {minute(until)}."


def trend_note(number: int) -> str:
    """What a row of bars shows."""
    return f"the last {number} executions, newest last; tall ones failed"


def nothing_to_undo() -> str:
    """A button below an act that is not of this case."""
    return "There is nothing here to take back."


def storm(number: int) -> str:
    """Many cases that turned flaky within an hour."""
    return f"{counted(number, 'more test')} turned flaky within an hour."
