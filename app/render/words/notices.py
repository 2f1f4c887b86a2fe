"""The sentences of messages about many cases: proposals that wait for a decision."""

from collections.abc import Sequence

from app.core.quarantine import Quarantine
from app.render.escape import plain
from app.render.words import counted, probability
from app.render.words.decisions import stands

NAMES_SHOWN = 5  # cases that one sentence names


def proposed(number: int) -> str:
    """What a list of proposals is called while some wait."""
    verb = "is" if number == 1 else "are"
    return f"{counted(number, 'test')} {verb} proposed for quarantine."


def all_decided(number: int) -> str:
    """The same list once nothing in it waits."""
    if number == 1:
        return "1 test was proposed for quarantine, and it is decided about."
    return f"{counted(number, 'test')} were proposed for quarantine, and all are decided about."


def flaky_with(p_flaky: float) -> str:
    """How sure we were when it was proposed."""
    return f"Flaky with probability {probability(p_flaky)}"


def stood(decision: Quarantine) -> str:
    """What became of a proposal, as it was decided: time alone does not change it."""
    return stands(decision, now=decision.since)


def nothing_decided() -> str:
    """A proposal that was taken back."""
    return "The proposal was taken back."


def also_proposed(names: Sequence[str]) -> str:
    """Cases that joined a list that was said already."""
    return f"Also proposed for quarantine: {named(names)}."


def approved(actor: str, names: Sequence[str]) -> str:
    """Several proposals approved at once."""
    return f"{actor} approved {counted(len(names), 'proposal')}: {named(names)}."


def declined(actor: str, names: Sequence[str]) -> str:
    """Several proposals declined at once."""
    return f"{actor} declined {counted(len(names), 'proposal')}: {named(names)}."


def taken_back(sentence: str, names: Sequence[str]) -> str:
    """An act taken back; `sentence` says by whom, and which."""
    return f"{sentence.rstrip('.')}: {named(names)}."


def of_case(name: str, sentence: str) -> str:
    """What was done to one of many."""
    return f"{plain(name, limit=120)}: {sentence}"


def left_out(number: int) -> str:
    """Cases of several that were in no state for an act any more."""
    verb = "was" if number == 1 else "were"
    return f"{counted(number, 'test')} {verb} decided about meanwhile and left as decided."


def named(names: Sequence[str]) -> str:
    """Some names as one phrase: `a, b and 3 more`."""
    shown = [plain(name, limit=120) for name in names[:NAMES_SHOWN]]
    more = len(names) - len(shown)
    if more:
        return f"{', '.join(shown)} and {more} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def decided_more(number: int) -> str:
    """Decided ones that a list leaves out."""
    return f"{number} more were decided about."


def approve_these(number: int) -> str:
    """A button where a list is too long to be shown."""
    return f"Approve these {number}"


def decline_these(number: int) -> str:
    """The other one."""
    return f"Decline these {number}"
