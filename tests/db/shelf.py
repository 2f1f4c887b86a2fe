"""A repository whose reports are stored as ingest stores them, and its rows read back."""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from sqlalchemy import RowMapping, text

from app.core.deliveries import RepositorySeen
from app.core.reports import Limits
from app.core.runs import BranchClass, Repository, Run, RunKey
from app.db import repositories, runs
from app.db.reports import KnownReport
from app.db.session import Engine, unit_of_work
from app.services.ingest.origins import Origin
from app.services.ingest.runs import ingest_archive, ingest_report

REPO = 8001


@dataclass(slots=True)
class Shelf:
    """Stores reports, and reads what became of them."""

    engine: Engine
    now: datetime

    def open(self) -> None:
        """Make the repository known."""
        seen = RepositorySeen(Repository(REPO, "acme/shelf", "main", None), is_private=False)
        with unit_of_work(self.engine) as session:
            repositories.note_repository(session, seen, now=self.now)

    def origin(
        self,
        run_id: int = 1,
        *,
        at: datetime | None = None,
        sha: str = "a1",
        is_trusted: bool = True,
    ) -> Origin:
        """A run of the default branch, or of a fork, known to the database."""
        ended = at or self.now
        run = Run(
            key=RunKey(REPO, run_id, 1),
            workflow="tests",
            event="push",
            status="completed",
            conclusion="failure",
            head_sha=sha,
            base_sha=None,
            branch="main",
            branch_class=BranchClass.DEFAULT if is_trusted else BranchClass.PULL_REQUEST,
            pr_number=None,
            is_trusted=is_trusted,
            actor="mona",
            started_at=ended,
            ended_at=ended,
            url="https://github.example/acme/shelf/actions/runs/1",
        )
        with unit_of_work(self.engine) as session:
            runs.note_run(session, run)
        return Origin(run=run, variant="unit", job=None)

    def store(
        self,
        report: bytes,
        *,
        run_id: int = 1,
        at: datetime | None = None,
        sha: str = "a1",
        is_trusted: bool = True,
    ) -> KnownReport:
        """Store one report of a run."""
        return ingest_report(
            self.engine,
            self.origin(run_id, at=at, sha=sha, is_trusted=is_trusted),
            "report.xml",
            BytesIO(report),
            now=self.now,
            limits=Limits(),
        )

    def store_zip(self, members: Mapping[str, bytes], *, run_id: int = 1) -> list[KnownReport]:
        """Store what an artifact called `results` holds."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for name, content in members.items():
                archive.writestr(name, content)
        return ingest_archive(
            self.engine, self.origin(run_id), "results", packed, now=self.now, limits=Limits()
        )

    def rows(self, query: str, **values: Any) -> list[RowMapping]:  # noqa: ANN401 -- what a statement binds
        """What a query finds."""
        with unit_of_work(self.engine) as session:
            return list(session.execute(text(query), values).mappings())

    def count(self, table: str) -> int:
        """How many rows a table has."""
        return int(self.rows(f"SELECT count(*) AS n FROM {table}")[0]["n"])


def junit(*cases: str, suite: str = "unit") -> bytes:
    """A report of these testcase elements."""
    return (
        f'<testsuites><testsuite name="{suite}">{"".join(cases)}</testsuite></testsuites>'.encode()
    )


def passed(name: str, *, classname: str = "Cart", time: str = "0.25") -> str:
    return f'<testcase classname="{classname}" name="{name}" time="{time}"/>'


def failed(name: str, message: str, trace: str = "", *, classname: str = "Cart") -> str:
    return (
        f'<testcase classname="{classname}" name="{name}" time="1">'
        f'<failure type="AssertionError" message="{message}">{trace}</failure></testcase>'
    )
