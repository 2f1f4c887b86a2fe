"""The sentences about decisions: what was done, why something was not, and what comes next."""

from datetime import datetime

from app.core.holding import WhyNot
from app.core.proof import Progress
from app.core.quarantine import HOLDING, Quarantine, QuarantineEvent, QuarantineState
from app.render.escape import plain
from app.render.words import counted, day, minute, probability, short

OWNER_SHOWN = 60  # characters of what was named as an owner


def proposed_by(actor: str) -> str:
    """The decision, on every surface alike."""
    return f"Proposed for quarantine by {actor}."


def declined_by(actor: str) -> str:
    """The decision, on every surface alike."""
    return f"{actor} declined to quarantine it."


def renewed_by(actor: str, until: datetime) -> str:
    """The decision, on every surface alike."""
    return f"Quarantine renewed by {actor} until {day(until)}."


def released_by(actor: str) -> str:
    """The decision, on every surface alike."""
    return f"Released from quarantine by {actor}: its failures block again."


def reopened_by(actor: str, until: datetime) -> str:
    """The decision, on every surface alike."""
    return f"Quarantine reopened by {actor} until {day(until)}."


def relapsed(until: datetime) -> str:
    """A healed case that fails again."""
    return f"It flaked again, so its old quarantine is open again until {day(until)}."


def flaked_during_proof() -> str:
    """A claimed fix that was none."""
    return "It flaked again, so the fix is not proven; counting begins anew."


def fix_claimed(fix: str) -> str:
    """A claim whose proof is waited for."""
    return f"A fix is claimed by {short(fix)} and waits for its proof."


def looks_fixed(progress: Progress) -> str:
    """Enough clean runs with nobody's claim."""
    return f"{counted(progress.clean, 'clean run')} look like a fix."


def proven(progress: Progress) -> str:
    """The proof."""
    return f"Healed: {counted(progress.clean, 'run')} in a row were clean."


def proof_progress(progress: Progress) -> str:
    """How far the proof has come: `41 of 60 clean runs`."""
    return f"{progress.clean} of {counted(progress.needed, 'clean run')} seen"


def ended(until: datetime) -> str:
    """The end came."""
    return f"Its quarantine ended on {day(until)}: its failures block again."


def ends_soon(until: datetime, owner: str | None) -> str:
    """What the owner is told three days before."""
    whom = f"{owner}: " if owner else ""
    return (
        f"{whom}its quarantine ends on {day(until)}, and then its failures block again, "
        "unless somebody renews it with a reason."
    )


def ends_soon_in_issue(name: str, until: datetime, owner: str | None) -> str:
    """The same below an issue, which may be about several cases; who is called needs no name."""
    whom = f"{owner}: " if owner else ""
    return (
        f"{whom}the quarantine of {plain(name)} ends on {day(until)}, and then its failures block "
        "again, unless somebody renews it with a reason."
    )


def turned_broken() -> str:
    """A case that left quarantine, loudly."""
    return "It turned broken: it fails on the default branch. Its quarantine ended at once."


def recomputed_broken() -> str:
    """Why a case left quarantine of which nothing new was seen."""
    return "Judged anew from its history, it is broken: its quarantine ended at once."


def exempted_meanwhile() -> str:
    """A case that left quarantine because the policy keeps it out by now."""
    return "The policy exempts it by now: its quarantine ended, and its failures block again."


def exempt_on(branch: str) -> str:
    """A quarantined case on a branch on which the policy exempts it."""
    return f"The policy exempts it on {plain(branch)}, so its failures block all the same."


def owned_by(owner: str, actor: str) -> str:
    """Whose a case is."""
    return f"{actor} made {owner} its owner."


def muted_by(actor: str, until: datetime) -> str:
    """Silence for a while."""
    return f"Muted by {actor} until {minute(until)}."


def unmuted_by(actor: str) -> str:
    """The end of it."""
    return f"Heard again, by {actor}."


def stable_since(actor: str, sha: str) -> str:
    """What was seen up to a commit counts no more."""
    return f"Marked as stable since {short(sha)} by {actor}: older flakes count no more."


def stable_already(sha: str) -> str:
    """Two clicks are one."""
    return f"This case is marked as stable since {short(sha)} already."


def undone_by(actor: str, act: str) -> str:
    """An act taken back."""
    return f"{actor} took “{act}” back."


def owner_shown(owner: str | None, *, is_guess: bool) -> str:
    """Whose a quarantine is; a guess says so."""
    if owner is None:
        return "nobody known"
    return f"{owner} (a guess)" if is_guess else owner


STATES: dict[QuarantineState, str] = {
    QuarantineState.PROPOSED: "proposed for quarantine",
    QuarantineState.ACTIVE: "quarantined",
    QuarantineState.FIX_PENDING: "quarantined, with a fix to be proven",
    QuarantineState.EXPIRED: "out of quarantine (its end came)",
    QuarantineState.DISMISSED: "dismissed",
    QuarantineState.RESOLVED: "healed",
}

