"""Which cases' memory an observation needs: the live path loads these and no others."""

from app.core.history.records import Observation
from app.core.scorer import assumptions as assumed
from app.core.scorer.standing import is_watched
from app.core.scorer.state import State


def needed(state: State, seen: Observation) -> frozenset[str]:
    """The cases without whose memory the observation would be judged differently.

    Those that failed or were left out; those that wait for a pass in this job, or are in a streak
    in it; those that joined or left the job's set; and, where it is time to look at all, those
    that wait anywhere, or may be held for flaky. Names of cases that never failed may be among
    them: there is nothing to load for these. `state.cases` may hold more than is needed.
    """
    if not seen.is_trusted:
        return frozenset(seen.results)
    branch = "main" if seen.is_default else f"#{seen.pr}"
    cases = {*seen.results, *seen.not_run, *state.failing.get(seen.job, ())}
    for key in ((seen.job, seen.code), (seen.job, branch)):
        cases |= state.waiting.get(key, frozenset())
    before = state.members.get(seen.job)
    if before is not None and before is not seen.ran:
        cases |= before.files.keys() ^ seen.ran.files.keys()
    if seen.at.timestamp() - state.swept_at >= assumed.SWEEP:
        cases = cases.union(*state.waiting.values())
        cases |= {case for case, known in state.cases.items() if is_watched(known)}
    return frozenset(cases)
