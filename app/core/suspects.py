"""The commits that may have broken a case, as a piece of evidence holds them: in one text."""

from collections.abc import Mapping, Sequence

from app.core.scorer.facts import Suspect

KEPT = 100  # the likeliest of a case; none of what is left has more than one chance in a hundred
SAID = 12  # of them with each of its failures


def spread(suspects: Sequence[Suspect], pushed: Mapping[str, Sequence[str]]) -> tuple[Suspect, ...]:
    """The same suspicion over every commit that came with a tested one, in their order.

    `pushed` names them by the tested commit, oldest first and itself last. Each is as likely to
    have broken the case as another, so a push of several is likelier than a push of one.
    """
    known, of = {one.commit for one in suspects}, dict[str, list[str]]()
    for sha in [one.commit for one in suspects]:
        of[sha] = [*(one for one in pushed.get(sha, ()) if one not in known), sha]
        known.update(of[sha])
    nothing = max(0.0, 1 - sum(one.p for one in suspects))
    total = nothing + sum(one.p * len(of[one.commit]) for one in suspects)
    if not total:
        return ()
    return tuple(Suspect(sha, one.p / total) for one in suspects for sha in of[one.commit])


def ranked(suspects: Sequence[Suspect]) -> list[Suspect]:
    """The likeliest first; of equals the newest, which is the one that was tested."""
    newest_first = list(reversed(suspects))
    return sorted(newest_first, key=lambda one: -one.p)


def as_text(suspects: Sequence[Suspect], *, most: int = KEPT) -> str:
    """The likeliest of them in their order, each with its probability: `sha:0.42 sha:0.31`."""
    likeliest = {one.commit for one in ranked(suspects)[:most]}
    return " ".join(f"{one.commit}:{one.p:.3g}" for one in suspects if one.commit in likeliest)


def shortened(text: str) -> str:
    """What `as_text` wrote, with as many as are said with a failure."""
    return as_text(from_text(text), most=SAID)


def from_text(text: str) -> tuple[Suspect, ...]:
    """What `as_text` wrote, in its order."""
    found = (one.rpartition(":") for one in text.split())
    return tuple(Suspect(commit, float(p)) for commit, _, p in found)
