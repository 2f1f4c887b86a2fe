"""Each run since a held case flaked counts once for its proof, however it comes to be judged."""

from datetime import datetime, timedelta
from itertools import permutations

import pytest
from sqlalchemy import text

from app.core.runs import Run
from app.db import decisions, standings
from app.db.session import unit_of_work
from app.services import acts
from app.services.acts import counting
from app.services.judging import recompute
from app.services.quarantine import proving
from tests.services.acting import MONA
from tests.services.live import REPO, Attempt, Live

CASES = [f"case0-{number}" for number in range(6)]
FLAKY = CASES[0]
PASS, FAIL, SKIP = (True,), (False,), (None,)


class Story:
    """Commits of main, twice a day, in which a case ended so or so."""

    def __init__(self, live: Live) -> None:
        self.live, self.number = live, 0
        for outcome in (PASS, PASS, FAIL, PASS, PASS, FAIL, PASS):
            self.see(outcome)
        with unit_of_work(live.engine) as session:
            [self.case_id] = [
                one.case_id for one in standings.standings(session, REPO) if one.name == FLAKY
            ]

    @property
    def at(self) -> datetime:
        return self.live.now - timedelta(days=20) + timedelta(hours=12 * self.number)

    def store(
        self, outcome: tuple[bool | None, ...], *, attempt: int = 1, pr: int | None = None
    ) -> Run:
        """The next commit, or another attempt of the last one; its report waits to be judged."""
        self.number += attempt == 1
        results = {case: outcome if case == FLAKY else PASS for case in CASES}
        sha, at = f"{self.number:040x}", self.at + timedelta(minutes=30 * (attempt - 1))
        base = None if pr is None else f"{1:040x}"
        one = Attempt(self.number, attempt, at, sha, pr, base, "linux", results)
        return self.live.store(one)

    def see(self, *outcomes: tuple[bool | None, ...], pr: int | None = None) -> list[Run]:
        """One commit after the other, each judged as it comes."""
        runs = []
        for outcome in outcomes:
            runs.append(self.store(outcome, pr=pr))
            self.live.judge(runs[-1])
        return runs

    def activate(self) -> None:
        with unit_of_work(self.live.engine) as session:
            acts.activate(session, REPO, self.case_id, MONA, now=self.at)
            session.execute(text("UPDATE quarantine SET clean_needed = 40"))

    def claim(self) -> None:
        with unit_of_work(self.live.engine) as session:
            at = self.at + timedelta(hours=1)
            assert proving.claim_fix(session, REPO, self.case_id, MONA, fix="77ab12c", now=at)

    def clean_runs(self) -> int:
        with unit_of_work(self.live.engine) as session:
            return decisions.newest(session, REPO, [self.case_id])[self.case_id].clean_runs

    def recomputed(self) -> int:
        """The clean runs after a recompute."""
        is_done = False
        while not is_done:
            with unit_of_work(self.live.engine) as session:
                repository, now = self.live.repository, self.live.now
                is_done = recompute.step(session, repository, now=now, request_id="test")
        return self.clean_runs()

    def counted(self) -> list[int]:
        """The runs that count, by their number."""
        with unit_of_work(self.live.engine) as session:
            rows = session.execute(
                text("SELECT run_id FROM proof_run WHERE is_clean ORDER BY run_id, attempt")
            )
            return [row[0] for row in rows]


@pytest.fixture
def story(live: Live) -> Story:
    return Story(live)


def test_what_ran_since_the_flake_counts_as_soon_as_the_case_is_held(story: Story) -> None:
    story.see(PASS, SKIP)
    story.activate()

    assert (story.clean_runs(), story.counted()) == (2, [7, 8])


def test_a_run_that_is_judged_again_is_not_counted_again(story: Story) -> None:
    earlier = story.see(PASS, PASS)
    story.activate()
    held = story.clean_runs()
    for run in earlier * 2:
        story.live.judge(run)

    assert (held, story.clean_runs(), story.counted()) == (3, 3, [7, 8, 9])


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_order_in_which_runs_are_judged_is_all_the_same(
    story: Story, order: tuple[int, ...]
) -> None:
    story.activate()
    runs = [story.store(PASS), story.store(PASS, pr=4), story.store(PASS)]
    for place in order:
        story.live.judge(runs[place])

    assert (story.clean_runs(), story.counted()) == (4, [7, 8, 9, 10])


def test_a_run_after_a_flake_counts_though_it_was_judged_before_it(story: Story) -> None:
    story.activate()
    story.see(PASS)
    failed = story.store(FAIL)
    story.see(PASS, PASS)
    story.live.judge(failed)

    assert (story.clean_runs(), story.counted()) == (2, [10, 11])


