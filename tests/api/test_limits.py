"""So many uploads a minute for each token, whichever web process takes them."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from app.core.errors import Unavailable
from app.services.access.tokens import Made
from jobs.budget import RedisBudget
from jobs.queue import redis_at
from tests.api.ci import REPORTS, SHA, Ci, junit

FIELDS = {"commit": SHA, "branch": "main", "pipeline": "812"}
NOWHERE = "redis://127.0.0.1:1/0"


def post(client: TestClient, number: int) -> int:
    return client.post(
        REPORTS, params=FIELDS | {"job": str(number)}, content=junit("a")
    ).status_code


def test_every_answer_tells_what_is_left(ci: Ci, token: Made) -> None:
    ci.per_minute, ci.burst = 1, 3
    client = ci.client(token)

    first = client.post(REPORTS, params=FIELDS, content=junit("a"))
    second = client.post(REPORTS, params=FIELDS, content=b"rubbish")

    limits = ("x-ratelimit-limit", "x-ratelimit-remaining")
    assert [first.headers[name] for name in limits] == ["3", "2"]
    assert [second.headers[name] for name in limits] == ["3", "1"]
    wait = int(second.headers["x-ratelimit-reset"]) - int(first.headers["x-ratelimit-reset"])
    assert 50 <= wait <= 61


def test_above_the_limit_the_sender_hears_when_to_come_back(ci: Ci, token: Made) -> None:
    ci.per_minute, ci.burst = 2, 2
    client = ci.client(token)
    assert [post(client, number) for number in range(2)] == [201, 201]

    answer = client.post(REPORTS, params=FIELDS, content=junit("a"))

    assert answer.status_code == 429
    assert 1 <= int(answer.headers["retry-after"]) <= 30
    assert answer.headers["x-ratelimit-remaining"] == "0"
    assert answer.json()["error"] == {
        "kind": "rate_limit",
        "message": "Too many uploads with this token; send this one again after the time in"
        " Retry-After.",
    }
    assert ci.count("upload") == 2


def test_one_token_does_not_use_up_anothers_share(ci: Ci, token: Made) -> None:
    ci.per_minute, ci.burst = 1, 1
    other = ci.token("gitlab:acme/other")

    statuses = [post(ci.client(one), 1) for one in (token, token, other)]

    assert statuses == [201, 429, 201]


def test_a_hundred_shards_fit_at_once(servers_budget: RedisBudget) -> None:
    with ThreadPoolExecutor(16) as threads:
        found = list(threads.map(lambda _: servers_budget.take("shards"), range(150)))

    allowed = [one for one in found if one.is_allowed]
    assert 120 <= len(allowed) <= 125  # a few come back while the others are taken


def test_several_web_processes_count_together(ci: Ci, token: Made) -> None:
    ci.per_minute, ci.burst = 1, 4
    clients = [ci.client(token) for _ in range(3)]

    statuses = [post(clients[number % 3], number) for number in range(9)]

    assert sorted(statuses) == [201] * 4 + [429] * 5


def test_what_was_taken_comes_back_with_time(ci: Ci) -> None:
    budget = RedisBudget(ci.redis, per_minute=60_000, burst=2)  # one each millisecond
    key = "comes back"
    taken = [budget.take(key).is_allowed for _ in range(2)]

    while not budget.take(key).is_allowed:
        pass

    assert taken == [True, True]


def test_a_bucket_leaves_nothing_behind_once_it_is_full(ci: Ci) -> None:
    budget = RedisBudget(ci.redis, per_minute=60, burst=5)

    budget.take("forgotten")

    lasts = ci.redis.pttl("flakeguard:budget:forgotten")
    assert 0 < int(lasts) <= 2_000


def test_the_key_is_the_tokens_digest(ci: Ci, token: Made) -> None:
    post(ci.client(token), 1)

    keys = [key.decode() for key in ci.redis.scan_iter("flakeguard:budget:*")]
    assert [key for key in keys if token.text in key] == []


def test_while_redis_is_away_everybody_may_send(ci: Ci, token: Made) -> None:
    ci.per_minute, ci.burst, ci.redis_url = 1, 1, NOWHERE
    client = ci.client(token)

    with capture_logs() as logs:
        answers = [
            client.post(REPORTS, params=FIELDS | {"job": str(number)}, content=junit("a"))
            for number in range(3)
        ]

    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert [name for name in answers[0].headers if name.startswith("x-ratelimit")] == []
    said = [line for line in logs if line["event"] == "rate_limit_open"]
    assert len(said) == 3
    assert said[0]["error"].startswith("Redis did not answer")


def test_a_redis_that_is_away_is_not_asked_for_each_upload() -> None:
    budget = RedisBudget(redis_at(NOWHERE), per_minute=1, burst=1)
    with pytest.raises(Unavailable, match="Connection refused"):
        budget.take("x")

    with pytest.raises(Unavailable, match="did not answer lately"):
        budget.take("x")


@pytest.fixture
def servers_budget(ci: Ci) -> RedisBudget:
    return RedisBudget(ci.redis, per_minute=60, burst=120)
