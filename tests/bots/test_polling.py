"""Behind a firewall: no webhook ever comes, and all is found by asking."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import uuid4

import pytest

from app.core.asking import QueueName
from app.core.requests import PollPlaces
from app.db.session import Engine, unit_of_work
from app.db.work import tasks
from app.db.work.tasks import Asking
from app.embedded import Servers
from app.sandbox.github.entities import Change
from bots.github.client import GitHubHosts
from bots.github.news import ListedNews
from jobs.context import Context
from jobs.memory import RedisMemory
from jobs.queue import redis_at
from tests.bots.office import Office
from tests.bots.shop import HEAD, REPO, Shop
from tests.jobs.desk import Desk
from tests.stories.shop import FAILURE

GREEN = {"test_total": None, "test_empty": None}
RED = {**GREEN, "test_discount": FAILURE}
MINUTE = timedelta(minutes=1)


@dataclass
class Polling(Office):
    """An office that nobody tells anything."""

    @property
    def context(self) -> Context:
        return replace(super().context, hook=None, news=ListedNews(lambda: self.hosts))

    def poll(self) -> list[str]:
        """A minute later, ask what is new and do what follows."""
        self.shop.clock.turn(MINUTE)
        with unit_of_work(self.desk.engine) as session:
            asking = Asking(PollPlaces(), QueueName.RUN, "r1")
            tasks.ask(session, [asking], now=self.shop.clock())
        return self.work()

    def told(self) -> list[tuple[str, int]]:
        """How many deliveries of each event there are."""
        return [
            (event, count)
            for event, count in self.rows(
                "SELECT event, count(*) FROM delivery GROUP BY 1 ORDER BY 1"
            )
        ]


@pytest.fixture
def office(engine: Engine, shop: Shop, servers: Servers) -> Iterator[Polling]:
    assert servers.redis_url is not None
    memory = RedisMemory(redis_at(servers.redis_url), f"test:{uuid4().hex}:")
    hosts = GitHubHosts(
        shop.credentials.app_id,
        shop.credentials.app_private_key,
        api_url=shop.world.github_api_url,
        timeout=5.0,
        clock=shop.clock,
        memory=memory,
    )
    shop.world.github.hooks.url = None
    yield Polling(Desk(engine), shop, hosts, backfill_days=0)
    hosts.close()


def test_a_pull_request_is_answered_although_nobody_told_of_it(office: Polling) -> None:
    office.run(901, GREEN, hours_ago=0)
    office.poll()
    office.poll()
    office.shop.open_pull_request()
    office.shop.push("more", HEAD)
    github, now = office.shop.world.github, office.shop.clock()
    run = github.start_run(
        REPO, 902, head_sha=HEAD, branch="more", actor="ann", at=now, event="pull_request", pr=7
    )
    office.poll()
    waiting = [one.status for one in github.app_check_runs(REPO, HEAD)]
    office._end(run, RED, at=office.shop.clock())

    office.poll()

    (check,) = github.app_check_runs(REPO, HEAD)
    assert waiting == ["in_progress"]
    assert check.status == "completed"
    assert check.actions == []  # nobody would hear of a click
    assert "Answer: `/flakeguard explain test_discount`" in (check.summary or "")
    assert "Answer in a comment on the pull request; `/flakeguard help`" in (check.summary or "")
    assert [one.by_app for one in github.comments.values()] == [True]
    assert office.rows("SELECT number, state FROM pull_request") == [(7, "open")]


def test_where_nothing_happens_asking_costs_nothing(office: Polling) -> None:
    office.run(901, GREEN, hours_ago=0)
    office.poll()
    office.poll()
    before = office.told()
    office.shop.forget_requests()

    office.poll()

    assert office.told() == before
    assert {one.rpartition(" > ")[2] for one in office.shop.asked()} == {"304"}
    assert len(office.shop.asked()) == 8


def test_every_attempt_is_found_though_lists_tell_of_the_newest(office: Polling) -> None:
    office.poll()
    office.run(901, GREEN, hours_ago=0, attempts=3)

    office.poll()

    assert office.rows(
        "SELECT attempt, conclusion, ingested_at IS NOT NULL FROM run ORDER BY 1"
    ) == [(1, "failure", True), (2, "failure", True), (3, "success", True)]


def test_a_comment_is_told_once_with_where_it_stands(office: Polling) -> None:
    office.shop.push()
    office.shop.open_pull_request()
    office.poll()
    office.shop.world.github.comment(REPO, 7, user="ann", body="/flakeguard help")

    for _ in range(3):
        office.poll()

    told = office.rows(
        "SELECT convert_from(body, 'UTF8')::jsonb FROM delivery WHERE event = 'issue_comment'"
    )
    ((payload,),) = told
    assert payload["action"] == "created"
    assert payload["comment"]["body"] == "/flakeguard help"
    assert payload["issue"]["number"] == 7
    assert "pull_request" in payload["issue"]
    assert payload["sender"]["login"] == "ann"


def test_a_push_to_the_default_branch_has_the_policy_read(office: Polling) -> None:
    office.shop.push()
    office.poll()
    change = Change(".flakeguard.yml", b"mode: observe\n", "added")
    office.shop.world.github.push(
        REPO,
        "main",
        "d" * 40,
        author="ann",
        message="Be quiet",
        at=office.shop.clock(),
        files=[change],
    )

    office.poll()

    assert office.rows("SELECT text FROM policy_snapshot WHERE text <> ''") == [
        ("mode: observe\n",)
    ]


def test_what_ran_long_before_we_came_is_not_told(office: Polling) -> None:
    office.run(901, GREEN, hours_ago=5)

    office.poll()
    office.poll()

    assert office.rows("SELECT count(*) FROM run") == [(0,)]


def test_after_a_pause_it_goes_on_where_it_ended(office: Polling) -> None:
    office.run(901, GREEN, hours_ago=0)
    office.poll()
    office.poll()
    office.shop.clock.turn(timedelta(hours=5))
    office.run(902, GREEN, hours_ago=4)

    office.poll()

    assert office.rows("SELECT run_id FROM run ORDER BY 1") == [(901,), (902,)]


def test_installations_and_their_repositories_come_and_go(office: Polling) -> None:
    github = office.shop.world.github
    told = []

    def look() -> None:
        office.poll()
        told.append(
            office.rows(
                "SELECT full_name, removed_at IS NULL, suspended_at IS NULL, deleted_at IS NULL"
                " FROM repository JOIN installation ON installation.id = installation_id"
                " ORDER BY repo_id"
            )
        )

    look()
    github.suspend(office.shop.installation)
    look()
    github.suspend(office.shop.installation, suspended=False)
    github.add_repository("acme/other", installation=office.shop.installation)
    look()
    github.uninstall(office.shop.installation)
    look()

    shop, other = "acme/shop", "acme/other"
    assert told == [
        [(shop, True, True, True)],
        [(shop, True, False, True)],
        [(shop, True, True, True), (other, True, True, True)],
        [(shop, False, True, False), (other, False, True, False)],
    ]


def test_what_is_granted_or_taken_back_is_noticed(office: Polling) -> None:
    installation = office.shop.installation
    granted = dict(installation.permissions)
    lacking = "SELECT permissions ->> 'checks' FROM installation"
    office.poll()
    before = office.rows(lacking)
    installation.permissions = {**granted, "checks": "read"}
    office.poll()
    taken_back = office.rows(lacking)
    installation.permissions = granted

    office.poll()
    office.poll()

    assert (before, taken_back, office.rows(lacking)) == ([("write",)], [("read",)], [("write",)])
    assert ("installation", 3) in office.told()  # it came, and changed twice


def test_quiet_repositories_are_asked_about_now_and_then(office: Polling) -> None:
    office.poll()
    polled = [office.poll().count("poll_repository") for _ in range(21)]

    assert [place for place, was in enumerate(polled) if was] == [0, 10, 20]


def test_a_repository_that_was_renamed_is_found_under_its_new_name(office: Polling) -> None:
    office.run(901, GREEN, hours_ago=0)
    office.poll()
    office.shop.world.github.rename_repository(REPO, "acme/store")

    office.poll()

    assert office.rows("SELECT full_name FROM repository") == [("acme/store",)]
