"""What a budget and a memory that all workers share make of asking GitHub."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

import pytest

from app.core.asking import QueueName
from app.core.errors import RateLimited
from app.core.requests import ReadHistory
from app.core.urgency import urgency
from app.db.session import Engine, unit_of_work
from app.db.work import tasks
from app.db.work.tasks import Asking
from app.embedded import Servers
from app.sandbox.github.entities import Change
from bots.github.client import GitHubHosts
from jobs.host_budget import RedisHostBudget
from jobs.memory import RedisMemory
from jobs.queue import redis_at
from tests.bots.office import GREEN, Office, install
from tests.bots.shop import HEAD, NOW, REPO, Shop
from tests.jobs.desk import Desk

POLICY = ".flakeguard.yml"


@pytest.fixture
def workers(shop: Shop, servers: Servers) -> Iterator[list[GitHubHosts]]:
    """Two workers' GitHub, with one Redis."""
    assert servers.redis_url is not None
    redis, prefix = redis_at(servers.redis_url), f"test:{uuid4().hex}:"
    opened = [
        GitHubHosts(
            shop.credentials.app_id,
            shop.credentials.app_private_key,
            api_url=shop.world.github_api_url,
            timeout=5.0,
            clock=shop.clock,
            budget=RedisHostBudget(redis, shop.clock, prefix),
            memory=RedisMemory(redis, prefix),
        )
        for _ in range(2)
    ]
    yield opened
    for one in opened:
        one.close()


@contextmanager
def working_on(queue: QueueName) -> Iterator[None]:
    before = urgency.set(queue)
    try:
        yield
    finally:
        urgency.reset(before)


def write_policy(shop: Shop, text: bytes, sha: str) -> None:
    change = Change(POLICY, text, "modified")
    shop.world.github.push(
        REPO, "main", sha, author="ann", message="Policy", at=NOW, files=[change]
    )


def policy_of(shop: Shop, hosts: GitHubHosts) -> bytes:
    found = shop.host(hosts).file_at(REPO, POLICY, "", limit=10_000)
    assert found is not None
    return found.contents


def test_what_has_not_changed_is_asked_for_once_and_then_costs_nothing(
    shop: Shop, workers: list[GitHubHosts]
) -> None:
    write_policy(shop, b"mode: act\n", HEAD)

    told = [policy_of(shop, workers[number % 2]) for number in range(3)]

    assert told == [b"mode: act\n"] * 3
    assert [one.rpartition(" ")[2] for one in shop.asked()] == ["200", "304", "304"]


def test_what_has_changed_is_told_anew(shop: Shop, workers: list[GitHubHosts]) -> None:
    write_policy(shop, b"mode: act\n", HEAD)
    policy_of(shop, workers[0])
    write_policy(shop, b"mode: observe\n", "d" * 40)

    assert policy_of(shop, workers[1]) == b"mode: observe\n"
    assert [one.rpartition(" ")[2] for one in shop.asked()] == ["200", "200"]


def test_pages_that_have_not_changed_are_turned_all_the_same(
    shop: Shop, workers: list[GitHubHosts]
) -> None:
    shop.push()
    shop.open_pull_request()
    for number in range(105):
        shop.world.github.comment(REPO, 7, user="ann", body=f"Comment {number}")
    host = shop.host(workers[0])
    comment = host.create_comment(REPO, 7, "<!-- ours -->")

    for _ in range(2):
        found = host.find_comment(REPO, 7, "<!-- ours -->")
        assert found is not None
        assert found.id == comment

    lists = [one for one in shop.asked() if one.startswith(f"GET /repos/{REPO}/issues")]
    assert [one.rpartition(" ")[2] for one in lists] == ["200", "200", "304", "304"]


def test_an_installation_is_told_nothing_that_another_one_was(
    shop: Shop, workers: list[GitHubHosts]
) -> None:
    write_policy(shop, b"mode: act\n", HEAD)
    policy_of(shop, workers[0])
    other = shop.world.github.add_installation("rivals")

    workers[1](other.id).file_at(REPO, POLICY, "", limit=10_000)

    assert [one.rpartition(" ")[2] for one in shop.asked()] == ["200", "200"]


def test_a_limit_met_by_one_worker_keeps_the_others_from_asking(
    shop: Shop, workers: list[GitHubHosts]
) -> None:
    shop.world.faults.limit_rate("/repos/*/permission", retry_after=90, status=403)
    with pytest.raises(RateLimited):
        shop.host(workers[0]).permission(REPO, "ann")
    shop.forget_requests()

    with pytest.raises(RateLimited) as limited:
        shop.host(workers[1]).permission(REPO, "ann")

    assert limited.value.until == NOW + timedelta(seconds=90)
    assert shop.asked() == []


def test_what_an_answer_says_is_left_is_kept_for_who_is_urgent(
    shop: Shop, workers: list[GitHubHosts]
) -> None:
    reset = int((NOW + timedelta(minutes=20)).timestamp())
    told = {
        "X-RateLimit-Limit": "5000",
        "X-RateLimit-Remaining": "2000",
        "X-RateLimit-Reset": str(reset),
    }
    body = {"permission": "write", "user": None, "role_name": "write"}
    shop.world.faults.add("/repos/*/permission", status=200, headers=told, body=body)
    shop.host(workers[0]).permission(REPO, "ann")

    with working_on(QueueName.HISTORY), pytest.raises(RateLimited) as limited:
        shop.host(workers[1]).permission(REPO, "ann")
    with working_on(QueueName.RUN):
        shop.host(workers[1]).permission(REPO, "ann")

    assert limited.value.until.timestamp() == reset


def test_work_that_is_limited_waits_until_it_may_go_on_and_no_worker_with_it(
    engine: Engine, shop: Shop, workers: list[GitHubHosts]
) -> None:
    office = Office(Desk(engine), shop, workers[0], backfill_days=0)
    install(office)
    office.run(901, GREEN, hours_ago=1)
    office.work()
    shop.world.faults.limit_rate("/repos/*/jobs", retry_after=600)

    key = ask_for_history(office)
    office.work()

    waiting = f"SELECT due_at, tries FROM task WHERE kind = '{key}' AND wanted > done"
    assert office.rows(waiting) == [(NOW + timedelta(minutes=10), 0)]
    shop.clock.turn(timedelta(minutes=10))
    office.work()
    assert office.rows(waiting) == []
    assert office.rows("SELECT count(*) FROM report") == [(1,)]


def ask_for_history(office: Office) -> str:
    """Have what ran before read back; the kind of work that is."""
    office.backfill_days = 30
    repo_id = office.rows("SELECT repo_id FROM repository")[0][0]
    with unit_of_work(office.desk.engine) as session:
        asking = Asking(ReadHistory(repo_id), QueueName.HISTORY, "r2")
        tasks.ask(session, [asking], now=office.shop.clock())
    return ReadHistory.kind
