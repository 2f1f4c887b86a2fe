"""What a scorer remembers, taken apart for storing: the repository's part, and one for each case.

Live, only the cases that an observation can move are read back: those that fail in it, those
whose failure or streak waits for its job, and, every SWEEP, those that are held or suspect.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from app.core.decide import State as CaseStanding
from app.core.history.records import CaseSet
from app.core.policy.names import ScorerName
from app.core.policy.policy import Policy
from app.core.scorer import assumptions as assumed
from app.core.scorer import standing
from app.core.scorer.belief import unknown
from app.core.scorer.counts import Counts, Tally, counts_from_json
from app.core.scorer.draft import settled
from app.core.scorer.flake_rate import FlakeRate
from app.core.scorer.holds import horizon
from app.core.scorer.membership import membership_from_json
from app.core.scorer.plain import Ran
from app.core.scorer.policies import Evidence, Scorer
from app.core.scorer.rolling_window import RollingWindow
from app.core.scorer.said import Judged
from app.core.scorer.state import State
from app.core.scorer.stored import (
    case_from_json,
    case_to_json,
    repository_from_json,
    repository_to_json,
)
from app.core.scorer.windows import Windows

WINDOWS_VERSION = 2  # raise it whenever stored windows can no longer be read as they were meant

COUNTS = "counts"  # the key under which they lie beside what the scorer remembers

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CasePart:
    """One case's part of a scorer's memory."""

    memory: Json  # as JSON holds it, a few hundred bytes
    jobs: tuple[str, ...]  # whose next report may end a streak of it, or contradict a failure
    is_held: bool  # looked at every SWEEP, though it does not fail


def opened(
    policy: Policy,
    part: Json | None,
    cases: Mapping[str, Json],
    sets: Mapping[str, CaseSet],
) -> Scorer:
    """A policy's scorer with what was kept of it: the repository's part, and some cases'.

    `part` is None for one that has seen nothing; `sets` holds those that `sets_of` names.
    Raises ValueError where another version wrote it.
    """
    policy = policy.for_scorer
    match policy.scorer:
        case ScorerName.EVIDENCE:
            state = State()
            if part is not None:
                known = {case: case_from_json(stored) for case, stored in cases.items()}
                state = repository_from_json(part, known, sets)
            state.threshold = policy.flaky_threshold
            return Evidence(state, threshold=policy.flaky_threshold)
        case ScorerName.ROLLING_WINDOW:
            return RollingWindow(_windows(part, cases, sets), policy)
        case ScorerName.FLAKE_RATE:
            return FlakeRate(_windows(part, cases, sets), policy)


def counts_in(
    policy: Policy,
    part: Json | None,
    cases: Mapping[str, Json],
    sets: Mapping[str, CaseSet],
) -> Counts | None:
    """How cases ran, by which a policy's terms count; None for a policy without any."""
    if not policy.has_terms:
        return None
    jobs = {} if part is None else part["members"]
    return counts_from_json(
        None if part is None else part.get(COUNTS),
        horizon=horizon(policy),
        members={job: sets[name] for job, name in jobs.items()},
        cases={case: Tally.from_json(one[COUNTS]) for case, one in cases.items() if COUNTS in one},
    )


def repository_part(scorer: Scorer, counts: Counts | None = None) -> Json:
    """All that is remembered but the cases; `opened` and `counts_in` read it back."""
    part = _repository_part(scorer)
    return part if counts is None else {**part, COUNTS: counts.to_json()}


def _repository_part(scorer: Scorer) -> Json:
    if isinstance(scorer, Evidence):
        return repository_to_json(scorer.state)
    windows = _of(scorer)
    return {
        "version": WINDOWS_VERSION,
        "reports": dict(windows.reports),
        "members": {job: ran.name for job, ran in windows.members.items()},
        "moved": {job: one.to_json() for job, one in windows.moved.items()},
        "days": list(windows.days),
        "swept_at": windows.swept_at,
    }


def case_part(scorer: Scorer, case: str, counts: Counts | None = None) -> CasePart:
    """What is kept of one case."""
    part, tally = _case_part(scorer, case), counts.cases.get(case) if counts else None
    if tally is None:
        return part
    memory = {**part.memory, COUNTS: tally.to_json()}
    return replace(part, memory=memory, is_held=part.is_held or tally.is_held)


def _case_part(scorer: Scorer, case: str) -> CasePart:
    if isinstance(scorer, Evidence):
        known = scorer.state.cases[case]
        streaks = {job for job, one in known.tracks.items() if one.is_followed}
        jobs = sorted(streaks | {one.job for one in known.opens})
        return CasePart(case_to_json(known), tuple(jobs), standing.is_watched(known))
    windows = _of(scorer)
    memory = {
        "failures": [list(asdict(one).values()) for one in windows.failures[case]],
        "total": windows.totals[case],
        "held": case in windows.held,
    }
    return CasePart(memory, (), case in windows.held)


def cases_in(scorer: Scorer) -> Mapping[str, object]:
    """What is remembered of each case that was read back, or failed since."""
    return scorer.state.cases if isinstance(scorer, Evidence) else _of(scorer).failures


