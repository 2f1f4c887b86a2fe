"""Failures of pull requests that were left so: nobody ran the code again, nobody pushed."""

from app.core.scorer import assumptions as assumed
from app.core.scorer.draft import Draft
from app.core.scorer.state import CaseState, Open
from app.core.scorer.waiting import By, Contradiction, is_split


def left_so(draft: Draft) -> list[Contradiction]:
    """The failures that were left, though the case passes elsewhere since; they wait no longer.

    A bug is mended before it is merged, and breaks the default branch where it is not; so who
    leaves a failure mostly knew that it was none.
    """
    state, found = draft.state, []
    for case in sorted({case for cases in state.waiting.values() for case in cases}):
        known = state.cases[case]
        if any(track.base for track in known.tracks.values()):
            continue
        kept = known.opens
        for failure in known.opens:
            if failure in kept and _is_left(draft, known, failure):
                split = is_split(state, case, failure)
                found.append(Contradiction(case, failure, By.LEFT, is_split=split))
                kept = tuple(one for one in kept if not _is_beside(one, failure))
        if len(kept) < len(known.opens):
            state.cases[case] = known._replace(opens=kept)
    return found


def _is_left(draft: Draft, known: CaseState, failure: Open) -> bool:
    if failure.pr is None or failure.is_on_main or not failure.streak:
        return False
    return all(
        one.code == failure.code and one.at < draft.now - assumed.LEFT_AFTER
        for one in known.opens
        if _is_beside(one, failure)
    )


def _is_beside(one: Open, failure: Open) -> bool:
    """Whether both are of one pull request and one job."""
    return one.pr == failure.pr and one.job == failure.job
