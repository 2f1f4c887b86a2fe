"""The sentences about a default branch that is broken."""

from collections.abc import Sequence

from app.render.words import counted
from app.render.words.notices import named


def is_broken(branch: str, number: int) -> str:
    """What the thread is called while something fails for good."""
    verb = "fails" if number == 1 else "fail"
    return f"{branch} is broken: {counted(number, 'test')} {verb} there."


def is_mended(branch: str) -> str:
    """The same once nothing does."""
    return f"{branch} is mended."


def mended(branch: str, names: Sequence[str]) -> str:
    """The end of it, said once."""
    verb = "fails" if len(names) == 1 else "fail"
    return f"Mended: {named(names)} no longer {verb} on {branch}."


def also_broken(names: Sequence[str], held: Sequence[str]) -> str:
    """What broke while the branch was broken; `held` are those of them that were quarantined."""
    told = f"Also broken: {named(names)}."
    if not held:
        return told
    if list(held) == list(names):
        return f"{told} {left_quarantine(len(held))}"
    verb = "was" if len(held) == 1 else "were"
    return f"{told} Of them {named(held)} {verb} quarantined, and that ended at once."


def left_quarantine(number: int) -> str:
    """Broken cases are never hidden."""
    if number == 1:
        return "It was quarantined, and that ended at once."
    return "They were quarantined, and that ended at once."


def passes_again() -> str:
    """The head of a list of cases that were broken."""
    return "No longer broken"


def no_culprit() -> str:
    """Cases of which nobody knows what broke them."""
    return "Which commit broke these is not known."


def all_commits() -> str:
    """A link to what lies between the last commit that passed and the first that failed."""
    return "All commits between"


def the_commit(sha: str) -> str:
    """A link to the likeliest commit."""
    return f"The commit {sha}"
