"""A case's state and the repository's as JSON values, with the version that wrote them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from app.core.history.records import CaseSet
from app.core.scorer.belief import Belief
from app.core.scorer.membership import membership_from_json
from app.core.scorer.state import (
    STATE_VERSION,
    CaseState,
    Crowd,
    Open,
    Shown,
    State,
    Track,
    Weather,
)


def case_to_json(known: CaseState) -> dict[str, Any]:
    """A case's state, a few hundred bytes; `case_from_json` reads it back."""
    plain = known._asdict()
    return plain | {
        "version": STATE_VERSION,
        "belief": [list(known.belief.odds), known.belief.passes, known.belief.seconds],
        "marks": dict(known.marks),
        "messages": list(known.messages.items()),  # the oldest go first: an object has no order
        "hints": list(known.hints.items()),
        "weighed": dict(known.weighed),
        "tracks": {job: track._asdict() for job, track in known.tracks.items()},
        "opens": [one._asdict() | {"others": sorted(one.others)} for one in known.opens],
    }


def case_from_json(stored: Mapping[str, Any]) -> CaseState:
    """As `case_to_json` wrote it; ValueError where another version did."""
    _check(stored)
    odds, passes, seconds = stored["belief"]
    plain = {name: stored[name] for name in CaseState._fields}
    return CaseState(
        **plain
        | {
            "belief": Belief(tuple(odds), passes, seconds),
            "messages": dict(stored["messages"]),
            "hints": dict(stored["hints"]),
            "tracks": {job: _track(one) for job, one in stored["tracks"].items()},
            "opens": tuple(_open(one) for one in stored["opens"]),
            "failed": _pairs(stored["failed"]),
            "soon": tuple(stored["soon"]),
            "skipped": tuple(stored["skipped"]),
            "moments": tuple(stored["moments"]),
            "last_flake": _flake(stored["last_flake"]),
        }
    )


def waits_on_default(stored: Mapping[str, Any], jobs: Collection[str]) -> bool:
    """Whether a failure of the default branch in one of these jobs waits for what contradicts it.

    Whatever wrote it may be asked: where another version or an older scorer did, none may be found.
    """
    opens = stored.get("opens", ())
    return any(one.get("commit") is not None and one.get("job") in jobs for one in opens)


def repository_to_json(state: State) -> dict[str, Any]:
    """The repository's part of a state: all but its cases, and sets of cases by their names."""
    return {
        "version": STATE_VERSION,
        "weather": state.weather._asdict() | {"noise": dict(state.weather.noise)},
        "reports": state.reports,
        "hours": state.hours,
        "members": {job: ran.name for job, ran in state.members.items()},
        "moved": {job: one.to_json() for job, one in state.moved.items()},
        "commits": state.commits,
        "transients": state.transients,
        "crowds": {
            group: [
                [one.at, one.source, sorted(one.cases), one.by, sorted(one.signs)] for one in crowds
            ]
            for group, crowds in state.crowds.items()
        },
        "common": state.common,
        "recent": state.recent,
        "tested": state.tested,
        "latest": list(state.latest),
        "codes": state.codes,
        "outage": state.outage,
        "swept_at": state.swept_at,
    }


def repository_from_json(
    stored: Mapping[str, Any], cases: Mapping[str, CaseState], sets: Mapping[str, CaseSet]
) -> State:
    """As `repository_to_json` wrote it, with the cases' states and the sets that it names.

    What waits and what is in a streak is found again in the cases.
    """
    _check(stored)
    state = State(
        cases=dict(cases),
        weather=_weather(stored["weather"]),
        reports=dict(stored["reports"]),
        hours={job: tuple(counts) for job, counts in stored["hours"].items()},
        members={job: sets[name] for job, name in stored["members"].items()},
        moved={job: membership_from_json(one) for job, one in stored["moved"].items()},
        commits=dict(stored["commits"]),
        transients=tuple((at, group) for at, group in stored["transients"]),
        crowds=_crowds(stored["crowds"]),
        common=dict(stored["common"]),
        recent=tuple(stored["recent"]),
        tested=dict(stored["tested"]),
        latest=dict.fromkeys(stored["latest"]),
        codes={code: tuple(jobs) for code, jobs in stored["codes"].items()},
        outage=None if stored["outage"] is None else (stored["outage"][0], stored["outage"][1]),
        swept_at=stored["swept_at"],
    )
    for case, known in cases.items():
        for key in {key for one in known.opens for key in one.keys}:
            state.waiting[key] = state.waiting.get(key, frozenset()) | {case}
        for job, track in known.tracks.items():
            if track.is_followed:
                state.failing[job] = state.failing.get(job, frozenset()) | {case}
    return state


def _crowds(stored: Mapping[str, Any]) -> dict[str, tuple[Crowd, ...]]:
    return {
        group: tuple(
            Crowd(at, source, frozenset(of), by, frozenset(signs))
            for at, source, of, by, signs in crowds
        )
        for group, crowds in stored.items()
    }


def _check(stored: Mapping[str, Any]) -> None:
    if stored.get("version") != STATE_VERSION:
        written = stored.get("version")
        raise ValueError(f"state version {written}, not {STATE_VERSION}: recompute it")


def _weather(stored: Mapping[str, Any]) -> Weather:
    days = tuple((day, reports, transient) for day, reports, transient in stored["days"])
    return Weather(**{**stored, "days": days})


def _track(stored: Mapping[str, Any]) -> Track:
    return Track(
        streak=tuple(stored["streak"]),
        base=tuple(stored["base"]),
        runs=stored["runs"],
        passed=stored["passed"],
        shown=tuple(Shown(*one) for one in stored["shown"]),
    )


def _open(stored: Mapping[str, Any]) -> Open:
    return Open(**{**stored, "others": frozenset(stored["others"])})


def _flake(stored: Sequence[Any] | None) -> tuple[float, str, str] | None:
    return None if stored is None else (stored[0], stored[1], stored[2])


def _pairs(stored: Sequence[Sequence[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((code, job) for code, job in stored)
