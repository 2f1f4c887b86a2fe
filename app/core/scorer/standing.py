"""A case as it stands: its score, its rate, its state, and whether it is held for flaky."""

from app.core.decide import State as CaseStanding
from app.core.scorer import assumptions as assumed
from app.core.scorer.belief import PRIOR
from app.core.scorer.draft import Draft, settled
from app.core.scorer.said import Change
from app.core.scorer.state import CaseState, State, Weather
from app.core.scorer.waiting import drop_stale
from app.core.statistics import wilson_interval

ROUNDING = 1e-9  # of sums of shares of an episode


def prior_of(weather: Weather) -> float:
    """The share of the cases that ever fail which are flaky, as the repository shows it."""
    assumed_flaky = PRIOR * assumed.PRIOR_CASES
    return (weather.flaky + assumed_flaky) / (weather.failed + assumed.PRIOR_CASES)


def score_of(known: CaseState, weather: Weather) -> float:
    """The probability that the case is flaky, as far as its belief is counted."""
    prior = prior_of(weather)
    if not known.weighed:  # most that flake show it, so the others tell little of this one
        prior = min(prior, PRIOR)
    odds = sum(known.belief.now()) * (prior / (1 - prior)) / (PRIOR / (1 - PRIOR))
    score = odds / (1 + odds)
    has_flakes = weather.flaky > known.was_flagged
    asked = assumed.FLAGGED_EPISODES if has_flakes else assumed.FIRST_EPISODES
    if known.episodes < asked - ROUNDING:
        return min(score, assumed.UNCONFIRMED)
    return score


def rate_of(known: CaseState) -> float:
    """The share of its executions that fail for no fault of the code, if it is flaky."""
    flakes = known.flakes + assumed.RATE_PRIOR_FLAKES
    return flakes / (known.executions + assumed.RATE_PRIOR_RUNS)


def runs_of(known: CaseState) -> int:
    """How many reports ran it since it first failed, about, and at least its flakes."""
    return max(known.executions, known.flakes)


def rate_interval(known: CaseState) -> tuple[float, float, float]:
    """The share of its executions that failed so, and its 95 % interval."""
    runs = runs_of(known)
    low, high = wilson_interval(known.flakes, runs)
    return (known.flakes / runs if runs else 0.0, low, high)


def is_guarded(known: CaseState) -> bool:
    """Whether it fails more often in a row than a flake would once in a hundred times."""
    longest = max((len(track.streak) for track in known.tracks.values()), default=0)
    again = max(assumed.GUARD_RATE, rate_of(known))
    return longest > 1 and again ** (longest - 1) < assumed.GUARD_CHANCE * (1 - 1e-9)


def is_broken(known: CaseState) -> bool:
    """Whether the default branch fails it, in one job, on several commits in a row."""
    return any(len(track.base) >= assumed.BROKEN_COMMITS for track in known.tracks.values())


def standing_of(known: CaseState, weather: Weather) -> CaseStanding:
    """Healthy, suspect, flaky or broken."""
    if known.flagged_at is not None:
        return CaseStanding.FLAKY
    if is_broken(known):
        return CaseStanding.BROKEN
    return (
        CaseStanding.SUSPECT if score_of(known, weather) >= assumed.WARNED else CaseStanding.HEALTHY
    )


def judge(draft: Draft) -> None:
    """Hold for flaky, or no longer, what this observation touched; all others now and then."""
    state = draft.state
    due = {case for case in (*draft.touched, *draft.failing) if is_watched(state.cases[case])}
    if is_due(draft):
        state.swept_at = draft.now
        drop_stale(draft)
        due |= {case for case, known in state.cases.items() if is_watched(known)}
    weather = state.weather  # none of them makes the others likelier yet
    for case in sorted(due):
        known = settled(state, case, draft.now)
        score = score_of(known, weather)
        is_flaky = score >= state.threshold and not is_guarded(known)
        if is_flaky != (known.flagged_at is not None):
            if is_flaky and not known.was_flagged:
                state.weather = state.weather._replace(flaky=state.weather.flaky + 1)
            flagged_at = draft.now if is_flaky else None
            known = known._replace(flagged_at=flagged_at, was_flagged=True)
            draft.changes.append(Change(case, draft.seen.at, is_flaky))
        state.cases[case] = known


def is_due(draft: Draft) -> bool:
    """Whether it is time to look at what waits, and at what is held for flaky."""
    return draft.now - draft.state.swept_at >= assumed.SWEEP


def is_watched(known: CaseState) -> bool:
    """Whether it is, or soon may be, held for flaky: then it is looked at now and then."""
    return known.episodes >= assumed.FLAGGED_EPISODES or known.flagged_at is not None


def scores(state: State, now: float) -> dict[str, float]:
    """The score of every case that ever failed, with all passes up to now."""
    return {case: score_of(settled(state, case, now), state.weather) for case in state.cases}
