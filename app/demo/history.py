"""Six weeks of the shop before a given moment: pure data, the same for the same seed."""

from datetime import datetime
from random import Random

from app.demo.causes import FLAKY
from app.demo.project import case_ids
from app.demo.records import History, Truth, TruthState
from app.demo.script import Act, Size, steps
from app.demo.timeline import Timeline, unfold
from app.demo.weather import plan_runs

DEFAULT_SEED = 20


def build_history(*, now: datetime, seed: int = DEFAULT_SEED, size: Size = "full") -> History:
    """The shop's history over the six weeks before the day of `now` (aware).

    Sha, run ids, times and circumstances follow from `now`'s day and the seed alone.
    """
    rng = Random(f"shop/{seed}")  # noqa: S311 -- a history, nothing secret
    script = steps(size)
    timeline = unfold(script, now=now, rng=rng)
    open_heads = frozenset(
        pull.pushes[-1].head_sha for pull in timeline.pulls.values() if pull.closed_at is None
    )
    runs = plan_runs(timeline.drafts, timeline.trees, open_heads=open_heads, rng=rng, size=size)
    return History(
        commits=tuple(timeline.commits),
        pulls=tuple(timeline.pulls.values()),
        runs=runs,
        truth=_truth(timeline, size),
        trees=timeline.trees,
    )


def _truth(timeline: Timeline, size: Size) -> dict[str, Truth]:
    """What every case that was ever collected really is."""
    healthy = Truth(TruthState.HEALTHY, "")
    truth = {case: healthy for tree in timeline.trees.values() for case in case_ids(tree)}
    truth |= {case: Truth(TruthState.FLAKY, cause) for cause, case in FLAKY.items()}
    titles = {pull.branch: pull.title for pull in timeline.pulls.values()}
    for step in steps(size):
        on_main = step.act is not Act.PUSH
        state = TruthState.REGRESSED if on_main else TruthState.PR_BUG
        cause = step.title if on_main else titles[step.pull]
        truth |= {case: Truth(state, cause) for case in step.broken}
    return truth
