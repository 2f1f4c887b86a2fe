"""What was said of a failure is said anew under the policy of the branch where it failed."""

from datetime import timedelta

import pytest

from app.core.decide import Cause
from app.db import judgements, policies
from app.db.policies import Snapshot, SnapshotKind
from app.db.session import unit_of_work
from tests.services.live import REPO, Attempt, Live

RELEASES = "rules: [{branch: 'release/*', exempt: true}]\n"
CASES = [f"case0-{number}" for number in range(6)]


def see(live: Live, run: int, branch: str, sha: str, *, fails: bool = False) -> None:
    results = {case: (not (fails and case == CASES[0]),) for case in CASES}
    at = live.now - timedelta(days=5) + timedelta(hours=run)
    live.see([Attempt(run, 1, at, sha, None, None, "linux", results, branch=branch)])


@pytest.mark.parametrize(
    ("failed_on", "passed_on", "cause"),
    [("release/2", "main", Cause.UNKNOWN), ("main", "release/2", Cause.FLAKY)],
)
def test_the_branch_of_the_failure_decides_whether_it_is_exempt(
    live: Live, failed_on: str, passed_on: str, cause: Cause
) -> None:
    file = Snapshot(SnapshotKind.POLICY, "a1", ".flakeguard.yml", RELEASES)
    with unit_of_work(live.engine) as session:
        policies.write(session, REPO, file, now=live.now - timedelta(days=9))
    for run in range(1, 20):
        see(live, run, "main", f"c{run}")

    see(live, 20, failed_on, "same", fails=True)
    see(live, 21, passed_on, "same")

    with unit_of_work(live.engine) as session:
        [found] = judgements.findings(session, REPO, [20])
    assert (found.finding.cause, found.finding.p_flaky > 0.9) == (cause, True)
