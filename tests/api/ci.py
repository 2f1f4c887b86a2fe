"""Another CI: a project with a token, the API in front of a real database and Redis, a worker."""

import gzip
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from redis import Redis
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.testclient import TestClient

from app.api.acts import Acts
from app.api.doors import RepositoryDoor
from app.api.plans import Plans
from app.api.reports import Reports
from app.api.routes import Api, api_of
from app.api.uploads import UploadHealth
from app.api.waiting import Evaluations
from app.core.tokens import Scope
from app.db.session import Engine, unit_of_work
from app.services.access import tokens
from app.services.access.tokens import By, Made
from app.services.publishing.commit_facts import Addresses
from app.services.uploads.handed_in import GATHERING, Uploads
from app.web import Web, exception_handlers, middleware, routes
from jobs.budget import RedisBudget
from jobs.queue import redis_at
from jobs.tasks import HANDLERS
from jobs.turns import perform
from tests.jobs.desk import Desk
from tests.web.conftest import ADMIN_TOKEN
from tests.web.site import Hands, Hints

PROJECT = "gitlab:acme/shop/cart"
SHA = "77ab12c9d0e1f2a3b4c5d6e7f8091a2b3c4d5e6f"
REPORTS = "/api/v1/reports"
HERE = By("admin", "cli")
HOUR = timedelta(hours=1)
MB = 1024 * 1024
FIELDS = {"commit": SHA, "branch": "main", "pipeline": "812", "job": "unit"}


def junit(*cases: str, failing: str = "", stamp: str = "2026-11-20T11:00:00") -> bytes:
    """A JUnit report of these cases; one of them may fail."""
    inside = "".join(
        f'<testcase classname="t" name="{name}" time="0.1">'
        + ('<failure message="3 != 4">assert 3 == 4</failure>' if name == failing else "")
        + "</testcase>"
        for name in cases
    )
    return f'<testsuite name="unit" timestamp="{stamp}">{inside}</testsuite>'.encode()


GREEN = junit("a", "b")
RED = junit("a", "b", failing="b")


def zipped(files: Mapping[str, bytes]) -> bytes:
    spool = io.BytesIO()
    with zipfile.ZipFile(spool, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return spool.getvalue()


def gzipped(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def error(answer: Any) -> tuple[int, str, str]:  # noqa: ANN401 -- httpx or httpx2
    said = answer.json()["error"]
    return answer.status_code, said["kind"], said["message"]


@dataclass
class Ci:
    """One installation with a project on it; `redis_url` counts its uploads."""

    engine: Engine
    redis_url: str
    clock: Hands = field(default_factory=Hands)
    hints: Hints = field(default_factory=Hints)
    per_minute: int = 60
    burst: int = 120
    body_limit: int = 10 * MB
    patience: float = 30.0
    public_url: str | None = None

    def token(self, project: str = PROJECT, *, may_act: bool = False) -> Made:
        return tokens.create(
            self.engine,
            project,
            name="ci",
            default_branch="main",
            scopes=(Scope.UPLOAD, Scope.ACT) if may_act else (Scope.UPLOAD,),
            by=HERE,
            now=self.clock(),
        )

    @property
    def redis(self) -> Redis:
        return redis_at(self.redis_url)

    def api(self) -> Api:
        site = self.site()
        uploads = Uploads(self.engine, self.hints, self.clock)
        reports = Reports(
            engine=self.engine,
            clock=self.clock,
            uploads=uploads,
            budget=RedisBudget(self.redis, self.per_minute, self.burst),
            evaluations=Evaluations(uploads.progress, look_every=0.01),
            body_limit=self.body_limit,
            public_url=self.public_url,
            patience=self.patience,
        )
        health = UploadHealth(self.engine, self.clock, site.door, site.secure)
        doors = RepositoryDoor(self.engine, self.clock, site.door, site.secure)
        plans = Plans(doors, Addresses("https://github.com", "https://flakes.example.com"))
        return api_of(reports, health, Acts(doors, self.hints), plans)

    def site(self) -> Web:
        return Web(self.engine, self.clock, self.hints, admin_token=ADMIN_TOKEN)

    def application(self) -> Starlette:
        """One web process's application."""
        api = self.api()
        return Starlette(
            routes=[*api.routes(), *routes(self.site(), api=api.description())],
            middleware=middleware(),
            exception_handlers=exception_handlers(),
        )

    def client(self, made: Made | None = None) -> TestClient:
        """A program that sends this token along."""
        headers = {"authorization": f"Bearer {made.text}"} if made else {}
        return TestClient(self.application(), headers=headers, raise_server_exceptions=False)

    def work(self) -> int:
        """Do what was asked for, as a worker would; how many tasks that were."""
        desk = Desk(self.engine)
        desk.clock.now = self.clock() + GATHERING
        done = 0
        while rows := self.rows("SELECT kind, key FROM task WHERE wanted > done ORDER BY task_id"):
            for kind, key in rows:
                assert perform(desk.context, HANDLERS, kind, key)
                done += 1
        return done

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with unit_of_work(self.engine) as session:
            return [tuple(row) for row in session.execute(text(query))]

    def execute(self, statement: str) -> None:
        with unit_of_work(self.engine) as session:
            session.execute(text(statement))

    def count(self, table: str) -> int:
        return int(self.rows(f"SELECT count(*) FROM {table}")[0][0])
