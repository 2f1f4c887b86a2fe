"""A suspect that only passes is one no longer, live as in backtest."""

from datetime import timedelta

import pytest

from app.core.decide import Standing, State
from app.core.history.reader import records_of
from app.core.policy.reading import PLACE, read_policy
from app.core.scorer.replay import Replay, replay
from app.core.scorer.under import under
from app.db import policies, standings
from app.db.policies import Snapshot, SnapshotKind
from app.db.session import unit_of_work
from app.services.export import export
from tests.services.live import Attempt, Live

DAYS = 73
RUNS = 60  # that only pass, after the failure
RULED = "rules: [{threshold: 0.9}]\n"
CASES = [f"case0-{n}" for n in range(4)]


def policed(live: Live, policy: str) -> None:
    chosen = Snapshot(SnapshotKind.POLICY, "f00d", PLACE, policy)
    with unit_of_work(live.engine) as session:
        policies.write(session, live.repo, chosen, now=live.now)


def stands(live: Live) -> Standing:
    """How the one case stands that failed."""
    with unit_of_work(live.engine) as session:
        [found] = standings.standings(session, live.repo)
    return found.standing


def replayed(live: Live, policy: str) -> Replay:
    """What backtest says of the export under a policy."""
    read = read_policy(policy).policy
    assert read is not None
    lines = list(export(live.engine, live.repository, now=live.now))
    return replay(records_of(lines), under(read), reports=len(lines), checkpoints=0)


def attempt(live: Live, number: int, nth: int = 1, *, fails: bool = False) -> Attempt:
    at = live.now - timedelta(days=DAYS * (1 - number / (RUNS + 1)), minutes=-nth)
    results = {case: (not (fails and case == CASES[0]),) for case in CASES}
    return Attempt(number, nth, at, f"main{number}", None, None, "linux", results)


@pytest.mark.parametrize("said", ["", "scorer: rolling-window\nmin_occurrences: 1\n", RULED])
def test_a_suspect_that_only_passes_is_one_no_longer_live_as_in_backtest(
    live: Live, said: str
) -> None:
    policed(live, said)
    live.see([attempt(live, 0), attempt(live, 1, fails=True), attempt(live, 1, 2)])
    before = stands(live)

    live.see(attempt(live, number) for number in range(2, RUNS + 2))

    now, [judged] = stands(live), replayed(live, said).judged()
    assert (before.state, now.state) == (State.SUSPECT, State.HEALTHY)
    assert judged.state is State.HEALTHY
    assert now.score == pytest.approx(judged.score, abs=0.02)
    assert now.rate < before.rate / 5
    assert now.last_failure_at == before.last_failure_at


def test_a_case_stands_with_the_passes_since_it_failed_first(live: Live) -> None:
    live.see([attempt(live, 0), attempt(live, 1, fails=True), attempt(live, 1, 2)])
    live.see(attempt(live, number) for number in range(2, 10))

    live.see([attempt(live, 10, fails=True)])

    assert stands(live).runs == 12
