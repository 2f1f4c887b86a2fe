"""A repository with one flaky case, and runs that come one after the other."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from app.core.decide import State
from app.core.holding import WhyNot
from app.core.outcomes import Outcome
from app.core.runs import Repository, Run, RunKey
from app.db import decisions, feedback, runs
from app.db.executions import OUTCOME_CODES
from app.db.session import Engine, unit_of_work
from app.db.tables.thought import FindingRow
from app.services import acts
from app.services.acts.actor import ourselves
from app.services.judging.evaluate import Changed
from app.services.quarantine import proposing
from app.services.quarantine import runs as quarantine
from tests.services.acting import MONA
from tests.web.world import FAILED, NOW, PASSED, World

SKIPPED = OUTCOME_CODES[Outcome.SKIPPED]
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

    def live_in(self, file: str | None, classname: str) -> None:
        """Let the case's reports say so of where it lives."""
        values = {"case": self.case_id, "file": file, "class": classname}
        with unit_of_work(self.engine) as session:
            session.execute(LIVE_IN, values)

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


CART = "tests/test_cart.py"
LIVE_IN = text("UPDATE case_ SET file = :file, classname = :class WHERE case_id = :case")
CHANGED = text("""
INSERT INTO changed_files (repo_id, head_sha, pr_number, files, fetched_at)
VALUES (:repo, :sha, :pr, jsonb_build_array(CAST(:file AS text)), :now)
""")
POLICY = text("""
INSERT INTO policy_snapshot (repo_id, kind, sha, path, text, errors, read_at)
VALUES (:repo, 'policy', 'aa', '.flakeguard.yml', :text, '[]', :now)
""")
