"""A commit that takes a regression back at once shows no flake: its files are asked for, too."""

from datetime import timedelta

import pytest

from app.core.decide import State
from app.core.history.reader import records_of
from app.core.runs import Run
from app.core.scorer.policies import ScorerName, scorer_of
from app.core.scorer.replay import replay
from app.db import changes as stored
from app.db import standings
from app.db.changes import DEFAULT, Wanted
from app.db.session import unit_of_work
from app.services.export import export
from app.services.policy import changes
from tests.services.live import Attempt, Live

BROKEN = "case0-cart"
CASES = [BROKEN, *(f"case{folder}-{n}" for folder in range(3) for n in range(4))]
NEAR, FAR = "shop/cart.py", "docs/index.md"
RED, MENDING = 20, 21  # commits: the one that fails, and the next one


def attempt(live: Live, number: int, *, fails: bool = False, pr: int | None = None) -> Attempt:
    results = {case: (not (fails and case == BROKEN),) for case in CASES}
    at = live.now - timedelta(days=20) + timedelta(hours=5 * number)
    base = None if pr is None else "main1"
    return Attempt(number, 1, at, f"commit{number}", pr, base, "linux", results)


def touches(live: Live, number: int, file: str) -> None:
    """What the code host says of a commit of the default branch."""
    wanted = Wanted(f"commit{number}", DEFAULT, f"commit{number - 1}")
    with unit_of_work(live.engine) as session:
        stored.write(session, live.repo, wanted, [file], now=live.now)


def asked(live: Live, run: Run) -> list[Wanted]:
    return changes.missing(live.engine, live.repository, run)


@pytest.mark.parametrize(("file", "state"), [(NEAR, State.HEALTHY), (FAR, State.SUSPECT)])
def test_a_regression_that_is_taken_back_at_once_is_no_flake_live_as_in_backtest(
    live: Live, file: str, state: State
) -> None:
    live.see(attempt(live, number) for number in range(1, RED))
    touches(live, RED, NEAR)
    live.see([attempt(live, RED, fails=True)])
    touches(live, MENDING, file)

    live.see([attempt(live, MENDING)])

    with unit_of_work(live.engine) as session:
        [known] = standings.standings(session, live.repo)
    lines = list(export(live.engine, live.repository, now=live.now))
    done = replay(
        records_of(lines), scorer_of(ScorerName.EVIDENCE), reports=len(lines), checkpoints=0
    )
    [judged] = done.judged()
    assert (known.standing.state, judged.state) == (state, state)
    assert known.standing.score == pytest.approx(judged.score)


def test_what_a_green_commit_touches_is_asked_where_a_failure_of_the_branch_waits(
    live: Live,
) -> None:
    live.see(attempt(live, number) for number in range(1, RED - 1))
    green = live.store(attempt(live, RED - 1))
    before = asked(live, green)
    live.judge(green)
    live.see([attempt(live, RED, fails=True)])
    run = live.store(attempt(live, MENDING))

    wanted = asked(live, run)
    touches(live, MENDING, NEAR)
    again = asked(live, run)
    live.judge(run)
    after = asked(live, live.store(attempt(live, MENDING + 1)))

    assert before == []
    assert wanted == [Wanted(f"commit{MENDING}", DEFAULT, f"commit{RED}")]
    assert (again, after) == ([], [])


def test_a_failure_of_a_pull_request_has_no_commit_of_the_branch_asked_for(live: Live) -> None:
    live.see(attempt(live, number) for number in range(1, RED))
    live.see([attempt(live, RED, fails=True, pr=7)])

    assert asked(live, live.store(attempt(live, MENDING))) == []
