"""A changed policy moves nothing until a recompute has built the scorer that it asks for."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from app.core.decide import State
from app.core.policy.reading import PLACE, read_policy
from app.db import cases, policies, standings
from app.db.policies import Snapshot, SnapshotKind
from app.db.session import unit_of_work
from tests.services.live import REPO, Attempt, Live, made_up

DAYS_BACK = 60
AFTER = 20  # attempts that are judged after the change
Turn = tuple[int, int, str, State, State]  # run, attempt, case, from what, to what


@dataclass(frozen=True, slots=True)
class Past:
    """One story, judged in a repository where something changes and in one where nothing does."""

    changed: Live
    unchanged: Live
    story: list[Attempt]


@pytest.fixture
def past(live: Live) -> Past:
    other = replace(live, repo=REPO + 1)
    other.open()
    start = live.now - timedelta(days=DAYS_BACK)
    return Past(live, other, made_up(seed=3, start=start, commits=24))


def policed(live: Live, policy: str, *, hours: int = 0) -> None:
    """Let a repository have this policy from so many hours on."""
    assert read_policy(policy).policy is not None
    chosen = Snapshot(SnapshotKind.POLICY, f"{hours}", PLACE, policy)
    with unit_of_work(live.engine) as session:
        policies.write(session, live.repo, chosen, now=live.now + timedelta(hours=hours))


def turns(live: Live, attempts: list[Attempt]) -> list[Turn]:
    """What turned while these were judged, by the cases' names."""
    found = []
    for one in attempts:
        changed = live.judge(live.store(one)).changed
        with unit_of_work(live.engine) as session:
            names = dict(cases.names(session, live.repo, [each.case_id.hex for each in changed]))
        found += [
            (one.run, one.attempt, names[each.case_id.hex], each.was, each.now) for each in changed
        ]
    return sorted(found)


def states(live: Live) -> dict[str, tuple[State, float, int]]:
    """By name: how each case stands, with its score and its runs."""
    with unit_of_work(live.engine) as session:
        found = standings.standings(session, live.repo)
    return {
        one.name: (one.standing.state, round(one.standing.score, 9), one.standing.runs)
        for one in found
    }


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("exempted_tests: ['*case2-3']\n", "exempted_tests: ['*case2-3', '*case0-0']\n"),
        (
            "rules: [{file: 'part4/**', threshold: 0.5}, {threshold: 0.15, days: 30}]\n",
            "rules: [{file: 'part4/**', threshold: 0.5}, {threshold: 0.15, days: 30}]\n"
            "warn_threshold: 0.4\n",
        ),
        (
            "scorer: rolling-window\nrolling_window_size: 12\nlookback_days: 60\n"
            "flaky_threshold: 0.35\n",
            "scorer: rolling-window\nrolling_window_size: 12\nlookback_days: 61\n"
            "flaky_threshold: 0.35\n",
        ),
    ],
)
def test_a_changed_policy_moves_nothing_before_its_scorer_is_built(
    past: Past, before: str, after: str
) -> None:
    for live in (past.changed, past.unchanged):
        policed(live, before)
        live.see(past.story[:-AFTER])
    policed(past.changed, after, hours=1)

    turned = turns(past.changed, past.story[-AFTER:])

    assert turned == turns(past.unchanged, past.story[-AFTER:])
    assert states(past.changed) == states(past.unchanged)
    assert State.FLAKY in {state for state, _, _ in states(past.changed).values()}