EVENTS: dict[QuarantineEvent, str] = {
    QuarantineEvent.PROPOSED: "propose it",
    QuarantineEvent.PROPOSED_ANEW: "propose it anew",
    QuarantineEvent.APPROVED: "activate a quarantine",
    QuarantineEvent.REFUSED: "decline a proposal",
    QuarantineEvent.RENEWED: "renew a quarantine",
    QuarantineEvent.RENEWED_WITH_FIX: "renew a quarantine",
    QuarantineEvent.RELEASED: "release it",
    QuarantineEvent.NOT_FLAKY: "dismiss it",
    QuarantineEvent.TURNED_BROKEN: "end its quarantine",
    QuarantineEvent.EXEMPTED: "end its quarantine",
    QuarantineEvent.TIME_IS_UP: "end its quarantine",
    QuarantineEvent.FIX_CLAIMED: "wait for a fix",
    QuarantineEvent.FLAKED: "reopen its quarantine",
    QuarantineEvent.PROVEN: "resolve it",
    QuarantineEvent.REOPENED: "reopen it",
}


def stands(decision: Quarantine, *, now: datetime) -> str:
    """Where a decision stands, by whom, since when and until when."""
    state = decision.state_at(now)
    until = f", until {day(decision.until)}" if decision.until and state in HOLDING else ""
    since = f"{STATES[state]} since {day(decision.since)}, by {decision.decided_by}"
    return f"It has been {since}{until}."


def not_possible(event: QuarantineEvent, before: Quarantine | None) -> str:
    """Why a step cannot be taken: what the case is meanwhile, by whom and since when."""
    wanted = EVENTS[event]
    if before is None:
        return f"Nothing was decided about this case yet: one cannot {wanted}."
    since = f"{STATES[before.state]} since {day(before.since)}, by {before.decided_by}"
    return f"This case has been {since}: one cannot {wanted} now."


def nothing_newer(before: Quarantine) -> str:
    """A dismissal stands until something newer is seen."""
    return (
        f"{before.decided_by} dismissed this case on {day(before.since)}, and it has not flaked "
        "since; undo the dismissal if it was a mistake."
    )


def broken_is_not_held() -> str:
    """Quarantine never hides a broken case."""
    return "This case fails on the default branch again and again: that is no flake to quarantine."


def observing() -> str:
    """A repository whose policy wants to be told, and no more."""
    return "The policy's mode is observe: nothing is quarantined here until it says report or act."


def exempted() -> str:
    """A case that the policy keeps out, whoever asks."""
    return "The policy exempts this case, so its failures are real and it is never quarantined."


def renewed_just_now(by: str) -> str:
    """The same renewal twice."""
    return f"{by} renewed it for this reason a moment ago; it is renewed once."


def needs_reason() -> str:
    """A renewal or a reopening without a reason."""
    return "Say why: a quarantine goes on only with a reason."


def no_owner(named: str) -> str:
    """An owner whom nobody could tell anything."""
    shown = plain(named, limit=OWNER_SHOWN)
    return f"“{shown}” is no @login, no @organisation/team and no e-mail address."


def newer_than(act: str) -> str:
    """An act that cannot be undone any more."""
    return f"Something newer was decided after “{act}”, so it cannot be undone; decide anew."


def never_undone(act: str) -> str:
    """An act that nothing takes back."""
    return f"“{act}” cannot be undone."


def undone_already(act: str) -> str:
    """An act that was taken back."""
    return f"“{act}” was taken back already, so it cannot be undone again."


WHY_NOT: dict[WhyNot, str] = {
    WhyNot.DISMISSED: "It was refused, released or dismissed, and has not flaked since.",
    WhyNot.BROKEN: "It is broken, and quarantine never hides that.",
    WhyNot.NOT_FLAKY_ENOUGH: "Its score is below the policy's threshold.",
    WhyNot.ONE_RUN: "It flaked in one run only.",
    WhyNot.ONE_COMMIT: "It flaked on one commit only.",
    WhyNot.ONE_PULL_REQUEST: "It flaked in one pull request or branch only.",
    WhyNot.EXEMPT: "The policy exempts it.",
    WhyNot.CHANGED_HERE: "The pull request changes it.",
    WhyNot.CHANGE_UNKNOWN: "It is not known whether the pull request changes it.",
    WhyNot.UNTRUSTED: "The run is of a fork, which decides nothing here.",
    WhyNot.OBSERVING: "The policy's mode is observe.",
    WhyNot.NOT_SURE_ENOUGH: "Its score is below the policy's confidence.",
    WhyNot.NOT_AUTOMATIC: "The policy leaves it to a person.",
    WhyNot.LABELS: "The pull request does not wear the labels that the policy asks for.",
    WhyNot.CAP: "As many cases are held as the policy allows.",
    WhyNot.CAP_A_DAY: "As many cases were held within a day as the policy allows.",
}


def proposed_because(score: float, threshold: float) -> str:
    """Why we propose a case of our own accord."""
    return f"Its score is {probability(score)}, and the policy's threshold is {threshold:.2f}."
