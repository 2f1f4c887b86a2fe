"""What is said of how a case stands."""

from datetime import timedelta

from app.core.judging import standing_of
from app.core.scorer import memory
from app.core.scorer.policies import Evidence
from app.core.told import Told
from tests.core.scorer.world import START, Report, World

CASE = "case3-1"


def test_a_case_is_broken_since_the_branchs_first_commit_not_the_first_by_name() -> None:
    world = World()
    for number, code in enumerate(("m1", "m2", "zz1", "yy2", "aa4", "bb5"), start=1):
        for job, breaks_at in (("linux", 3), ("mac", 5)):
            at = START + timedelta(days=number)
            world.see(Report(at, number, code, job=job), [CASE] if number >= breaks_at else [])

    scorer = Evidence(world.state)
    found = memory.judged(scorer, [CASE], START + timedelta(days=7), warned=0.5)[CASE]

    assert standing_of(scorer, found, Told(), branch="main").broken_since == "zz1"
