"""Replaying a history equals updating a state, report by report."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.history.reader import records_of
from app.core.history.records import CaseSet, Header, Observation
from app.core.history.writer import case_set_line, header_line, observation_line
from app.core.policy.names import ScorerName
from app.core.scorer.policies import scorer_of
from app.core.scorer.replay import replay
from app.core.scorer.standing import scores
from app.core.scorer.state import State
from app.core.scorer.update import update
from tests.core.scorer.world import World, names, pushes, rerun

FILES = {**names(), "new": None}
SETS = (CaseSet("all", FILES), CaseSet("most", dict(list(FILES.items())[5:])))


def story(chance: Random) -> list[Observation]:
    """Failures, alone and together, re-runs, forks, and two sets of cases, by their times."""
    world, seen = World(), []
    for report in pushes(8, jobs=2):
        world.ran = SETS[report.run // 9 % 2]
        cases = sorted(world.ran.files)
        failing = chance.sample(cases, chance.choice([0, 0, 0, 1, 1, 7]))
        is_trusted = report.pr is None or chance.random() < 0.9
        for one, fails in ((report, failing), (rerun(report), failing[2:])):
            told = replace(one, is_trusted=is_trusted)
            is_retried = chance.random() < 0.2
            seen.append(world.observation(told, fails, retried=is_retried))
    return sorted(seen, key=lambda one: (one.at, one.run, one.attempt, one.job))


def written(seen: list[Observation]) -> list[bytes]:
    names_of = {case: case for case in FILES}
    sets = [case_set_line(ran, names_of) for ran in SETS]
    lines = [observation_line(one, names_of) for one in seen]
    return [header_line(Header("acme/shop", "main")), *sets, *lines]


@settings(max_examples=6)
@given(seed=st.integers(0, 10_000))
def test_replaying_equals_updating(seed: int) -> None:
    seen = story(Random(seed))
    state, said, changed = State(), [], []
    for one in seen:
        state, told = update(state, one)
        said += [(one.run, one.attempt, one.job, of.case, of.p_flaky) for of in told.findings]
        changed += [(of.case, of.at) for of in told.changes if of.is_flaky]

    done = replay(
        records_of(written(seen)), scorer_of(ScorerName.EVIDENCE), reports=len(seen), checkpoints=1
    )

    assert [(one.run, one.attempt, one.job, one.case, one.p_flaky) for one in done.failures] == said
    flags = [(case, flag.since) for case, flags in done.flags.items() for flag in flags]
    assert sorted(flags) == sorted(changed)
    last = seen[-1].at.timestamp()
    assert done.scorer.scores(seen[-1].at) == pytest.approx(scores(state, last), abs=1e-12)
    assert len(said) > 100