def test_a_claim_that_is_refuted_late_leaves_every_run_since_counted(story: Story) -> None:
    story.activate()
    story.claim()
    failed = story.store(FAIL)
    story.see(PASS)
    story.see(PASS, pr=4)
    story.live.judge(failed)

    assert (story.clean_runs(), story.counted()) == (2, [9, 10])


def test_a_run_after_the_claim_counts_though_it_was_renewed_before_it_was_judged(
    story: Story,
) -> None:
    story.activate()
    story.claim()
    waiting = story.store(PASS)
    with unit_of_work(story.live.engine) as session:
        session.execute(text("UPDATE run SET ingested_at = NULL WHERE run_id = 8"))
        at = story.at + timedelta(hours=1)
        acts.renew(session, REPO, story.case_id, MONA, reason="Not yet.", now=at)
    renewed = story.clean_runs()
    story.live.judge(waiting)

    assert (renewed, story.clean_runs(), story.counted()) == (1, 2, [7, 8])


def test_what_ran_while_it_had_ended_counts_once_it_is_renewed(story: Story) -> None:
    story.activate()
    with unit_of_work(story.live.engine) as session:
        session.execute(text("UPDATE quarantine SET state = 'expired', until = now()"))
    story.see(PASS, PASS)
    with unit_of_work(story.live.engine) as session:
        acts.renew(session, REPO, story.case_id, MONA, reason="Not yet.", now=story.at)

    assert (story.clean_runs(), story.counted()) == (3, [7, 8, 9])


def test_what_ran_while_it_was_released_counts_once_that_is_taken_back(story: Story) -> None:
    story.activate()
    with unit_of_work(story.live.engine) as session:
        released = acts.release(session, REPO, story.case_id, MONA, reason="", now=story.at)
    story.see(PASS)
    with unit_of_work(story.live.engine) as session:
        acts.undo(session, REPO, released.event_id, MONA, now=story.at)

    assert (story.clean_runs(), story.counted()) == (2, [7, 8])


def test_a_run_that_began_before_the_flake_counts_by_none_of_its_attempts(story: Story) -> None:
    story.activate()
    before = story.store(PASS)
    flaky = story.store(FAIL)
    # Run again after the flake: the code is no newer for it, whichever attempt is judged first.
    again = Attempt(
        before.key.run_id,
        2,
        story.at + timedelta(hours=2),
        before.head_sha,
        None,
        None,
        "linux",
        dict.fromkeys(CASES, PASS),
    )
    story.live.judge(story.live.store(again))
    story.live.judge(flaky)
    story.see(PASS)

    assert (story.clean_runs(), story.counted()) == (1, [10])


def test_an_attempt_that_failed_makes_the_run_count_no_more(story: Story) -> None:
    story.activate()
    [run] = story.see(PASS, pr=4)
    counted = story.clean_runs()
    one = Attempt(
        run.key.run_id,
        1,
        story.at,
        run.head_sha,
        4,
        run.base_sha,
        "mac",
        {case: FAIL if case == FLAKY else PASS for case in CASES},
    )
    story.live.judge(story.live.store(one))

    assert (counted, story.clean_runs(), story.counted()) == (2, 1, [7])


def test_a_healed_case_that_is_reopened_counts_from_now_on(story: Story) -> None:
    story.activate()
    with unit_of_work(story.live.engine) as session:
        session.execute(text("UPDATE quarantine SET clean_needed = 3"))
    story.see(PASS, PASS)
    with unit_of_work(story.live.engine) as session:
        acts.reopen(session, REPO, story.case_id, MONA, reason="It was none.", now=story.at)
    reopened = story.clean_runs()
    story.see(PASS)

    assert (reopened, story.clean_runs()) == (0, 1)


def test_a_run_that_is_told_of_too_late_counts_once_too(story: Story) -> None:
    story.activate()
    late = story.store(PASS)
    with unit_of_work(story.live.engine) as session:
        counting.count_past(session, late)
        counting.count_past(session, late)

    assert (story.clean_runs(), story.counted()) == (2, [7, 8])


def test_a_recompute_counts_what_was_never_counted_and_nothing_twice(story: Story) -> None:
    story.activate()
    story.see(PASS, PASS)
    counts = [story.recomputed()]
    with unit_of_work(story.live.engine) as session:
        session.execute(text("DELETE FROM proof_run WHERE run_id < 9"))
        session.execute(text("UPDATE quarantine SET clean_runs = 1"))
    counts += [story.recomputed(), story.recomputed()]

    assert (counts, story.counted()) == ([3, 3, 3], [7, 8, 9])
