"""The shop's issues about one flaky case, and our hands on them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from app.core.asking import QueueName
from app.core.policy.reading import PLACE
from app.core.requests import TellIssue
from app.db import issues, policies
from app.db.policies import Snapshot, SnapshotKind
from app.db.session import Engine, unit_of_work
from app.sandbox.github.entities import Issue
from app.services import acts
from app.services.acts import Actor
from app.services.answers import aftermath
from tests.bots.doors import Doors
from tests.bots.office import Office
from tests.bots.shop import REPO, Shop
from tests.web.world import World

MONA = Actor("mona", "cli", "r7")
ROOT = "/repos/acme/shop/issues"


@dataclass
class Tracker:
    """The shop's issues, and our hands on them."""

    office: Office
    shop: Shop
    world: World
    repo: int
    case_id: UUID

    @property
    def engine(self) -> Engine:
        return self.office.desk.engine

    @property
    def now(self) -> datetime:
        return self.shop.clock()

    @property
    def standing(self) -> list[Issue]:
        return list(self.shop.world.github.repository(REPO).issues.values())

    def open(self, case_id: UUID | None = None) -> acts.Done:
        with unit_of_work(self.engine) as session:
            done = acts.open_issue(session, self.repo, case_id or self.case_id, MONA, now=self.now)
            follows = aftermath.follows(session, self.repo, done, now=self.now)
            aftermath.ask(session, follows, request_id="r7", now=self.now)
        return done

    def tell(self) -> None:
        with unit_of_work(self.engine) as session:
            ids = issues.to_tell(session, self.repo, [self.case_id])
            wanted = [TellIssue(self.repo, one) for one in ids]
            aftermath.ask(session, wanted, request_id="r8", now=self.now, queue=QueueName.RUN)
        self.office.work()

    def do(self, statement: str, **values: object) -> None:
        with unit_of_work(self.engine) as session:
            session.execute(text(statement), values)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.office.rows(query)

    def asked(self, method: str) -> int:
        """How often issues were opened (POST) or changed (PATCH)."""
        begin = f"{method} {ROOT}" + ("" if method == "POST" else "/1")
        return sum(one.startswith(f"{begin} ") for one in self.shop.asked())

    def policy(self, said: str) -> None:
        read = Snapshot(SnapshotKind.POLICY, "f" * 40, PLACE, said)
        with unit_of_work(self.engine) as session:
            policies.write(session, self.repo, read, now=self.now)

    def hear(self, doors: Doors) -> None:
        """What GitHub tells comes in, and is worked on."""
        self.shop.world.github.hooks.drain()
        for one in doors.kept.values():
            self.office.inbox.store(one)
        self.office.work()

    def comments(self, number: int = 1) -> list[str]:
        github = self.shop.world.github
        found = github.comments_on(github.repository(REPO), number)
        return [one.body.partition("\n")[2] for one in found]

    def close(self, by: str, reason: str = "completed") -> None:
        github = self.shop.world.github
        where = github.repository(REPO)
        github.set_issue_state(
            where, self.standing[0], "closed", by=github.account(by), reason=reason
        )
