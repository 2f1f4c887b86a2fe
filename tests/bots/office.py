"""Our side of the sandbox: a real database, the real adapters, and hands that do the work."""

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from app.core.deliveries import Delivery, NewDelivery, Taken
from app.db import partitions
from app.db.session import unit_of_work
from app.demo.replay import zipped
from app.ports import Chats, FailedDelivery
from app.sandbox.github.entities import Job, Run
from app.services.deliveries.inbox import Inbox
from bots.github import hook
from bots.github.client import GitHubHosts
from bots.github.events import taken
from jobs.context import Context
from jobs.tasks import HANDLERS
from jobs.turns import perform
from tests.bots.shop import REPO, Shop
from tests.jobs.desk import Desk
from tests.stories.shop import FAILURE, TEST_JOB, Results, junit

GREEN = {"test_total": None, "test_empty": None}


@dataclass(frozen=True)
class Asked:
    """The App's webhook, as GitHub tells of it."""

    hosts: GitHubHosts

    def failed(self, *, since: datetime) -> list[FailedDelivery]:
        return hook.failed(self.hosts.as_app, since=since)

    def ask_again(self, delivery: FailedDelivery) -> None:
        hook.ask_again(self.hosts.as_app, delivery)


@dataclass
class Office:
    """Where what GitHub tells is stored and worked on."""

    desk: Desk
    shop: Shop
    hosts: GitHubHosts
    chat: Chats | None = None
    backfill_days: int = 30

    def __post_init__(self) -> None:
        with unit_of_work(self.desk.engine) as session:
            partitions.make_ahead(session, now=self.shop.clock())

    @property
    def context(self) -> Context:
        def told(delivery: Delivery) -> Taken:
            return taken(delivery, app_id=self.shop.credentials.app_id)

        return replace(
            self.desk.context,
            code_hosts=self.hosts,
            chat=self.chat,
            clock=self.shop.clock,
            translators={"github": told},
            hook=Asked(self.hosts),
            backfill_days=self.backfill_days,
        )

    @property
    def inbox(self) -> Inbox:
        return Inbox(self.desk.engine, self.desk.hints, self.shop.clock)

    def work(self, *, most: int = 400) -> list[str]:
        """Do what is due, in the order of its asking; the kinds of what was done."""
        done: list[str] = []
        while rows := self.rows(
            "SELECT kind, key FROM task WHERE wanted > done AND parked_at IS NULL"
            f" AND due_at <= '{self.shop.clock().isoformat()}' ORDER BY task_id LIMIT 1"
        ):
            perform(self.context, HANDLERS, *rows[0])
            done.append(rows[0][0])
            if len(done) == most:
                break
        return done

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with unit_of_work(self.desk.engine) as session:
            return [tuple(row) for row in session.execute(text(query))]

    def run(self, number: int, results: Results, *, hours_ago: int, attempts: int = 1) -> Run:
        """A run of main that ended so long ago; its first case passes in the last attempt alone."""
        at = self.shop.clock() - timedelta(hours=hours_ago)
        github, sha = self.shop.world.github, f"{number:04x}" * 10
        github.push(REPO, "main", sha, author="ann", message="Sell", at=at, files=["shop/sell.py"])
        run = github.start_run(REPO, number, head_sha=sha, branch="main", actor="ann", at=at)
        for attempt in range(1, attempts + 1):
            if attempt > 1:
                at += timedelta(minutes=20)
                github.rerun(run, at=at, actor="ann")
            is_last = attempt == attempts
            told = results if is_last else {**results, next(iter(results)): FAILURE}
            self._end(run, told, at=at)
        return run

    def _end(self, run: Run, results: Results, *, at: datetime) -> None:
        ended = at + timedelta(minutes=2)
        is_red = any(failure is not None for failure in results.values())
        conclusion = "failure" if is_red else "success"
        self.shop.world.github.finish_attempt(
            run,
            conclusion=conclusion,
            at=ended,
            jobs=[Job(TEST_JOB, conclusion, at, ended)],
            artifacts=[("results", zipped(junit(results, at=at)), ended)],
        )


def repo_id(office: Office) -> int:
    return office.shop.world.github.repository(REPO).id


def install(office: Office) -> None:
    """GitHub tells that the App was installed on the shop."""
    listed = {"id": repo_id(office), "full_name": REPO, "private": True}
    installed = {"id": office.shop.installation.id, "account": {"login": "acme"}}
    body = {"action": "created", "installation": installed, "repositories": [listed]}
    told = json.dumps(body).encode()
    office.inbox.store(NewDelivery("github", "guid-installed", "installation", told, "r1"))
