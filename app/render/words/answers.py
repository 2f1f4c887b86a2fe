"""The sentences that answer a click or a command: who did what, or why nothing was done."""

from collections.abc import Sequence

from app.core.workflow_file import WhyNotRerun
from app.render.escape import plain
from app.render.words import counted

NAMES_SHOWN = 3  # cases that one sentence names
WORDS_SHOWN = 200  # characters of what somebody else said


def of_cases(sentence: str, names: Sequence[str]) -> str:
    """What became of these cases: `Quarantined by @ada until 2026-04-01: test_total, test_sum.`"""
    return f"{sentence.removesuffix('.')}: {listed(names)}."


def listed(names: Sequence[str]) -> str:
    """Some names as one phrase."""
    shown = [plain(name) for name in names[:NAMES_SHOWN]]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def too_many(login: str, cases: int, *, most: int, has_page: bool) -> str:
    """A click on more cases than one click may act on."""
    where = "choose them on their pages" if has_page else "name them to `flakeguard quarantine`"
    return (
        f"@{login}: {counted(cases, 'case')} would be acted on, and one click acts on {most} at "
        f"most, so nothing was changed: {where}."
    )


def nothing_listed(login: str) -> str:
    """A click on a button whose cases are gone."""
    return f"@{login}: nothing here is in a state for that any more, so nothing was changed."


def runs_again(login: str, workflow: str, attempt: int) -> str:
    """Failed jobs that were started once more."""
    return f"@{login} had the failed jobs of {plain(workflow)} run again, as attempt {attempt}."


def runs_already(login: str, workflow: str, attempt: int) -> str:
    """Somebody was faster."""
    return f"@{login}: {plain(workflow)} runs again already, as attempt {attempt}."


def no_failed_jobs(login: str) -> str:
    """Nothing to run again."""
    return f"@{login}: no run of this commit has ended with a failed job, so nothing runs again."


def not_run_again(login: str, workflow: str, why: str) -> str:
    """Failed jobs that were not started."""
    return f"@{login}: {plain(workflow)} was not run again: {why}"


DANGERS: dict[WhyNotRerun, str] = {
    WhyNotRerun.NOT_NAMED: "the policy does not name its failed jobs",
    WhyNotRerun.UNREADABLE: "its workflow file cannot be read, so nobody knows what would follow",
    WhyNotRerun.DEPLOYS: "it uses a deployment environment",
    WhyNotRerun.CALLS: "it calls another workflow, which may deploy",
    WhyNotRerun.UNKNOWN_JOB: "its workflow file has no job that is called as the failed one",
    WhyNotRerun.NEEDED: "another job needs one that failed, and would run too",
}


def dangerous(because: WhyNotRerun) -> str:
    """Why failed jobs are not run again, and what would allow it."""
    return f"{DANGERS[because]}; name the failed jobs in the policy's proof_jobs to allow it."


def host_refused(said: str) -> str:
    """What the code host said to it."""
    return f"GitHub says: {plain(said, limit=WORDS_SHOWN).removesuffix('.')}."


def run_gone() -> str:
    """A run that GitHub does not have any more."""
    return "GitHub has no such run any more."


def lacks_permission(permission: str) -> str:
    """A permission that our App was not given."""
    return (
        f"the App has no permission “{permission}” here; whoever installed it can grant it on "
        "GitHub."
    )


def name_a_case() -> str:
    """A command without the case that it is about."""
    return "name the case: its name, the end of it, or the digits of its id."


def no_such_case(name: str, close: Sequence[str]) -> str:
    """A name that means no case."""
    hint = f"; did you mean {' or '.join(plain(one) for one in close)}?" if close else "."
    return f"no case that ever failed is called {plain(name)}{hint}"


def several_cases(name: str, found: Sequence[str]) -> str:
    """A name that means several cases."""
    return f"{plain(name)} may be any of {listed(found)}: say more of its name."


def refused(login: str, why: str) -> str:
    """A command that was not carried out, to whom it came from."""
    return f"@{login}: {why}"


def unknown_command(word: str, meant: str | None) -> str:
    """A command that we do not have."""
    hint = f"did you mean {meant}?" if meant else "ask for help to see what there is."
    return f"there is no command {plain(word, limit=WORDS_SHOWN)}; {hint}"


def nothing_yet() -> str:
    """What stands below answers where nothing is known of the commit."""
    return "No run that brings a report is known of this commit yet."


def said_elsewhere(number: int) -> str:
    """The same where another pull request has this commit for its head."""
    return f"What was found on this commit is said in pull request {number}."


def no_report_ever() -> str:
    """The same in a repository that never brought any."""
    return "No test report has ever come from this repository, so nothing is known of its cases."


def help_text() -> str:
    """What can be asked for in a comment."""
    return (
        "Begin a line with /flakeguard and one of: "
        "quarantine <case> [days] [reason], to excuse its failures until it heals; "
        "release <case>, to let them block again; "
        "dismiss <case>, because its failures are real; "
        "stable <case>, because this commit mends it; "
        "explain <case>, to see what is known of it; "
        "issue <case>, to have one opened about it; "
        "rerun, to have the failed jobs run again; "
        "rerun <case> [times], to have its job run again on the default branch; help. "
        "A case goes by its name, or the end of it, in quotes where it holds spaces."
    )


def explained(name: str, state: str, chance: str, sentences: Sequence[str]) -> str:
    """What is known of a case."""
    known = f"{plain(name)} is {state}; flaky with probability {chance}."
    return " ".join([known, *sentences])
