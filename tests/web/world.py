"""A database with something to look at: the rows that ingest and evaluation would have left."""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from app.core.asking import QueueName
from app.core.requests import TakeDelivery
from app.db.tables.alike import (
    ClusterCaseRow,
    ClusterDayRow,
    ClusterRow,
    ClusterSignatureRow,
    OutageCaseRow,
    OutageRow,
    OutageRunRow,
)
from app.db.tables.handed import UploadRow
from app.db.tables.ran import RunRow
from app.db.tables.thought import (
    AuditEventRow,
    CaseStateRow,
    FindingRow,
    QuarantineRow,
    StateChangeRow,
)
from app.db.tables.work import DeliveryRow, TaskRow
from tests.web.ran import FAILED, NOW, PASSED, SHA, Ran

__all__ = ["FAILED", "NOW", "PASSED", "SHA", "World", "cluster", "flaky_case"]

CONTRADICTED = {
    "kind": "contradicted",
    "how": "failed on attempt 1 and passed on attempt 2 of the same commit",
    "times": 2,
    "days": 2,
    "last_sha": SHA,
}
RATE = {"kind": "rate", "rate": 0.021, "low": 0.012, "high": 0.034, "runs": 61, "branch": "main"}


class World(Ran):
    """Writes rows of what was thought and decided, too."""

    def held(self, repo_id: int, case_id: UUID, state: str = "flaky", **given: object) -> None:
        values: dict[str, Any] = {
            "score": 0.96,
            "rate": 0.021,
            "rate_low": 0.012,
            "rate_high": 0.034,
            "runs": 61,
            "failures": 4,
            "flakes": 2,
            "first_detected_at": self.now - timedelta(days=9),
            "last_flake_at": self.now - timedelta(days=2),
            "last_failure_at": self.now - timedelta(days=2),
            "last_seen_at": self.now - timedelta(hours=3),
            "evidence": [CONTRADICTED, RATE],
            "algorithm_version": 1,
            "updated_at": self.now,
        }
        self._add(CaseStateRow(repo_id=repo_id, case_id=case_id, state=state, **(values | given)))

    def finding(self, run: RunRow, case_id: UUID, cause: str) -> None:
        self._add(
            FindingRow(
                repo_id=run.repo_id,
                run_id=run.run_id,
                attempt=run.attempt,
                case_id=case_id,
                variant="test (3.11)",
                cause=cause,
                p_flaky=0.96,
                algorithm_version=1,
                found_at=self.now,
            )
        )

    def mark_of(self, cluster_id: int) -> bytes:
        """The one signature of a cluster."""
        return sha256(f"cluster {cluster_id}".encode()).digest()[:16]

    def outage(
        self, run: RunRow, case_id: UUID, crowd: str = "tests/db.py", **given: object
    ) -> int:
        """An event in which one case failed in one run."""
        values: dict[str, Any] = {
            "kind": "outage",
            "crowd": crowd,
            "began_at": run.started_at,
            "last_at": run.started_at + timedelta(minutes=20),
        }
        row = OutageRow(repo_id=run.repo_id, **(values | given))
        self._add(row)
        of: dict[str, Any] = {"repo_id": run.repo_id, "outage_id": row.outage_id}
        self._add(OutageCaseRow(**of, case_id=case_id, variant=crowd, crowd=crowd))
        hit: dict[str, Any] = {
            "run_id": run.run_id,
            "attempt": run.attempt,
            "pr_number": run.pr_number,
        }
        self._add(OutageRunRow(**of, **hit, at=run.started_at))
        return row.outage_id

    def cluster(
        self, run: RunRow, report_id: int, case_id: UUID, said: str, **given: object
    ) -> int:
        """A cluster with one failure of one case, all of whose texts are `said`."""
        at: dict[str, Any] = {"first_seen_at": run.started_at, "last_seen_at": run.started_at}
        values: dict[str, Any] = {
            "said": said,
            "words": said,
            "frames": [said],
            "category": "time-out",
            "category_words": said,
            "category_place": "message",
            "example_type": said,
            "example_message": said,
            "example_trace": said,
            "name": said,
            "issue_url": said,
            "failures": 1,
            "created_at": self.now,
        }
        row = ClusterRow(repo_id=run.repo_id, **(values | at | given))
        self._add(row)
        of: dict[str, Any] = {"repo_id": run.repo_id, "cluster_id": row.cluster_id}
        first, mark = run.started_at, self.mark_of(row.cluster_id)
        self._add(
            ClusterSignatureRow(**of, signature=mark, version=2, words=said, first_seen_at=first)
        )
        self._add(ClusterCaseRow(**of, case_id=case_id, variant=said, failures=1, **at))
        self._add(ClusterDayRow(**of, day=first.date(), failures=1))
        return row.cluster_id

    def quarantined(self, repo_id: int, case_id: UUID, *, by: str = "@mona") -> None:
        until = self.now + timedelta(days=30)
        self._add(
            QuarantineRow(
                repo_id=repo_id,
                case_id=case_id,
                state="active",
                reason="Waits for the payment sandbox",
                decided_by=by,
                since=self.now,
                evidence_at=self.now,
                until=until,
            ),
            AuditEventRow(
                repo_id=repo_id,
                at=self.now,
                actor=by,
                surface="slack",
                act="quarantine",
                case_id=case_id,
                after={
                    "reason": "Waits for the payment sandbox",
                    "until": until.isoformat(),
                },
                request_id="r1",
            ),
            StateChangeRow(
                repo_id=repo_id,
                case_id=case_id,
                was="suspect",
                now="flaky",
                at=self.now - timedelta(days=9),
                why="Contradicted on a second day.",
            ),
        )

    def parked(self, error: str = "The payload has no field `action`.", **given: object) -> int:
        delivery = DeliveryRow(
            source="github",
            guid=f"guid-{self.next('delivery')}",
            event="workflow_run",
            body=b"{}",
            request_id="r2",
            received_at=self.now,
        )
        self._add(delivery)
        values: dict[str, Any] = {
            "kind": TakeDelivery.kind,
            "key": str(delivery.delivery_id),
            "queue": QueueName.RUN.value,
            "arguments": {"delivery_id": delivery.delivery_id},
            "wanted": 1,
            "done": 0,
            "tries": 7,
            "due_at": self.now - timedelta(hours=2),
            "parked_at": self.now - timedelta(hours=1),
            "error": error,
            "error_kind": "validation",
            "request_id": "r2",
            "delivery_id": delivery.delivery_id,
            "asked_at": self.now - timedelta(hours=3),
        }
        row = TaskRow(**(values | given))
        self._add(row)
        return row.task_id

    def refused_upload(self, repo_id: int, reason: str, **given: object) -> None:
        number = self.next("upload")
        values: dict[str, Any] = {
            "token_id": 1,
            "source": "api",
            "received_at": self.now - timedelta(hours=number),
            "request_id": f"request-{number}",
            "size_bytes": 11 * 1024 * 1024,
        }
        self._add(UploadRow(repo_id=repo_id, refusal=reason, **(values | given)))


