"""Jobs that are re-run for a case's sake, on the sandbox's GitHub: by leave, once, and as proof."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from app.core.deliveries import RepositorySeen
from app.core.errors import Conflict
from app.core.policy.reading import PLACE
from app.core.runs import Repository
from app.db import policies, repositories, reruns
from app.db.policies import Snapshot, SnapshotKind
from app.db.session import Engine, unit_of_work
from app.demo.replay import zipped
from app.render.words.reruns import said_of
from app.sandbox.github.entities import Change, Job, Run
from app.services import acts
from app.services.acts import Actor
from app.services.answers import aftermath
from bots.github.client import GitHubHosts
from jobs import schedule
from tests.bots.doors import Doors
from tests.bots.office import Office
from tests.bots.shop import REPO, Shop
from tests.jobs.desk import Desk
from tests.stories.shop import FAILURE, junit

MONA = Actor("mona", "cli", "r7")
CASE = "test_total"
FILE = ".github/workflows/ci.yml"
ALONE = b"jobs: {unit: {runs-on: ubuntu-latest}}"


@dataclass
class Bench:
    """The shop's CI, and our hands on it."""

    office: Office
    shop: Shop
    doors: Doors
    repo: int
    policy_said: str = ""

    def policy(self, said: str) -> None:
        """What the default branch says from now on."""
        self.policy_said = said
        read = Snapshot(SnapshotKind.POLICY, "f" * 40, PLACE, said)
        with unit_of_work(self.office.desk.engine) as session:
            policies.write(session, self.repo, read, now=self.shop.clock())

    def start(self, *, passes: bool, workflow: bytes = ALONE, number: int = 901) -> Run:
        """A run of main that ends so; what follows is done."""
        at = self.shop.clock()
        sha = f"{number:040x}"
        self.shop.world.github.push(
            REPO,
            "main",
            sha,
            author="ann",
            message="Sell",
            at=at,
            files=[Change(FILE, workflow), Change(PLACE, self.policy_said.encode())],
        )
        run = self.shop.world.github.start_run(
            REPO, number, head_sha=sha, branch="main", actor="ann", at=at
        )
        self.finish(run, passes=passes)
        return run

    def finish(self, run: Run, *, passes: bool) -> None:
        """The newest attempt ends so, and what follows is done."""
        began = self.shop.clock()
        self.shop.clock.turn(timedelta(minutes=4))
        ended = self.shop.clock()
        conclusion = "success" if passes else "failure"
        results = {CASE: None if passes else FAILURE, "test_other": None}
        self.shop.world.github.finish_attempt(
            run,
            conclusion=conclusion,
            at=ended,
            jobs=[Job("unit", conclusion, began, ended)],
            artifacts=[("unit", zipped(junit(results, at=began)), ended)],
        )
        self.hear()

    def hear(self) -> None:
        self.shop.clock.turn(timedelta(seconds=30))  # webhooks take their time
        self.shop.world.github.hooks.drain()
        for one in self.doors.kept.values():
            self.office.inbox.store(one)
        self.office.work()

    def look_again(self, *, after: timedelta) -> None:
        """What the clock does."""
        self.shop.clock.turn(after)
        schedule.look_after_reruns(self.office.context)
        self.office.work()

    @property
    def case_id(self) -> UUID:
        ((found,),) = self.rows(f"SELECT case_id FROM case_ WHERE name = '{CASE}'")
        return UUID(str(found))

    def ask(self, times: int) -> None:
        with unit_of_work(self.office.desk.engine) as session:
            now = self.shop.clock()
            done = acts.rerun(session, self.repo, self.case_id, MONA, times=times, now=now)
            follows = aftermath.follows(session, self.repo, done, now=now)
            aftermath.ask(session, follows, request_id="r7", now=now)
        self.office.work()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.office.rows(query)

    def do(self, statement: str) -> None:
        with unit_of_work(self.office.desk.engine) as session:
            session.execute(text(statement))

    @property
    def said(self) -> str:
        """What is shown of the newest wish."""
        with unit_of_work(self.office.desk.engine) as session:
            (newest,) = reruns.of_case(session, self.repo, self.case_id, limit=1)
        return said_of(newest)

    @property
    def asked(self) -> int:
        return sum("/rerun >" in one for one in self.shop.asked())


@pytest.fixture
def bench(engine: Engine, shop: Shop, hosts: GitHubHosts, doors: Doors) -> Bench:
    office = Office(Desk(engine), shop, hosts)
    found = shop.world.github.repository(REPO)
    known = Repository(found.id, REPO, "main", shop.installation.id)
    with unit_of_work(engine) as session:
        seen = RepositorySeen(known, is_private=False, is_news=True)
        repositories.note_repository(session, seen, now=shop.clock())
    bench = Bench(office, shop, doors, found.id)
    bench.policy("mode: act\nproof_jobs: [unit]")
    return bench


