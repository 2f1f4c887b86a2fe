"""What a check run says of its own life: waiting, ended without results, little history."""

from collections.abc import Sequence

from app.render.escape import plain
from app.render.words import counted

NAMES_SHOWN = 3  # workflows that a title names


def waiting_title(workflows: Sequence[str], *, is_started: bool, so_far: str | None) -> str:
    """What is waited for, and what is known until then."""
    named = together(workflows)
    verb = "are" if len(workflows) > 1 else "is"
    said = f"{named} {verb} {'running' if is_started else 'queued'}"
    return f"{said} · so far: {so_far}" if so_far else said


def waiting(workflows: Sequence[str]) -> str:
    """What is still to come."""
    return f"Waiting for {together(workflows)}; this is updated when more is known."


def together(names: Sequence[str]) -> str:
    """Several names as one phrase: `CI, lint and 2 more`."""
    shown = list(dict.fromkeys(names))
    if len(shown) > NAMES_SHOWN:
        return f"{', '.join(shown[:NAMES_SHOWN])} and {len(shown) - NAMES_SHOWN} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def nothing_tested_title(workflows: Sequence[str]) -> str:
    """A commit on which nothing ran that reports."""
    return f"Nothing was tested: {together(workflows)} {_was(workflows)} skipped"


def nothing_tested(workflows: Sequence[str]) -> str:
    """Why there are no results."""
    return (
        f"{together(workflows)} {_was(workflows)} skipped on this commit, by a condition or a "
        "path filter, so there is no report and nothing to say of its tests."
    )


def _was(workflows: Sequence[str]) -> str:
    return "were" if len(set(workflows)) > 1 else "was"


def no_reports_title() -> str:
    """A commit whose runs brought nothing to read."""
    return "No report came"


def no_reports(workflows: Sequence[str]) -> str:
    """Why there are no results, where nothing failed."""
    return (
        f"{together(workflows)} ended without a test report, so nothing is known of this "
        "commit's tests."
    )


def never_ended(workflow: str, *, hours: int) -> str:
    """A run that was waited for in vain."""
    return (
        f"The workflow {workflow} has not ended within {counted(hours, 'hour')}, so what it "
        "would have said is not known."
    )


def cancelled(job: str) -> str:
    """A job that was stopped before it could report."""
    return f"The job {job} was cancelled, so what its cases would have said is not known."


def run_unexplained(workflow: str, conclusion: str) -> str:
    """A run that failed without a job that did."""
    how = {"timed_out": "timed out", "startup_failure": "could not start"}.get(conclusion, "failed")
    return f"The workflow {workflow} {how}, and none of its jobs explains that."


def report_missing(variant: str, workflow: str, *, runs: int) -> str:
    """A report that is usually there."""
    return (
        f"The report {variant} came with the last {counted(runs, 'run')} of {workflow} and not "
        "with this one, so what its cases did is not known."
    )


def little_history(runs: int, branch: str) -> str:
    """How much all of this rests on."""
    seen = f"{counted(runs, 'run')} seen"
    return f"{seen} of {branch} so far: what is new and what is known rests on little history yet."


def answer_in_a_comment() -> str:
    """What stands instead of buttons where no click would come to us."""
    return "Answer in a comment on the pull request; `/flakeguard help` says with what."


def maybe_mended(cases: Sequence[str], *, has_button: bool) -> str:
    """Flaky or held cases that passed with a change that may be their fix."""
    named = together([plain(name) for name in cases])
    is_one = len(set(cases)) == 1
    why = "its file or names its issue" if is_one else "their files or names their issues"
    how = "Mark stable" if has_button else "/flakeguard stable <case> in a comment"
    return (
        f"The change touches {why}, and {'it' if is_one else 'they'} passed here: this may mend "
        f"{named}. If it does, {how} lets older flakes count no more."
    )
