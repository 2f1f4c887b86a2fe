"""What ran, as rows that ingest would have left: repositories, runs, reports, cases."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid5

from sqlmodel import Session, SQLModel

from app.core.outcomes import Outcome
from app.db.executions import OUTCOME_CODES
from app.db.session import Engine, unit_of_work
from app.db.tables.outside import RepositoryRow
from app.db.tables.owned import FileOwnerRow
from app.db.tables.ran import CaseRow, ExecutionRow, JobRow, OccurrenceRow, ReportRow, RunRow

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SHA = "77ab12c9d0e1f2a3b4c5d6e7f8091a2b3c4d5e6f"
NAMESPACE = UUID("6f2f6f0e-6f3c-4e0c-9d4b-1f6a3a0f1c55")
PASSED, FAILED = OUTCOME_CODES[Outcome.PASSED], OUTCOME_CODES[Outcome.FAILED]


@dataclass
class Ran:
    """Writes rows of what runners did, handing out numbers as it goes."""

    engine: Engine
    now: datetime = NOW
    numbers: dict[str, int] = field(default_factory=dict)

    def next(self, what: str) -> int:
        self.numbers[what] = self.numbers.get(what, 0) + 1
        return self.numbers[what]

    def repository(
        self,
        full_name: str = "acme/shop",
        *,
        has_reports: bool = True,
        removed_at: datetime | None = None,
        provider: str = "github",
    ) -> int:
        number = 1000 + self.next("repository")
        repo_id = number if provider == "github" else -number  # as ids of other hosts' are
        self._add(
            RepositoryRow(
                repo_id=repo_id,
                provider=provider,
                full_name=full_name,
                default_branch="main",
                first_report_at=self.now - timedelta(days=40) if has_reports else None,
                removed_at=removed_at,
                updated_at=self.now,
            )
        )
        return repo_id

    def owned(self, repo_id: int, file: str, *owners: str) -> None:
        self._add(FileOwnerRow(repo_id=repo_id, file=file, owners=list(owners)))

    def run(self, repo_id: int, **given: object) -> RunRow:
        number = self.next("run")
        values: dict[str, Any] = {
            "run_id": 9_000 + number,
            "attempt": 1,
            "workflow": "tests",
            "event": "push",
            "status": "completed",
            "conclusion": "success",
            "head_sha": SHA,
            "code": SHA,
            "branch": "main",
            "branch_class": "default",
            "is_trusted": True,
            "actor": "mona",
            "started_at": self.now - timedelta(hours=number),
            "url": f"https://github.example/acme/shop/actions/runs/{9_000 + number}",
            "ingested_at": self.now,
        }
        row = RunRow(repo_id=repo_id, **(values | given))
        self._add(row)
        return row

    def report(self, run: RunRow, **given: object) -> int:
        digest = sha256(str(self.next("report")).encode()).digest()
        values: dict[str, Any] = {
            "variant": "test (3.11)",
            "digest": digest,
            "path": "report.xml",
            "size_bytes": 2048,
            "format": "pytest",
            "at": run.started_at,
            "cases": 60,
            "executions": 60,
            "passed": 60,
            "received_at": run.started_at,
        }
        row = ReportRow(
            repo_id=run.repo_id, run_id=run.run_id, attempt=run.attempt, **(values | given)
        )
        self._add(row)
        return row.report_id

    def job(self, run: RunRow, name: str) -> int:
        job_id = 50_000 + self.next("job")
        self._add(
            JobRow(
                repo_id=run.repo_id,
                run_id=run.run_id,
                attempt=run.attempt,
                job_id=job_id,
                name=name,
                status="completed",
                url=f"https://github.example/acme/shop/actions/runs/{run.run_id}/job/{job_id}",
            )
        )
        return job_id

    def case(self, repo_id: int, name: str = "test_total", **given: object) -> UUID:
        case_id = uuid5(NAMESPACE, f"{repo_id}{name}{self.next('case')}")
        values: dict[str, Any] = {
            "identity_version": 1,
            "suite": "pytest",
            "classname": "tests.test_cart",
            "name": name,
            "file": "tests/test_cart.py",
            "line": 12,
            "first_seen_at": self.now - timedelta(days=40),
        }
        self._add(CaseRow(repo_id=repo_id, case_id=case_id, **(values | given)))
        return case_id

    def execution(
        self, run: RunRow, report_id: int, case_id: UUID, outcome: int, *, nth: int = 1
    ) -> None:
        self._add(
            ExecutionRow(
                repo_id=run.repo_id,
                case_id=case_id,
                report_id=report_id,
                at=run.started_at,
                keep_until=self.now + timedelta(days=90),
                nth=nth,
                outcome=outcome,
                duration_ms=1234,
            )
        )

    def occurrence(self, run: RunRow, report_id: int, case_id: UUID, **given: object) -> None:
        values: dict[str, Any] = {
            "type": "AssertionError",
            "message": "assert 3 == 4",
            "trace": "Traceback",
        }
        self._add(
            OccurrenceRow(
                repo_id=run.repo_id,
                case_id=case_id,
                report_id=report_id,
                at=run.started_at,
                keep_until=self.now + timedelta(days=90),
                nth=1,
                **(values | given),
            )
        )

    def _add(self, *rows: SQLModel) -> None:
        with unit_of_work(self.engine) as session:
            _add_all(session, rows)


def _add_all(session: Session, rows: tuple[SQLModel, ...]) -> None:
    for row in rows:
        session.add(row)