def test_a_failure_that_nobody_can_tell_is_run_again_on_the_same_commit_until_it_passes(
    bench: Bench,
) -> None:
    run = bench.start(passes=False)
    running = bench.said
    bench.finish(run, passes=False)
    bench.finish(run, passes=True)

    asked_for = "of the job unit, asked for by FlakeGuard to see whether its failure repeats on"
    assert running == f"0 of 3 re-runs {asked_for} the same code: running."
    assert bench.said == f"2 of 3 re-runs {asked_for} the same code: done; 1 passed, 1 failed."
    assert bench.asked == 2
    assert [one.number for one in run.attempts] == [1, 2, 3]
    assert bench.rows("SELECT flakes FROM case_state") == [(1,)]
    assert bench.rows("SELECT minutes FROM rerun_attempt") == [(4.0,), (4.0,)]


def test_what_would_deploy_is_never_run_again(bench: Bench) -> None:
    bench.start(passes=False, workflow=ALONE[:-1] + b", ship: {environment: production}}")

    assert "The workflow uses a deployment environment" in bench.said
    assert ": not run." in bench.said
    assert bench.asked == 0


def test_nothing_is_run_again_that_the_policy_does_not_name(bench: Bench) -> None:
    bench.policy("mode: act\nproof_jobs: [browser]")
    bench.start(passes=True)

    bench.ask(2)

    assert "names no job in which this case runs" in bench.said
    assert bench.asked == 0


def test_without_mode_act_only_people_have_anything_run_again(bench: Bench) -> None:
    bench.policy("proof_jobs: [unit]")
    run = bench.start(passes=False)
    of_our_own_accord = bench.asked
    bench.ask(2)
    bench.finish(run, passes=False)
    bench.finish(run, passes=True)

    assert of_our_own_accord == 0
    asked_for = "2 of 2 re-runs of the job unit, asked for by @mona"
    assert bench.said == f"{asked_for}: done; 1 passed, 1 failed."
    bench.policy("mode: act")
    with pytest.raises(Conflict, match="set `proof_jobs`"):
        bench.ask(1)


def test_a_command_in_a_pull_request_asks_for_re_runs_on_the_default_branch(bench: Bench) -> None:
    bench.policy("proof_jobs: [unit]")
    bench.start(passes=False)
    bench.shop.open_pull_request()
    bench.shop.world.github.comment(REPO, 7, user="ann", body=f"/flakeguard rerun {CASE} 2")

    bench.hear()

    assert bench.said == "0 of 2 re-runs of the job unit, asked for by @ann: running."
    assert bench.asked == 1


def test_an_attempt_whose_answer_was_lost_is_not_asked_for_twice(bench: Bench) -> None:
    bench.policy("proof_jobs: [unit]")
    run = bench.start(passes=True)
    bench.shop.world.faults.add("*/rerun", method="POST", status=502, after_work=True)

    bench.ask(1)
    bench.shop.clock.turn(timedelta(minutes=1))
    bench.office.work()
    bench.look_again(after=timedelta(minutes=6))
    bench.finish(run, passes=True)

    assert len(run.attempts) == 2
    assert bench.asked == 1
    assert bench.said.endswith(": done; 1 passed, 0 failed.")


def test_an_attempt_that_never_came_to_be_is_asked_for_again(bench: Bench) -> None:
    bench.policy("proof_jobs: [unit]")
    run = bench.start(passes=True)
    bench.shop.world.faults.add("*/rerun", method="POST", drop=True)

    bench.ask(1)
    bench.look_again(after=timedelta(minutes=6))

    assert len(run.attempts) == 2
    assert bench.asked == 2


def test_a_days_minutes_are_kept_to(bench: Bench) -> None:
    bench.policy("proof_jobs: [unit]\nproof_minutes: 12")
    run = bench.start(passes=True)
    bench.ask(5)
    for _ in range(3):
        bench.finish(run, passes=True)
    waiting, asked = bench.said, bench.asked

    bench.look_again(after=timedelta(hours=25))

    assert "Waits: 12 CI minutes a day are spent on re-runs already." in waiting
    assert ": queued; 3 passed, 0 failed." in waiting
    assert (asked, bench.asked) == (3, 4)


def test_each_re_run_of_a_claimed_fix_counts_towards_its_proof(bench: Bench) -> None:
    bench.policy("proof_jobs: [unit]")
    bench.start(passes=False)
    bench.policy("mode: act\nproof_jobs: [unit]")
    bench.do("UPDATE case_state SET state = 'flaky', last_flake_at = last_failure_at")
    with unit_of_work(bench.office.desk.engine) as session:
        acts.activate(session, bench.repo, bench.case_id, MONA, now=bench.shop.clock())
    bench.do(
        "UPDATE quarantine SET clean_needed = 4, state = 'fix_pending', fix = '#1',"
        f" clean_since = now() - interval '9 years', since = '{bench.shop.clock()}'"
    )
    bench.shop.clock.turn(timedelta(hours=1))

    run = bench.start(passes=True, number=902)
    begun = bench.said
    for _ in range(3):
        bench.finish(run, passes=True)

    assert begun.startswith("0 of 3 re-runs of the job unit, asked for by FlakeGuard to prove")
    assert bench.said.endswith("to prove the fix: done; 3 passed, 0 failed.")
    assert bench.rows("SELECT state, clean_runs FROM quarantine") == [("resolved", 4)]
