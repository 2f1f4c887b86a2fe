"""A short history as signed webhooks through the real processes ends as `backtest` says."""

from datetime import timedelta

import pytest

from app.clock import utc_now
from app.core.history.records import CaseSet, Execution, Observation
from app.core.outcomes import Outcome
from app.demo.stage import Stage
from tests.services.live import Attempt, made_up
from tests.soak.driving import Soak, backtested, judged_anew, moved_to_now

pytestmark = pytest.mark.story

OUTCOMES = {True: Outcome.PASSED, False: Outcome.FAILED, None: Outcome.SKIPPED}


def observations(attempts: list[Attempt]) -> list[Observation]:
    sets: dict[tuple[str, ...], CaseSet] = {}
    seen = []
    for one in attempts:
        files = {case: f"part{case[4]}/{case}_test.py" for case in one.results}
        ran = sets.setdefault(tuple(files), CaseSet(f"s{len(sets)}", files))
        seen.append(
            Observation(
                at=one.at,
                run=one.run + 1_000,
                attempt=one.attempt,
                job=one.job,
                code=one.sha,
                branch="main" if one.pr is None else f"change-{one.pr}",
                pr=one.pr,
                base=one.base,
                changed=(f"shop/{one.sha}.py",),
                is_trusted=one.is_trusted,
                ran=ran,
                not_run=frozenset(),
                results={
                    case: tuple(
                        Execution(OUTCOMES[passed], None if passed else "3 != 4")
                        for passed in executions
                    )
                    for case, executions in one.results.items()
                    if executions != (True,)
                },
            )
        )
    return seen


def test_a_history_replayed_as_webhooks_ends_as_the_backtest_says(empty_stage: Stage) -> None:
    attempts = made_up(2, start=utc_now() - timedelta(days=30), commits=10)
    seen = moved_to_now(observations(attempts))
    soak = Soak(empty_stage.world.github)
    soak.open()

    soak.happen(seen)
    empty_stage.settle()

    expected = backtested(seen)
    found = judged_anew(empty_stage)
    assert {case: found[case][0] for case in expected} == {
        case: state for case, (state, _) in expected.items()
    }
    assert {case: found[case][1] for case in expected} == pytest.approx(
        {case: score for case, (_, score) in expected.items()}
    )
