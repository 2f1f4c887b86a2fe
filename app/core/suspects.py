"""The commits that may have broken a case, as a piece of evidence holds them: in one text."""

from collections.abc import Sequence

from app.core.scorer.facts import Suspect

KEPT = 12  # the likeliest; what is left has hardly a chance


def as_text(suspects: Sequence[Suspect]) -> str:
    """The likeliest of them in their order, each with its probability: `sha:0.42 sha:0.31`."""
    likeliest = sorted(suspects, key=lambda one: -one.p)[:KEPT]
    kept = [one for one in suspects if one in likeliest]
    return " ".join(f"{one.commit}:{one.p:.3g}" for one in kept)


def from_text(text: str) -> tuple[Suspect, ...]:
    """What `as_text` wrote, in its order."""
    found = (one.rpartition(":") for one in text.split())
    return tuple(Suspect(commit, float(p)) for commit, _, p in found)