def flaky_case(world: World, repo_id: int, name: str = "test_total", **given: object) -> UUID:
    """A flaky case with a timeline: two weeks of runs, two of them red and then green."""
    case_id = world.case(repo_id, name, **given)
    world.held(repo_id, case_id)
    met = given.get("first_seen_at")  # no report that came before then can hold the case
    for day in range(14, 0, -1):
        started = world.now - timedelta(days=day)
        is_red = day in {9, 2}
        run = world.run(repo_id, started_at=started, conclusion="failure" if is_red else "success")
        for variant in ("test (3.11)", "test (3.12)"):
            fails = is_red and variant == "test (3.11)"
            received = max(started, met) if isinstance(met, datetime) else started
            report = world.report(
                run, variant=variant, job_id=world.job(run, variant), received_at=received
            )
            world.execution(run, report, case_id, FAILED if fails else PASSED)
            if fails:
                world.occurrence(run, report, case_id)
        if is_red:
            again = world.run(
                repo_id, run_id=run.run_id, attempt=2, started_at=started + timedelta(hours=1)
            )
            world.execution(again, world.report(again), case_id, PASSED)
    return case_id


def cluster(
    world: World, repo_id: int, said: str = "TimeoutError: no mail", **given: object
) -> int:
    """A cluster with a failure of one case yesterday."""
    run = world.run(repo_id, started_at=NOW - timedelta(days=1))
    given = {"name": None, "issue_url": None, "category_words": "TimeoutError"} | given
    return world.cluster(run, world.report(run), world.case(repo_id), said, **given)
