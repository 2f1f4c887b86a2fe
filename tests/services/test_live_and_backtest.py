"""What was decided live is what `backtest` decides on the export of the same database."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from app.core.decide import State
from app.core.history.reader import records_of
from app.core.history.records import Observation
from app.core.policy.reading import read_policy
from app.core.scorer.policies import Scorer, ScorerName, scorer_of
from app.core.scorer.replay import Replay, replay
from app.core.scorer.under import under
from app.db import policies, standings
from app.db.policies import Snapshot, SnapshotKind
from app.db.session import unit_of_work
from app.services import export as exporting
from app.services.export import export
from app.services.judging import recompute
from tests.services.live import CASES, FOLDERS, REPO, Attempt, Live, made_up

DAYS_BACK = 60
UNJUDGED = State.HEALTHY  # live, what failed on forks alone has no standing


def story(live: Live, *, seed: int, commits: int = 20) -> list[Attempt]:
    return made_up(seed, start=live.now - timedelta(days=DAYS_BACK), commits=commits)


def backtested(live: Live, name: ScorerName = ScorerName.EVIDENCE) -> Replay:
    return replayed(live, scorer_of(name))


def replayed(live: Live, scorer: Scorer) -> Replay:
    lines = list(export(live.engine, live.repository, now=live.now))
    return replay(records_of(lines), scorer, reports=len(lines), checkpoints=0)


def policed(live: Live, policy: str) -> None:
    """Let the repository have this policy."""
    chosen = Snapshot(SnapshotKind.POLICY, "f00d", ".flakeguard.yml", policy)
    with unit_of_work(live.engine) as session:
        policies.write(session, REPO, chosen, now=live.now)


def short(name: str) -> str:
    return name.removeprefix("Cart::")


def failures_of(done: Replay) -> set[tuple[object, ...]]:
    return {
        (one.run, one.attempt, one.job, short(one.case), one.cause.value) for one in done.failures
    }


def probabilities_of(done: Replay) -> dict[tuple[object, ...], float]:
    return {(one.run, one.attempt, one.job, short(one.case)): one.p_flaky for one in done.failures}


def flags_of(done: Replay) -> set[tuple[str, datetime, datetime | None]]:
    return {
        (short(case), span.since, span.until)
        for case, spans in done.flags.items()
        for span in spans
    }


def said_live(live: Live) -> dict[tuple[object, ...], tuple[str, float]]:
    query = text(
        "SELECT run_id, attempt, variant, name, first_cause, first_p_flaky FROM finding"
        " JOIN case_ USING (repo_id, case_id) WHERE repo_id = :repo"
    )
    with unit_of_work(live.engine) as session:
        rows = list(session.execute(query, {"repo": REPO}))
    return {tuple(row)[:4]: (row.first_cause, row.first_p_flaky) for row in rows}


def flags_live(live: Live) -> set[tuple[str, datetime, datetime | None]]:
    query = text(
        "SELECT name, was, now, at FROM state_change JOIN case_ USING (repo_id, case_id)"
        " WHERE repo_id = :repo ORDER BY change_id"
    )
    spans: dict[str, list[tuple[datetime, datetime | None]]] = {}
    with unit_of_work(live.engine) as session:
        for row in session.execute(query, {"repo": REPO}):
            of_case = spans.setdefault(row.name, [])
            if row.now == State.FLAKY:
                of_case.append((row.at, None))
            elif row.was == State.FLAKY:
                of_case[-1] = (of_case[-1][0], row.at)
    return {(name, since, until) for name, of_case in spans.items() for since, until in of_case}


def states_live(live: Live) -> dict[str, State]:
    with unit_of_work(live.engine) as session:
        return {one.name: one.standing.state for one in standings.standings(session, REPO)}


def states_of(done: Replay) -> Iterator[tuple[str, State]]:
    for one in done.judged():
        yield short(one.case), one.state


@pytest.mark.parametrize("seed", [1, 2])
def test_what_is_said_live_is_what_backtest_says_of_the_export(live: Live, seed: int) -> None:
    live.see(story(live, seed=seed))

    done = backtested(live)

    said = said_live(live)
    assert {(*where, cause) for where, (cause, _) in said.items()} == failures_of(done)
    assert {where: p for where, (_, p) in said.items()} == pytest.approx(probabilities_of(done))
    assert flags_live(live) == flags_of(done)
    assert flags_of(done), "nobody is held for flaky: the story shows nothing"


def test_a_recompute_comes_to_what_was_decided_live(live: Live) -> None:
    live.see(story(live, seed=4))
    before = states_live(live)

    with unit_of_work(live.engine) as session:
        while not recompute.step(session, live.repository, now=live.now, request_id="r1"):
            pass

    done = backtested(live)
    after = states_live(live)
    assert {case: after.get(case, UNJUDGED) for case, _ in states_of(done)} == dict(states_of(done))
    flaky = {case for case, state in before.items() if state is State.FLAKY}
    assert flaky == {case for case, state in after.items() if state is State.FLAKY}


def in_two_uploads(live: Live, *, commits: int) -> None:
    """Each job of these commits hands half its cases in, and the others half an hour later."""
    half_an_hour = timedelta(minutes=30)
    for one in story(live, seed=6, commits=commits):
        cases = sorted(one.results)
        halves = (cases[: len(cases) // 2], cases[len(cases) // 2 :])
        for place, half in enumerate(halves):
            at = one.at + place * half_an_hour
            live.now += timedelta(minutes=1)
            results = {case: one.results[case] for case in half}
            live.see([replace(one, at=at, results=results)])


@pytest.mark.parametrize("at_a_time", [200, 3])
def test_two_uploads_of_one_job_are_in_an_export_what_they_were_live(
    live: Live, monkeypatch: pytest.MonkeyPatch, at_a_time: int
) -> None:
    monkeypatch.setattr(exporting, "REPORTS_AT_A_TIME", at_a_time)
    in_two_uploads(live, commits=6)

    lines = list(export(live.engine, live.repository, now=live.now))

    seen = [one for one in records_of(lines) if isinstance(one, Observation)]
    with unit_of_work(live.engine) as session:
        reports = session.execute(text("SELECT count(*) FROM report")).scalar()
    assert len(seen) == reports
    assert {len(one.ran.files) < FOLDERS * CASES for one in seen} == {True}


@pytest.mark.parametrize("at_a_time", [200, 1, 2])
def test_reports_that_were_observed_together_stay_so_whatever_lies_between(
    live: Live, monkeypatch: pytest.MonkeyPatch, at_a_time: int
) -> None:
    monkeypatch.setattr(exporting, "REPORTS_AT_A_TIME", at_a_time)
    at = live.now - timedelta(days=3)
    first = Attempt(1, 1, at, "a" * 40, None, None, "linux", {"case0-0": (True,)})
    second = replace(first, at=at + timedelta(minutes=9), results={"case1-1": (True,)})
    between = replace(first, run=2, sha="b" * 40, at=at + timedelta(minutes=5))
    live.store(first)
    live.judge(live.store(second))
    live.now += timedelta(minutes=1)
    live.see([between])

    lines = list(export(live.engine, live.repository, now=live.now))

    seen = [one for one in records_of(lines) if isinstance(one, Observation)]
    assert [(one.run, len(one.ran.files)) for one in seen] == [(2, 1), (1, 2)]


def test_evaluating_again_changes_nothing(live: Live) -> None:
    attempts = story(live, seed=5)
    runs = [live.store(one) for one in attempts if live.judge(live.store(one))]
    before, said = states_live(live), said_live(live)

    again = [live.judge(run) for run in runs]

    assert {one.changed for one in again} == {()}
    assert (states_live(live), said_live(live)) == (before, said)


def test_reports_that_came_too_late_are_worked_in_by_a_recompute(live: Live) -> None:
    attempts = story(live, seed=2)
    late = attempts[30:50]
    for one in attempts[:30] + attempts[50:]:
        live.judge(live.store(one))

    asked = [live.judge(live.store(one)).needs_recompute for one in late]
    with unit_of_work(live.engine) as session:
        while not recompute.step(session, live.repository, now=live.now, request_id="r1"):
            pass

    done = backtested(live)
    assert any(asked)
    after = states_live(live)
    assert {case: after.get(case, UNJUDGED) for case, _ in states_of(done)} == dict(states_of(done))


@pytest.mark.parametrize("name", [ScorerName.ROLLING_WINDOW, ScorerName.FLAKE_RATE])
def test_another_scorer_takes_over_once_the_policy_asks_for_it(
    live: Live, name: ScorerName
) -> None:
    attempts = story(live, seed=6)
    live.see(attempts[:-6])
    policed(live, f"scorer: {name.value}\n")

    asked = live.judge(live.store(attempts[-6]))
    with unit_of_work(live.engine) as session:
        while not recompute.step(session, live.repository, now=live.now, request_id="r1"):
            pass
    after = [live.judge(live.store(one)) for one in attempts[-5:]]

    assert asked.needs_recompute
    assert not any(one.needs_recompute for one in after)
    flaky = {case for case, state in states_of(backtested(live, name)) if state is State.FLAKY}
    assert {case for case, state in states_live(live).items() if state is State.FLAKY} == flaky


def test_an_exempt_case_is_never_held_live_as_in_backtest(live: Live) -> None:
    exempt = "case2-3"  # flaky in three of ten executions
    text = f'exempted_tests: ["Cart::{exempt}"]\n'
    policed(live, text)
    live.see(story(live, seed=1))

    policy = read_policy(text).policy
    assert policy is not None
    done = replayed(live, under(policy))

    said = said_live(live)
    assert {(*where, cause) for where, (cause, _) in said.items()} == failures_of(done)
    assert flags_live(live) == flags_of(done)
    assert exempt not in {case for case, _, _ in flags_live(live)}
    sure = {cause for (*_, case), (cause, p) in said.items() if case == exempt and p >= 0.9}
    assert sure == {"unknown"}


@pytest.mark.parametrize(
    "policy_text",
    [
        "rules: [{threshold: 0.15, days: 30}]\n",
        "rules: [{file: 'part0/**', consecutive_failures: 2}, {threshold: 0.9}]\n",
        "rules: [{branch: main, threshold: 0.1}, {exempt: true}]\nmin_occurrences: 20\n",
        "scorer: flake-rate\nrules: [{consecutive_failures: 2, days: 7}]\n",
        "rules: [{tag: slow, threshold: 0.1}, {priority: high, exempt: true}, {threshold: 0.9}]\n",
    ],
)
def test_rules_hold_live_whom_they_hold_in_backtest(live: Live, policy_text: str) -> None:
    policed(live, policy_text)
    live.see(story(live, seed=3, commits=16))

    policy = read_policy(policy_text).policy
    assert policy is not None
    done = replayed(live, under(policy))

    assert flags_live(live) == flags_of(done)
    assert flags_of(done), "nobody is held: the story shows nothing"
    with unit_of_work(live.engine) as session:
        while not recompute.step(session, live.repository, now=live.now, request_id="r1"):
            pass
    flaky = {case for case, state in states_of(done) if state is State.FLAKY}
    assert {case for case, state in states_live(live).items() if state is State.FLAKY} == flaky


def test_a_team_holds_from_a_lower_score_on_than_others_live_as_in_backtest(live: Live) -> None:
    text = (
        "flaky_threshold: 1\nowners: {'*': '@acme/web'}\n"
        "team_overrides: {web: {flaky_threshold: 0.6}}\n"
    )
    policed(live, text)
    with unit_of_work(live.engine) as session:
        nobody = Snapshot(SnapshotKind.OWNERS, "0", None, "")
        policies.write(session, REPO, nobody, now=live.now)
    live.see(story(live, seed=1))

    policy = read_policy(text).policy
    assert policy is not None
    done = replayed(live, under(policy))

    assert flags_of(done), "nobody is held: the story shows nothing"
    assert flags_live(live) == flags_of(done)
