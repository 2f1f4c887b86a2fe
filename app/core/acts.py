"""What people can do, by the one name that every surface has for it."""

from enum import StrEnum


class ActName(StrEnum):
    """What can be done about a case; what buttons and commands call it names it too."""

    PROPOSE = "propose"  # suggest a quarantine
    ACTIVATE = "activate"  # approve one, or begin one at once
    DECLINE = "decline"  # refuse a proposal
    RENEW = "renew"  # let it go on, with a reason
    RELEASE = "release"  # end it
    DISMISS = "dismiss"  # the case is not flaky
    REOPEN = "reopen"  # it healed, or was dismissed, and is flaky all the same
    OWN = "own"  # whose the case is
    MUTE = "mute"  # say nothing of it for some days
    UNMUTE = "unmute"
    STABLE = "stable"  # it is stable from a commit on
    OPEN_ISSUE = "open_issue"  # have an issue opened about it
    RERUN = "rerun"  # have it run again on the default branch

    @property
    def word(self) -> str:
        """What buttons and commands call it."""
        return WORDS.get(self, self.value)

    @classmethod
    def _missing_(cls, value: object) -> "ActName | None":
        return next((act for act, word in WORDS.items() if word == value), None)


ONE_CLICK = frozenset(
    {
        ActName.ACTIVATE,
        ActName.DECLINE,
        ActName.RELEASE,
        ActName.DISMISS,
        ActName.OPEN_ISSUE,
        ActName.RERUN,
    }
)
"""Acts that a button is enough for: nothing more has to be said."""

WORDS = {ActName.ACTIVATE: "quarantine", ActName.STABLE: "mark_stable"}


class ButtonName(StrEnum):
    """A button of the check run, by the identifier that a click brings back."""

    QUARANTINE = "quarantine"
    RERUN = "rerun_failed"
    ISSUE = "open_issue"
    DISMISS = "dismiss_flake"
    STABLE = "mark_stable"

    @property
    def act(self) -> ActName | None:
        """What it does to each of its cases; None where it acts on no case."""
        return ACTS.get(self)


ACTS = {
    ButtonName.QUARANTINE: ActName.ACTIVATE,
    ButtonName.ISSUE: ActName.OPEN_ISSUE,
    ButtonName.DISMISS: ActName.DISMISS,
    ButtonName.STABLE: ActName.STABLE,
}
