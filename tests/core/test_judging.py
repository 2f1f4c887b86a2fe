"""How a case stands, in numbers that agree with each other whichever scorer gave them."""

from datetime import timedelta

import pytest

from app.core.evidence import EvidenceKind
from app.core.judging import standing_of
from app.core.policy.names import ScorerName
from app.core.remembering import remembered
from app.core.scorer import memory
from app.core.scorer.policies import scorer_of
from app.core.told import Told
from tests.core.scorer.world import CASE, START, Report, World

RUNS, EVERY = 300, 10  # reports, of which every tenth fails the case


@pytest.mark.parametrize("name", [ScorerName.ROLLING_WINDOW, ScorerName.FLAKE_RATE])
def test_a_rate_is_told_with_the_runs_that_it_is_of(name: ScorerName) -> None:
    world, scorer, at = World(), scorer_of(name), START
    told: dict[str, Told] = {}
    for run in range(1, RUNS + 1):
        at = START + timedelta(hours=run)
        failing = [CASE] if run % EVERY == 0 else []
        seen, before = world.observation(Report(at, run, f"c{run}"), failing), scorer
        scorer, said = before.observe(seen)
        remembered(told, seen, said, before, sha=seen.code, culprits={})

    judged = memory.judged(scorer, [CASE], at, warned=0.5)
    standing = standing_of(scorer, judged[CASE], told[CASE], branch="main")

    (rate,) = (one for one in standing.evidence if one.kind is EvidenceKind.RATE)
    assert (standing.runs, standing.rate) == (RUNS, 1 / EVERY)
    assert (rate.facts["runs"], rate.facts["rate"]) == (RUNS, 1 / EVERY)
