"""Reports with known executions, and a recount of them that shares nothing with the rollups."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO

from sqlalchemy import text

from app.clock import utc_now
from app.core.deliveries import RepositorySeen
from app.core.outcomes import Outcome
from app.core.reports import Limits
from app.core.rollups import Grain, Point, Tally
from app.core.runs import BranchClass, Repository, Run, RunKey
from app.db import repositories, runs
from app.db.executions import OUTCOMES
from app.db.session import Engine, unit_of_work
from app.services.ingest.origins import Origin
from app.services.ingest.runs import ingest_report

REPO = 7001
NOW = utc_now().replace(hour=9, minute=30)  # three hours before are the same day


@dataclass(slots=True)
class Reports:
    """Stores reports of a repository; their contents come from a seed."""

    engine: Engine
    now: datetime
    repo_id: int = REPO
    runs: int = 0
    chance: random.Random = field(default_factory=lambda: random.Random(4711))

    def open(self) -> None:
        """Make the repository known."""
        repository = Repository(self.repo_id, f"acme/r{self.repo_id}", "main", None)
        with unit_of_work(self.engine) as session:
            seen = RepositorySeen(repository, is_private=False)
            repositories.note_repository(session, seen, now=self.now)

    def store(
        self,
        xml: bytes,
        *,
        at: datetime,
        branch_class: BranchClass = BranchClass.DEFAULT,
        variant: str = "unit",
    ) -> None:
        """Store one report as a run of its own."""
        self.runs += 1
        run = self._run(at, branch_class)
        with unit_of_work(self.engine) as session:
            runs.note_run(session, run)
        origin = Origin(run=run, variant=variant, job=None)
        ingest_report(self.engine, origin, "junit.xml", BytesIO(xml), now=self.now, limits=Limits())

    def some(self, count: int, *, cases: int = 12, days: int = 5) -> None:
        """Store so many reports of the last days, of every branch class, with flakes in them."""
        for _ in range(count):
            at = self.now - timedelta(minutes=self.chance.randrange(days * 24 * 60))
            self.store(
                self.report(cases),
                at=at,
                branch_class=self.chance.choice(list(BranchClass)),
                variant=self.chance.choice(["unit", "linux", "linux (3.12)"]),
            )

    def report(self, cases: int) -> bytes:
        """A report of two suites; some cases fail, some are skipped, some flake."""
        suites = []
        for suite in ("api", "shop"):
            elements = "".join(self._case(f"test_{n}") for n in range(cases // 2))
            suites.append(f'<testsuite name="{suite}">{elements}</testsuite>')
        return f"<testsuites>{''.join(suites)}</testsuites>".encode()

    def _case(self, name: str) -> str:
        took = f'time="{self.chance.expovariate(2):.3f}"' if self.chance.random() < 0.9 else ""
        head = f'<testcase classname="T" name="{name}" {took}>'
        kind = self.chance.choices(
            ["", "<skipped/>", '<failure message="no"/>', '<error message="no"/>', FLAKY],
            [80, 5, 5, 5, 5],
        )
        return f"{head}{kind[0]}</testcase>"

    def _run(self, at: datetime, branch_class: BranchClass) -> Run:
        return Run(
            key=RunKey(self.repo_id, self.runs, 1),
            workflow="tests",
            event="push",
            status="completed",
            conclusion="success",
            head_sha="5e1f" * 10,
            base_sha=None,
            branch="main",
            branch_class=branch_class,
            pr_number=None,
            is_trusted=True,
            actor="mona",
            started_at=at,
            ended_at=at,
            url="https://github.example/run",
        )


FLAKY = '<flakyFailure message="once" type="T"><stackTrace>t</stackTrace></flakyFailure>'

EVERYTHING = text("""
SELECT execution.report_id, execution.case_id, execution.nth, execution.outcome,
       execution.duration_ms, execution.at, execution.variant AS own, report.variant,
       run.branch_class, case_.suite
FROM execution
JOIN report USING (repo_id, report_id)
JOIN run USING (repo_id, run_id, attempt)
JOIN case_ USING (repo_id, case_id)
WHERE repo_id = :repo
""")


@dataclass(frozen=True, slots=True)
class Recounted:
    """One period's executions, counted one by one."""

    outcomes: dict[Outcome, int]
    flakes: int
    duration_ms: int
    durations: int


def recount(
    engine: Engine, repo_id: int, grain: Grain, **wanted: object
) -> dict[datetime, Recounted]:
    """By start of the period: every execution with these values in its columns."""
    with unit_of_work(engine) as session:
        rows = session.execute(EVERYTHING, {"repo": repo_id}).mappings().all()
    periods = defaultdict(list)
    for row in rows:
        variant = row["variant"] + (f" {row['own']}" if row["own"] else "")
        if all({**row, "variant": variant}[name] == value for name, value in wanted.items()):
            periods[_start(row["at"], grain)].append(row)
    return {starts_at: _counted(found) for starts_at, found in sorted(periods.items())}


def _counted(rows: Iterable[object]) -> Recounted:
    outcomes: Counter[Outcome] = Counter()
    seen = defaultdict(set)
    again = set()
    took = durations = 0
    for row in rows:
        outcome = OUTCOMES[row["outcome"]]  # type: ignore[index]
        outcomes[outcome] += 1
        key = (row["report_id"], row["case_id"], row["own"])  # type: ignore[index]
        seen[key].add(outcome)
        if row["nth"] > 1:  # type: ignore[index]
            again.add(key)
        took += row["duration_ms"] or 0  # type: ignore[index]
        told = row["duration_ms"] is not None  # type: ignore[index]
        durations += told and outcome is not Outcome.SKIPPED
    flaked = [
        key
        for key in again
        if Outcome.PASSED in seen[key] and any(one.is_failing for one in seen[key])
    ]
    return Recounted(dict(outcomes), len(flaked), took, durations)


def _start(moment: datetime, grain: Grain) -> datetime:
    hour = moment.replace(minute=0, second=0, microsecond=0)
    return hour if grain is Grain.HOUR else hour.replace(hour=0)


def told(points: Iterable[Point]) -> dict[datetime, Recounted]:
    """A trend, to be compared with a recount."""
    return {point.starts_at: _told(point.tally) for point in points}


def _told(tally: Tally) -> Recounted:
    return Recounted(tally.outcomes, tally.flakes, tally.duration_ms, tally.sketch.count)
