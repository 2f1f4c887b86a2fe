"""The sentences about jobs that are re-run for a case's sake."""

from app.core.reruns import Rerun, RerunState, RerunWhy
from app.core.workflow_file import WhyNotRerun
from app.render.escape import plain
from app.render.words.formats import counted

JOB_SHOWN = 100  # characters of a job's name

WHY_NOT: dict[WhyNotRerun, str] = {
    WhyNotRerun.NOT_NAMED: (
        "The policy's `proof_jobs` names no job in which this case runs on the default branch."
    ),
    WhyNotRerun.UNREADABLE: "The workflow's file cannot be read, so nobody knows what depends on "
    "the job.",
    WhyNotRerun.DEPLOYS: "The workflow uses a deployment environment, so no job of it is re-run.",
    WhyNotRerun.CALLS: "The workflow calls another one, which may deploy, so no job of it is "
    "re-run.",
    WhyNotRerun.UNKNOWN_JOB: "The workflow's file has no job of that name.",
    WhyNotRerun.NEEDED: "Another job depends on it, and GitHub would run that one again too.",
}

WHY: dict[RerunWhy, str] = {
    RerunWhy.SUSPECT: "to see whether its failure repeats on the same code",
    RerunWhy.FIX: "to prove the fix",
    RerunWhy.PERSON: "",
}


def asked_by(actor: str, times: int) -> str:
    """The act, on every surface alike."""
    return f"{actor} asked for {counted(times, 're-run')} of it on the default branch."


def is_open() -> str:
    """One wish at a time."""
    return "It is being re-run already; wait until that is done."


def taken_back() -> str:
    """A wish that nobody has any more."""
    return "Taken back before it was done."


def too_late_to_take_back() -> str:
    """What runs cannot be called back."""
    return "The re-runs are done or under way, so they cannot be taken back."


def names_times(most: int) -> str:
    """How many re-runs may be asked for."""
    return f"Ask for 1 to {most} re-runs."


def no_proof_jobs() -> str:
    """A policy that allows nothing to be re-run."""
    return (
        "The policy names no job that may be re-run: set `proof_jobs` in `.flakeguard.yml` to the "
        "jobs that others do not depend on."
    )


def waits_for_run() -> str:
    """Nothing has run yet that could show anything."""
    return "Waits for a run of the default branch in which the case runs."


def waits_for_busy() -> str:
    """GitHub re-runs nothing that runs, and one run may cancel another."""
    return "Waits until the workflow's runs on the default branch have ended."


def waits_for_minutes(per_day: int) -> str:
    """The budget."""
    return f"Waits: {counted(per_day, 'CI minute')} a day are spent on re-runs already."


def too_old() -> str:
    """GitHub's limit."""
    return "Its last run on the default branch is older than GitHub re-runs."


def refused(because: str) -> str:
    """What GitHub said."""
    return f"GitHub refused: {plain(because, limit=300)}"


def never_ended() -> str:
    """An attempt of which nothing was heard."""
    return "An attempt did not end within six hours."


def not_run() -> str:
    """An attempt in which the case did not run."""
    return "The case did not run in the attempt."


def said_of(rerun: Rerun) -> str:
    """How it stands: `Re-run 2 of 3, asked for by @ann: running; 1 passed, 1 failed.`"""
    ended = rerun.ended
    passed, failed = (sum(one.passed is how for one in ended) for how in (True, False))
    state = {
        RerunState.QUEUED: "queued",
        RerunState.RUNNING: "running",
        RerunState.DONE: "done",
        RerunState.REFUSED: "not run",
    }[rerun.state]
    why = WHY[rerun.why]
    whom = f"asked for by {rerun.asked_by}" + (f" {why}" if why else "")
    job = f" of the job {plain(rerun.job, limit=JOB_SHOWN)}" if rerun.job else ""
    results = f"; {passed} passed, {failed} failed" if ended else ""
    note = f" {rerun.note}" if rerun.note else ""
    done = len(ended)
    return f"{done} of {counted(rerun.wanted, 're-run')}{job}, {whom}: {state}{results}.{note}"
