"""A change of policy tried on what ran: it says what each of the two would have decided."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from app.core.history.reader import records_of
from app.core.policy.comparing import Compared
from app.core.policy.names import ScorerName
from app.core.policy.policy import Policy, default_policy
from app.core.policy.reading import read_policy
from app.core.scorer.replay import Replay, replay
from app.core.scorer.under import under
from app.db import policies, trials
from app.db.policies import Snapshot, SnapshotKind
from app.db.session import unit_of_work
from app.services.export import export
from app.services.policy import trying
from tests.services.live import REPO, Live, made_up

DAYS_BACK = 36  # some of it before the days that count
BRANCH = "stricter"
RULES = "rules: [{file: 'part2/**', consecutive_failures: 2}, {tag: slow, threshold: 0.2, days: 9}]"


@pytest.fixture
def story(live: Live) -> Live:
    live.see(made_up(3, start=live.now - timedelta(days=DAYS_BACK), commits=45))
    return live


def proposed(live: Live, text: str, *, sha: str) -> None:
    read = Snapshot(SnapshotKind.POLICY, sha, ".flakeguard.yml", text, read_policy(text).faults)
    with unit_of_work(live.engine) as session:
        policies.propose(session, REPO, BRANCH, read, now=live.now)


def turns(live: Live) -> int:
    """Try all that is stored; how many turns it took."""
    for turn in range(1, 100):
        with unit_of_work(live.engine) as session:
            if trying.step(session, live.repository, BRANCH, now=live.now):
                return turn
    raise AssertionError("no end")


def tried(live: Live, text: str, *, sha: str) -> Compared:
    proposed(live, text, sha=sha)
    turns(live)
    return found(live)


def found(live: Live) -> Compared:
    with unit_of_work(live.engine) as session:
        row = trials.outcome(session, REPO, BRANCH)
    assert row is not None
    return row


def backtested(live: Live, policy: Policy) -> Replay:
    lines: Sequence[bytes] = list(export(live.engine, live.repository, now=live.now))
    return replay(records_of(lines), under(policy), reports=len(lines), checkpoints=0)


def of_late(live: Live, done: Replay) -> tuple[set[str], int, int]:
    """Who was held in the days that count, and how many failures met one of all."""
    since = live.now - timedelta(days=30)
    held = {
        case
        for case, flags in done.flags.items()
        if any(flag.until is None or flag.until > since for flag in flags)
    }
    failures = [one for one in done.failures if one.at > since]
    met = [
        one
        for one in failures
        for flag in done.flags.get(one.case, ())
        if flag.since < one.at
        and (flag.until is None or one.at <= flag.until)
        and not one.is_exempt
    ]
    return held, len(met), len(failures)


POLICIES = (
    "flaky_threshold: 0.99",
    "exempted_tests: ['*case2-3*']",
    RULES,
    "rules: [{branch: main, exempt: true}]",
    "scorer: flake-rate",
    "scorer: rolling-window\nmin_occurrences: 5",
)


def test_it_is_what_backtest_says_of_both_policies(story: Live) -> None:
    before, met_before, failures = of_late(story, backtested(story, default_policy()))
    for sha, text in enumerate(POLICIES):
        policy = read_policy(text).policy
        assert policy is not None

        said = tried(story, text, sha=f"f{sha}")

        after, met_after, _ = of_late(story, backtested(story, policy))
        assert set(said.held) == after - before
        assert set(said.released) == before - after
        assert (said.excused_before, said.excused_after) == (met_before, met_after)
        assert said.failures == failures > met_before > 0
        assert said.scorer is (None if policy.scorer is ScorerName.EVIDENCE else policy.scorer)


def test_many_turns_come_to_the_same_as_one_and_another_change_begins_anew(
    story: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = tried(story, RULES, sha="f0")
    monkeypatch.setattr(trying, "REPORTS_A_TURN", 25)
    proposed(story, "exempted_tests: ['*']", sha="f1")
    with unit_of_work(story.engine) as session:
        assert not trying.step(session, story.repository, BRANCH, now=story.now)

    proposed(story, f"{RULES}\n", sha="f2")

    assert turns(story) > 3
    assert found(story) == at_once


def test_what_is_put_aside_does_not_depend_on_how_often(
    story: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    def put_aside(reports: int, *, times: int) -> object:
        monkeypatch.setattr(trying, "REPORTS_A_TURN", reports)
        proposed(story, RULES, sha=f"of{reports}")
        with unit_of_work(story.engine) as session:
            for _ in range(times):
                assert not trying.step(session, story.repository, BRANCH, now=story.now)
            kept = trials.locked(session, REPO, BRANCH)
        assert kept is not None
        assert kept.trial is not None
        return {**kept.trial, "of": None}

    assert put_aside(20, times=5) == put_aside(100, times=1)


def test_a_file_with_a_fault_is_not_tried(live: Live) -> None:
    proposed(live, "mod: act", sha="f0")

    assert turns(live) == 1
    with unit_of_work(live.engine) as session:
        assert trials.outcome(session, REPO, BRANCH) is None
