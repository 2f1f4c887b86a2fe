"""What a contradicted failure says, beside what the case's failures said on other half days."""

from collections.abc import Collection

from app.core.scorer import assumptions as assumed
from app.core.scorer.kinds import WORTH, Kind
from app.core.scorer.messages import noted
from app.core.scorer.state import CaseState
from app.core.scorer.waiting import By, Contradiction


def says_again(
    known: CaseState, one: Contradiction, kind: Kind, *, common: Collection[str]
) -> bool:
    """Whether an earlier failure, of another half day, that looked like a flake said the same.

    `common` are the signs that common causes had. Not where pushes mended all of them, and no
    other job passed the code: a case that guards what lies far off, as one that compares all of an
    interface with a copy, fails alone with one message for each change of it, but in every job.
    """
    sign, at, last = one.failure.sign, one.failure.at, known.last_episode_at
    if kind.is_like_bugs or not sign or sign in common:
        return False
    is_left = kind is Kind.LEFT or known.left > 0
    is_hinted = sign in known.hints and (is_left or one.is_split or not kind.is_push)
    times = [known.hints[sign]] if is_hinted else []
    if sign in known.messages and last is not None:
        times.append(last)
    return any(abs(at - then) >= assumed.EPISODE for then in times)


def says_as_flakes(known: CaseState, one: Contradiction, *, common: Collection[str]) -> bool:
    """Whether it says what the case's flakes said on another half day: then it is one of them.

    Whatever failed beside it. Unless another job passed the code, not where common causes said so,
    too, nor where a push alone contradicts it.
    """
    failure, last = one.failure, known.last_episode_at
    if failure.sign not in known.messages or last is None:
        return False
    if failure.crowd > 1 or not 0 < failure.streak <= assumed.SHORT:
        return False
    if failure.sign in common or (one.by is By.PUSH and not one.is_split):
        return False
    return failure.source != known.last_source and abs(failure.at - last) >= assumed.EPISODE


def with_message(known: CaseState, sign: str, kind: Kind, *, at: float) -> CaseState:
    """The case with what its failure said then, among what its flakes say or may say."""
    if WORTH[kind].is_telling:
        return known._replace(messages=noted(known.messages, sign, kept=assumed.MESSAGES_KEPT))
    if not sign or sign in known.hints or not kind.is_hint:
        return known
    hints = {**known.hints, sign: at}
    while len(hints) > assumed.MESSAGES_KEPT:
        del hints[next(iter(hints))]
    return known._replace(hints=hints)
