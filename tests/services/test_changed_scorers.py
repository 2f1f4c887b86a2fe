"""A changed policy or a new version of us moves nothing until a recompute has built its scorer."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.core.decide import State
from app.core.policy.reading import PLACE, read_policy
from app.db import cases, decisions, feedback, judgements, policies, standings
from app.db.policies import Snapshot, SnapshotKind
from app.db.session import unit_of_work
from app.db.standings import CaseStanding
from app.db.tables.said import SubscriptionRow, ThreadRow
from app.services import acts
from app.services.judging import recompute
from tests.services.acting import MONA
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


def upgraded(live: Live) -> None:
    """Let what the scorer remembers have been written by a version that is not readable now."""
    with unit_of_work(live.engine) as session:
        session.execute(
            text("UPDATE scorer SET version = '0.0:' || version WHERE repo_id = :repo"),
            {"repo": live.repo},
        )


def causes(live: Live, attempts: list[Attempt]) -> dict[str, set[str]]:
    """By case that failed in these: what its failures are held to be."""
    wanted = {(one.run, one.attempt, one.job) for one in attempts}
    found: dict[str, set[str]] = {}
    with unit_of_work(live.engine) as session:
        said = judgements.findings(session, live.repo, [one.run for one in attempts])
        names = dict(cases.names(session, live.repo, {one.case_id.hex for one in said}))
    for one in said:
        if (one.run_id, one.attempt, one.variant) in wanted:
            found.setdefault(names[one.case_id.hex], set()).add(one.finding.cause.value)
    return found


def rebuilt(live: Live) -> None:
    with unit_of_work(live.engine) as session:
        while not recompute.step(session, live.repository, now=live.now, request_id="r1"):
            pass


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


def found_standings(live: Live) -> list[CaseStanding]:
    with unit_of_work(live.engine) as session:
        return list(standings.standings(session, live.repo))


def states(live: Live) -> dict[str, tuple[State, float, int]]:
    """By name: how each case stands, with its score and its runs."""
    return {
        one.name: (one.standing.state, round(one.standing.score, 9), one.standing.runs)
        for one in found_standings(live)
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


def test_a_new_version_of_us_moves_nothing_before_its_scorer_is_built(past: Past) -> None:
    live, lately = past.changed, past.story[-AFTER:]
    live.see(past.story[:-AFTER])
    past.unchanged.see(past.story)
    before = states(live)
    upgraded(live)

    turned = turns(live, lately)
    meanwhile, said = states(live), causes(live, lately)
    rebuilt(live)
    rebuilt(past.unchanged)

    assert (turned, meanwhile) == ([], before)
    held = {f"Cart::{name}" for name, (state, *_) in before.items() if state is State.FLAKY}
    assert {cause for name in held & said.keys() for cause in said[name]} <= {"flaky", "outage"}
    assert held & said.keys(), "none that is held failed meanwhile: the story shows nothing"
    assert states(live) == states(past.unchanged)
    assert turns(live, lately[-1:]) == []


def test_a_recompute_is_asked_for_until_it_is_done(live: Live) -> None:
    start = live.now - timedelta(days=DAYS_BACK)
    story = made_up(seed=3, start=start, commits=4)
    live.see(story[:-3])
    upgraded(live)

    asked = [live.judge(live.store(one)).needs_recompute for one in story[-3:-1]]
    rebuilt(live)
    asked_again = live.judge(live.store(story[-1])).needs_recompute

    assert (asked, asked_again) == ([True, True], False)


def test_what_only_a_recompute_calls_broken_leaves_quarantine_and_nobody_is_told(
    live: Live,
) -> None:
    start = live.now - timedelta(days=DAYS_BACK)
    story = made_up(seed=3, start=start, commits=13)
    live.see(story)
    [case_id] = [one.case_id for one in found_standings(live) if one.standing.state is State.BROKEN]
    with unit_of_work(live.engine) as session:
        session.execute(
            text("UPDATE case_state SET state = 'flaky' WHERE case_id = :case"), {"case": case_id}
        )
        acts.activate(session, live.repo, case_id, MONA, now=live.now)
        session.add(
            ThreadRow(
                repo_id=live.repo, case_id=case_id, channel="C1", handle="h", written_at=live.now
            )
        )
        session.add(SubscriptionRow(repo_id=live.repo, team_id="", channel="C1", since=live.now))
    upgraded(live)

    rebuilt(live)
    passes = dict.fromkeys(story[-1].results, (True,))
    live.see([replace(story[-1], run=story[-1].run + 1, attempt=1, results=passes, pr=77)])

    with unit_of_work(live.engine) as session:
        found = decisions.newest(session, live.repo, [case_id])[case_id]
        corrections = feedback.since(session, live.repo, live.now - timedelta(days=1))
        said = session.execute(text("SELECT count(*) FROM outbox")).scalar_one()
    assert (found.state, found.event, found.decided_by) == (
        "dismissed",
        "turned_broken",
        "FlakeGuard",
    )
    assert found.reason == (
        "Judged anew from its history, it is broken: its quarantine ended at once."
    )
    assert (corrections, said) == ([], 0)