def held_in(scorer: Scorer) -> frozenset[str]:
    """The cases that are held for flaky, of those that were read back."""
    if isinstance(scorer, Evidence):
        return frozenset(
            case for case, known in scorer.state.cases.items() if known.flagged_at is not None
        )
    return _of(scorer).held


def moved(before: Scorer, after: Scorer) -> list[str]:
    """The cases of which `after` remembers something else than `before`."""
    was, now = cases_in(before), cases_in(after)
    turned = held_in(before) ^ held_in(after)
    return [case for case, one in now.items() if was.get(case) is not one or case in turned]


def swept(before: Scorer, after: Scorer) -> bool:
    """Whether an observation looked at every case that is held."""
    return _swept_at(before) != _swept_at(after)


def _swept_at(scorer: Scorer) -> float:
    return scorer.state.swept_at if isinstance(scorer, Evidence) else _of(scorer).swept_at


def is_due(part: Json | None, at: float) -> bool:
    """Whether an observation at this second looks at every case that is held."""
    return part is None or at - part["swept_at"] >= assumed.SWEEP


def sets_of(part: Json | None) -> frozenset[str]:
    """The names of the sets of cases that jobs ran last."""
    return frozenset() if part is None else frozenset(part["members"].values())


def members_of(part: Json | None, job: str) -> str | None:
    """The name of the set of cases that a job ran last; None where it never ran."""
    return None if part is None else part["members"].get(job)


def forgiven(scorer: Scorer, case: str) -> Scorer:
    """The scorer after a person said that this case's failures so far were no flakes."""
    if isinstance(scorer, Evidence):
        known = scorer.state.cases[case]
        state = scorer.state.copy()
        state.cases[case] = known._replace(
            belief=unknown(),
            episodes=0.0,
            pushed=0.0,
            left=0,
            last_episode_at=None,
            last_source=None,
            last_kind=None,
            soon=(),
            last_flake=None,
            messages={},
            hints={},
            weighed={},
            unbelieved=0.0,
            moments=(),
            flakes=0,
            flagged_at=None,
        )
        return replace(scorer, state=state)
    windows = _of(scorer)
    windows = replace(
        windows,
        failures={**windows.failures, case: ()},
        totals={**windows.totals, case: 0},
        held=windows.held - {case},
    )
    return _with(scorer, windows)


def _of(scorer: Scorer) -> Windows:
    assert isinstance(scorer, RollingWindow | FlakeRate)
    return scorer.windows


def _with(scorer: Scorer, windows: Windows) -> Scorer:
    assert isinstance(scorer, RollingWindow | FlakeRate)
    return replace(scorer, windows=windows)


def _windows(part: Json | None, cases: Mapping[str, Json], sets: Mapping[str, CaseSet]) -> Windows:
    if part is None:
        return Windows()
    if part.get("version") != WINDOWS_VERSION:
        raise ValueError(f"windows version {part.get('version')}, not {WINDOWS_VERSION}")
    return Windows(
        failures={
            case: tuple(Ran(*one) for one in stored["failures"]) for case, stored in cases.items()
        },
        totals={case: stored["total"] for case, stored in cases.items()},
        reports=dict(part["reports"]),
        members={job: sets[name] for job, name in part["members"].items()},
        moved={job: membership_from_json(one) for job, one in part["moved"].items()},
        days=tuple((at, job) for at, job in part["days"]),
        held=frozenset(case for case, stored in cases.items() if stored["held"]),
        swept_at=part["swept_at"],
    )


def judged(
    scorer: Scorer, cases: Iterable[str], at: datetime, *, warned: float
) -> dict[str, Judged]:
    """How these cases stand at a moment; those that never failed are missing.

    `warned` is the score from which one that is not held is suspect.
    """
    wanted = set(cases)
    if not isinstance(scorer, Evidence):
        return {one.case: one for one in _judged(scorer, wanted, at)}
    found = {}
    for case in wanted & scorer.state.cases.keys():
        known = settled(scorer.state, case, at.timestamp())
        weather = scorer.state.weather
        state, score = standing.standing_of(known, weather), standing.score_of(known, weather)
        if state in {CaseStanding.SUSPECT, CaseStanding.HEALTHY}:
            state = CaseStanding.SUSPECT if score >= warned else CaseStanding.HEALTHY
        found[case] = Judged(case, state, score, known.flakes, standing.runs_of(known))
    return found


def _judged(scorer: Scorer, wanted: set[str], at: datetime) -> list[Judged]:
    assert isinstance(scorer, RollingWindow | FlakeRate)
    return scorer.judged(at, wanted & scorer.windows.failures.keys())


def knows_commit(scorer: Scorer, code: str) -> bool:
    """Whether the place of a default branch's commit in their order is known, or is no matter."""
    return not isinstance(scorer, Evidence) or code in scorer.state.commits


def streak_jobs(scorer: Scorer, case: str) -> Mapping[str, object]:
    """The jobs in which the default branch fails a case now."""
    if not isinstance(scorer, Evidence):
        return {}
    return {job: one for job, one in scorer.state.cases[case].tracks.items() if one.base}
