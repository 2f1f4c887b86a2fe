"""What runs and the clock do to quarantines, on a real database."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from app.api import plan_shapes
from app.core.decide import State
from app.core.deliveries import Pushed, PushSeen
from app.core.holding import WhyNot
from app.core.outcomes import Outcome
from app.core.runs import Repository, Run, RunKey
from app.db import decisions, feedback, runs
from app.db.executions import OUTCOME_CODES
from app.db.session import Engine, unit_of_work
from app.db.tables.thought import FindingRow
from app.services import acts, plans
from app.services.acts import Actor
from app.services.acts.actor import ourselves
from app.services.judging.evaluate import Changed
from app.services.publishing.commit_facts import Addresses
from app.services.quarantine import claims, expiry, proposing
from app.services.quarantine import runs as quarantine
from tests.web.world import FAILED, NOW, PASSED, World

MONA = Actor("mona", "cli", "r7")
SKIPPED = OUTCOME_CODES[Outcome.SKIPPED]
DAY = timedelta(days=1)
Wanted = Any


@dataclass
class Shop:
    """A repository with one flaky case, and runs that come one after the other."""

    world: World
    repo: int
    case_id: UUID
    at: datetime = NOW

    @property
    def engine(self) -> Engine:
        return self.world.engine

    @property
    def repository(self) -> Repository:
        return Repository(self.repo, "acme/shop", "main", None)

    def run(
        self, *outcomes: int, changed: State | None = None, proposes: bool = True, **given: Wanted
    ) -> Run:
        """A run in which the case ended so, attempt by attempt; then what follows it."""
        self.at += timedelta(hours=1)
        number = 20_000 + self.world.next("shop_run")
        sha = f"{number:040x}"
        for attempt, outcome in enumerate(outcomes, start=1):
            values = {"started_at": self.at, "head_sha": sha, "code": sha} | given
            row = self.world.run(self.repo, run_id=number, attempt=attempt, **values)
            report = self.world.report(row)
            self.world.execution(row, report, self.case_id, outcome)
            if outcome == FAILED:
                self.world.occurrence(row, report, self.case_id)
        if FAILED in outcomes and PASSED in outcomes:
            self.flaked(number)
        with unit_of_work(self.engine) as session:
            run = runs.run(session, RunKey(self.repo, number, 1))
            assert run is not None
            self.follow(run, {self.case_id: changed} if changed else {}, proposes=proposes)
        return run

    def pull(self, number: int, file: str | None, **given: Wanted) -> Run:
        """The case flakes in a pull request that changes this file; None: nobody knows which."""
        sha = f"{20_001 + self.world.numbers.get('shop_run', 0):040x}"
        if file is not None:
            values = {"repo": self.repo, "sha": sha, "pr": number, "file": file, "now": NOW}
            with unit_of_work(self.engine) as session:
                session.execute(CHANGED, values)
        return self.run(FAILED, PASSED, branch_class="pull_request", pr_number=number, **given)

    def flaked(self, number: int) -> None:
        row = FindingRow(
            repo_id=self.repo,
            run_id=number,
            attempt=1,
            case_id=self.case_id,
            variant="test",
            cause="flaky",
            p_flaky=0.9,
            algorithm_version=1,
            found_at=self.at,
        )
        with unit_of_work(self.engine) as session:
            session.add(row)
        self.set("last_flake_at", self.at + timedelta(minutes=5))

    def set(self, column: str, value: object) -> None:
        with unit_of_work(self.engine) as session:
            session.execute(text(f"UPDATE case_state SET {column} = :value"), {"value": value})

    def follow(self, run: Run, changed: dict[UUID, State], *, proposes: bool = True) -> None:
        turned = [
            Changed(case_id, State.SUSPECT, state, is_dismissal=False, run=run)
            for case_id, state in changed.items()
        ]
        with unit_of_work(self.engine) as session:
            quarantine.follow(
                session,
                self.repository,
                turned,
                run,
                now=self.at,
                request_id="r1",
                proposes=proposes,
            )

    def other(self) -> "Shop":
        """The same repository with another case that is flaky, too."""
        case_id = self.world.case(self.repo, "test_other")
        self.world.held(self.repo, case_id)
        return replace(self, case_id=case_id)

    def hold(self, needed: int = 3) -> None:
        with unit_of_work(self.engine) as session:
            acts.activate(session, self.repo, self.case_id, MONA, now=self.at)
        with unit_of_work(self.engine) as session:
            session.execute(text("UPDATE quarantine SET clean_needed = :n"), {"n": needed})

    def decision(self) -> Any:  # noqa: ANN401 -- a row
        with unit_of_work(self.engine) as session:
            return decisions.newest(session, self.repo, [self.case_id]).get(self.case_id)

    def steps(self) -> Sequence[str]:
        with unit_of_work(self.engine) as session:
            return [one.event for one in decisions.events(session, self.repo, self.case_id)]

    def corrections(self) -> list[tuple[str, float]]:
        with unit_of_work(self.engine) as session:
            found = feedback.since(session, self.repo, NOW)
        return [(one.kind.value, one.p_flaky) for one in found]

    def propose(self, run: Run) -> WhyNot | None:
        with unit_of_work(self.engine) as session:
            return proposing.propose(
                session, self.repository, self.case_id, run, ourselves("worker", "r"), now=self.at
            )


@pytest.fixture
def shop(engine: Engine) -> Shop:
    world = World(engine)
    repo = world.repository()
    case_id = world.case(repo)
    world.held(repo, case_id)
    return Shop(world, repo, case_id)


def test_clean_runs_are_counted_once_each_and_prove_the_case_healed(shop: Shop) -> None:
    shop.hold(needed=3)

    first = shop.run(PASSED)
    shop.follow(first, {})  # evaluated again
    shop.run(PASSED)
    two = shop.decision()
    shop.run(PASSED)
    healed = shop.decision()

    assert (two.state, two.clean_runs) == ("active", 2)
    assert (healed.state, healed.reason) == ("resolved", "Healed: 3 runs in a row were clean.")
    assert shop.steps() == ["proposed", "approved", "fix_claimed", "proven"]
    assert shop.corrections() == [("proven_fix", 0.96)]


def test_a_case_that_only_skips_is_never_healed(shop: Shop) -> None:
    shop.hold(needed=2)

    for _ in range(5):
        shop.run(SKIPPED)

    assert (shop.decision().state, shop.decision().clean_runs) == ("active", 0)


def test_a_run_that_fails_for_its_own_neither_counts_nor_sets_back(shop: Shop) -> None:
    shop.hold(needed=3)

    shop.run(PASSED)
    shop.run(FAILED, branch_class="pull_request", pr_number=4)
    shop.run(PASSED)

    assert (shop.decision().state, shop.decision().clean_runs) == ("active", 2)


def test_a_flake_starts_the_count_anew(shop: Shop) -> None:
    shop.hold(needed=3)

    shop.run(PASSED)
    shop.run(PASSED)
    shop.run(FAILED, PASSED)
    anew = shop.decision()
    shop.run(PASSED)

    assert (anew.state, anew.clean_runs) == ("active", 0)
    assert anew.clean_since == shop.at - timedelta(minutes=55)
    assert shop.decision().clean_runs == 1


def test_a_claimed_fix_waits_for_its_proof_and_a_flake_takes_it_back(shop: Shop) -> None:
    shop.hold(needed=40)
    with unit_of_work(shop.engine) as session:
        claimed = quarantine.claim_fix(
            session, shop.repo, shop.case_id, MONA, fix="77ab12c9d0e1", now=shop.at
        )
    pending = shop.decision()
    shop.run(FAILED, PASSED)

    assert claimed
    assert (pending.state, pending.fix) == ("fix_pending", "77ab12c9d0e1")
    assert pending.reason == "A fix is claimed by 77ab12c and waits for its proof."
    assert shop.decision().state == "active"
    assert shop.steps()[-2:] == ["fix_claimed", "flaked"]


def test_a_healed_case_that_flakes_again_gets_its_old_quarantine_back(shop: Shop) -> None:
    shop.hold(needed=1)
    shop.run(PASSED)
    healed = shop.decision()

    shop.run(FAILED, PASSED)

    again = shop.decision()
    assert healed.state == "resolved"
    assert (again.state, again.id) == ("active", healed.id)
    assert again.reason.startswith("It flaked again, so its old quarantine is open again until ")


def test_a_case_that_turns_broken_leaves_at_once_and_the_correction_is_kept(shop: Shop) -> None:
    shop.hold()
    shop.set("state", "broken")

    shop.run(FAILED, changed=State.BROKEN)

    assert (shop.decision().state, shop.decision().decided_by) == ("dismissed", "FlakeGuard")
    assert shop.corrections() == [("turned_broken", 0.96)]


def test_a_flaky_case_is_proposed_on_two_runs_of_two_commits_and_not_on_one(shop: Shop) -> None:
    once = shop.run(FAILED, PASSED, changed=State.FLAKY)
    none = shop.decision()
    shop.run(FAILED, PASSED, changed=State.FLAKY)

    assert none is None
    assert shop.propose(once) is None  # proposed already: nothing more to do
    found = shop.decision()
    assert (found.state, found.decided_by) == ("proposed", "FlakeGuard")
    assert found.reason == "Its score is 0.96, and the policy's threshold is 0.90."
    assert found.owner is None


def test_switched_off_nothing_is_proposed_and_people_still_may(shop: Shop) -> None:
    shop.run(FAILED, PASSED, changed=State.FLAKY, proposes=False)
    shop.run(FAILED, PASSED, changed=State.FLAKY, proposes=False)

    assert shop.decision() is None
    shop.hold()
    assert shop.decision().state == "active"


def test_a_run_of_a_fork_decides_nothing(shop: Shop) -> None:
    shop.hold(needed=1)

    shop.run(PASSED, is_trusted=False)
    shop.run(FAILED, changed=State.BROKEN, is_trusted=False)

    assert (shop.decision().state, shop.decision().clean_runs) == ("active", 0)


def test_a_pull_request_that_changes_the_case_gives_no_reason_to_hold_it(shop: Shop) -> None:
    first, second = shop.pull(4, CART), shop.pull(5, CART)

    touched = shop.propose(second)
    third = shop.pull(6, "README.md")
    once = shop.propose(third)
    fourth = shop.pull(7, None)
    unknown = shop.propose(fourth)

    assert first.pr_number == 4
    assert touched is WhyNot.CHANGED_HERE
    assert once is WhyNot.ONE_RUN
    assert unknown is WhyNot.CHANGE_UNKNOWN
    assert shop.propose(third) is WhyNot.NOT_AUTOMATIC
    assert shop.decision().state == "proposed"


def test_a_flaky_case_is_proposed_when_what_stood_in_the_way_is_gone(shop: Shop) -> None:
    shop.pull(4, "README.md", changed=State.FLAKY)
    alone = shop.decision()

    shop.pull(5, "README.md")

    assert alone is None
    assert shop.decision().state == "proposed"


def test_the_author_of_the_last_change_is_the_owner_as_a_guess(shop: Shop) -> None:
    with unit_of_work(shop.engine) as session:
        values = {"repo": shop.repo, "sha": "aa", "pr": 0, "file": CART, "now": NOW}
        session.execute(CHANGED, values)
        session.execute(COMMIT, {"repo": shop.repo, "now": NOW})

    shop.hold()

    assert (shop.decision().owner, shop.decision().owner_is_guess) == ("@ada", True)


CART = "tests/test_cart.py"
CHANGED = text("""
INSERT INTO changed_files (repo_id, head_sha, pr_number, files, fetched_at)
VALUES (:repo, :sha, :pr, jsonb_build_array(CAST(:file AS text)), :now)
""")
COMMIT = text("""
INSERT INTO commit (repo_id, sha, parents, author, at, title, fetched_at)
VALUES (:repo, 'aa', '{}', 'ada', :now, 'Count again', :now)
""")


def test_where_the_policy_says_so_a_case_is_held_without_asking(shop: Shop) -> None:
    policy = "mode: act\nauto_quarantine_enabled: true\nquarantine_duration_days: 7\n"
    with unit_of_work(shop.engine) as session:
        session.execute(POLICY, {"repo": shop.repo, "text": policy, "now": NOW})
    shop.run(FAILED, PASSED, changed=State.FLAKY)
    shop.run(FAILED, PASSED, changed=State.FLAKY)

    found = shop.decision()
    assert (found.state, found.decided_by) == ("active", "FlakeGuard")
    assert found.until == shop.at + timedelta(days=7)
    assert shop.steps() == ["proposed", "approved"]


@pytest.mark.parametrize("cap", ["repository: 1", "per_day: 1"])
def test_the_cap_counts_what_we_hold_ourselves_and_not_what_people_hold(
    shop: Shop, cap: str
) -> None:
    policy = f"mode: act\nauto_quarantine_enabled: true\nquarantine_cap: {{{cap}}}\n"
    with unit_of_work(shop.engine) as session:
        session.execute(POLICY, {"repo": shop.repo, "text": policy, "now": NOW})
    theirs, second = shop.other(), shop.other()
    theirs.hold()

    for one in (shop, second):
        one.run(FAILED, PASSED, changed=State.FLAKY)
        one.run(FAILED, PASSED, changed=State.FLAKY)

    assert (shop.decision().state, shop.decision().decided_by) == ("active", "FlakeGuard")
    assert second.decision().state == "proposed"


POLICY = text("""
INSERT INTO policy_snapshot (repo_id, kind, sha, path, text, errors, read_at)
VALUES (:repo, 'policy', 'aa', '.flakeguard.yml', :text, '[]', :now)
""")


def test_the_owner_is_told_three_days_before_once_and_then_it_blocks_again(shop: Shop) -> None:
    with unit_of_work(shop.engine) as session:
        wish = acts.Wish(days=10, owner="@acme/cart")
        acts.activate(session, shop.repo, shop.case_id, MONA, now=NOW, wish=wish)
        acts.open_issue(session, shop.repo, shop.case_id, MONA, now=NOW)

    def clock(days: float) -> tuple[int, int]:
        now = NOW + days * DAY
        found = expiry.end_due(shop.engine, now=now, new_token=lambda: "r2")
        return found.told, found.ended

    assert [clock(day) for day in (6.9, 7.1, 7.2, 9.9, 10.0, 10.1)] == [
        (0, 0),
        (1, 0),
        (0, 0),
        (0, 0),
        (0, 1),
        (0, 0),
    ]
    until = f"{NOW + 10 * DAY:%Y-%m-%d}"
    with unit_of_work(shop.engine) as session:
        [notice] = session.execute(text("SELECT owner, text FROM notice")).all()
    assert tuple(notice) == (
        "@acme/cart",
        f"@acme/cart: its quarantine ends on {until}, and then its failures block again, unless"
        " somebody renews it with a reason.",
    )
    with unit_of_work(shop.engine) as session:
        [remark] = session.execute(text("SELECT mention, text FROM issue_remark")).all()
    assert tuple(remark) == (
        "@acme/cart",
        f"the quarantine of tests.test_cart::test_total ends on {until}, and then its failures"
        " block again, unless somebody renews it with a reason.",
    )
    found = shop.decision()
    assert (found.state, found.decided_by) == ("expired", "FlakeGuard")
    with unit_of_work(shop.engine) as session:
        acts.renew(session, shop.repo, shop.case_id, MONA, reason="More.", now=NOW + 11 * DAY)
    assert shop.decision().state == "active"


def test_the_plan_ranks_by_cost_and_says_what_holding_would_have_hidden(shop: Shop) -> None:
    shop.run(FAILED, PASSED, changed=None)
    shop.run(FAILED, PASSED, changed=None)

    found = plans.plan(shop.engine, shop.repo, rates={}, now=shop.at)

    [line] = found.lines
    assert (line.case_id, line.advice, line.why_not) == (shop.case_id, "quarantine", None)
    assert (line.cost.failed_runs, line.hidden.flakes, line.hidden.real) == (2, 2, 0)
    assert (line.variants, line.jobs) == (("test",), ())  # nobody told of these runs' jobs
    assert found.whole.failed_runs == 2
    addresses = Addresses("https://github.com", "https://flakes.example.com")
    [case] = plan_shapes.plan_of("acme/shop", found, addresses).cases
    assert case.page == f"https://flakes.example.com/r/acme/shop/cases/{shop.case_id}"
    assert [(one.attempt, one.flake) for one in case.attempts] == [(1, True), (1, True)]
    assert all((one.url or "").startswith("https://github.example/") for one in case.attempts)


@pytest.mark.parametrize(
    ("message", "files", "is_claimed"),
    [
        ("Wait for the mail", ["tests/test_cart.py"], True),
        ("Wait for the mail", ["shop/cart.py"], False),
        ("Fixes #12", ["shop/cart.py"], True),
        ("See https://github.com/acme/shop/issues/12", [], True),
        ("Fixes #1, #123 and x#12", [], False),
    ],
)
def test_a_commit_claims_a_fix_by_the_cases_file_or_its_issue(
    shop: Shop, message: str, files: list[str], is_claimed: bool
) -> None:
    shop.hold()
    with unit_of_work(shop.engine) as session:
        session.execute(LINK, {"repo": shop.repo, "now": NOW, "case": shop.case_id})
    push = PushSeen(shop.repo, (Pushed("77ab12c9d0e1", message, frozenset(files)),))

    with unit_of_work(shop.engine) as session:
        claims.note_push(session, push, now=shop.at)

    assert shop.decision().state == ("fix_pending" if is_claimed else "active")


LINK = text("""
WITH made AS (
  INSERT INTO cluster (repo_id, said, words, frames, issue_url, failures, first_seen_at,
                       last_seen_at, created_at)
  VALUES (:repo, 'x', 'x', '{}', 'https://github.com/acme/shop/issues/12', 1, :now, :now, :now)
  RETURNING cluster_id)
INSERT INTO cluster_case (repo_id, cluster_id, case_id, variant, failures, first_seen_at,
                          last_seen_at)
SELECT :repo, cluster_id, :case, 'test', 1, :now, :now FROM made
""")
