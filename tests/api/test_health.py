"""/health for a balancer, /health/ready for a deployment, /health/deep for a person."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.testclient import TestClient

from app.core.errors import ErrorKind, Unavailable
from app.db.session import Engine, engine_for, unit_of_work
from app.web import Web
from tests.web.conftest import ADMIN_TOKEN
from tests.web.site import application
from tests.web.world import NOW, World

HOUR = timedelta(hours=1)
NOWHERE = "postgresql+psycopg://someone:hunter2@/nowhere?host=/nonexistent"


def redis_is_away() -> None:
    raise Unavailable("Redis does not answer at unix:///run/redis.", kind=ErrorKind.PROCESSING)


def program(app: Starlette, token: str | None = None) -> TestClient:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return TestClient(app, headers=headers, follow_redirects=False)


def lost(web: Web) -> Web:
    return replace(web, engine=engine_for(NOWHERE))


def execute(engine: Engine, *statements: str) -> None:
    with unit_of_work(engine) as session:
        for statement in statements:
            session.execute(text(statement))


def test_the_process_is_alive_whatever_else_is_away(web: Web) -> None:
    answer = program(application(lost(web), ping_redis=redis_is_away)).get("/health")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_ready_names_each_part(app: Starlette) -> None:
    answer = program(app).get("/health/ready")

    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "checks": {"database": "ok", "migrations": "ok", "redis": "ok"},
    }


def test_without_redis_work_goes_on(web: Web) -> None:
    answer = program(application(web, ping_redis=redis_is_away)).get("/health/ready")

    assert answer.status_code == 200
    assert answer.json() == {
        "status": "degraded",
        "checks": {"database": "ok", "migrations": "ok", "redis": "degraded"},
    }


def test_without_the_database_nothing_is_ready_and_nothing_is_told(web: Web) -> None:
    answer = program(application(lost(web))).get("/health/ready")

    assert answer.status_code == 503
    assert answer.json() == {"status": "failing", "checks": {"database": "failing", "redis": "ok"}}


@pytest.mark.parametrize(
    ("statement", "at"),
    [
        ("UPDATE alembic_version SET version_num = '0000'", "0000"),
        ("DELETE FROM alembic_version", "nothing"),
    ],
)
def test_an_older_schema_is_not_ready_and_the_reason_is_for_insiders(
    app: Starlette, engine: Engine, statement: str, at: str
) -> None:
    execute(engine, statement)

    ready = program(app).get("/health/ready")
    deep = program(app, ADMIN_TOKEN).get("/health/deep")

    assert ready.status_code == 503
    assert ready.json()["checks"]["migrations"] == "failing"
    message = deep.json()["checks"]["migrations"]["message"]
    assert message.startswith(f"The schema is at {at} and should be at ")
    assert message.endswith(": run `flakeguard migrate`.")


def test_deep_is_not_there_for_strangers(app: Starlette) -> None:
    answer = program(app).get("/health/deep")

    assert answer.status_code == 404
    assert answer.json()["error"] == {
        "kind": "not_found",
        "message": "Nothing is here, or nothing for you.",
    }


@pytest.mark.parametrize("token", ["guess", ADMIN_TOKEN + "x", ADMIN_TOKEN[:-1], "\xe9"])
def test_a_wrong_bearer_token_is_refused(app: Starlette, token: str) -> None:
    header = {b"authorization": f"Bearer {token}".encode("latin-1")}

    answer = program(app).get("/health/deep", headers=header)

    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


def test_guessing_bearer_tokens_is_limited(app: Starlette) -> None:
    for _ in range(10):
        assert program(app, "guess").get("/health/deep").status_code == 401

    answer = program(app, ADMIN_TOKEN).get("/health/deep")

    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "Fri, 20 Nov 2026 12:10:00 GMT"


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER "])
def test_the_admin_token_reads_deep(app: Starlette, scheme: str) -> None:
    header = {"authorization": f"{scheme} {ADMIN_TOKEN}"}

    assert program(app).get("/health/deep", headers=header).status_code == 200


def test_whoever_is_signed_in_reads_deep(visitor: TestClient) -> None:
    answer = visitor.get("/health/deep")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"


def test_deep_times_every_part(visitor: TestClient) -> None:
    told = visitor.get("/health/deep").json()

    times = {name: check.pop("ms") for name, check in told["checks"].items()}
    assert set(times) == {"database", "migrations", "redis"}
    assert all(isinstance(took, float) and took >= 0 for took in times.values())
    assert told["checks"]["database"] == {"status": "ok", "message": None}


def test_deep_counts_unfinished_work(visitor: TestClient, world: World) -> None:
    world.parked()
    world.parked(kind="ingest_run", key="a", parked_at=None, queue="run", asked_at=NOW - HOUR)
    world.parked(kind="ingest_run", key="b", parked_at=None, queue="history", done=1)

    told = visitor.get("/health/deep").json()["tasks"]

    run = {"kind": "ingest_run", "queue": "run", "open": 1, "parked": 0}
    delivery = {"kind": "take_delivery", "queue": "run", "open": 0, "parked": 1}
    assert told == {
        "open": 1,
        "parked": 1,
        "oldest_open_seconds": 3600,
        "by_kind": [
            run | {"oldest_open_seconds": 3600},
            delivery | {"oldest_open_seconds": None},
        ],
    }


def test_deep_tells_who_acts_for_cron_and_when_it_last_did(
    visitor: TestClient, engine: Engine
) -> None:
    execute(
        engine,
        "INSERT INTO lease VALUES ('cron', 'host-1', '2026-11-20 12:01+00')",
        "INSERT INTO scheduled VALUES ('sweep', '2026-11-20 11:59+00', 12, NULL)",
    )

    told = visitor.get("/health/deep").json()["cron"]

    job = {"name": "sweep", "last_at": "2026-11-20T11:59:00+00:00", "took_ms": 12, "error": None}
    lease = {"name": "cron", "holder": "host-1", "until": "2026-11-20T12:01:00+00:00"}
    assert told == {"leases": [lease], "jobs": [job]}


def test_deep_tells_which_hosts_are_spared(visitor: TestClient, engine: Engine) -> None:
    execute(
        engine,
        "INSERT INTO breaker VALUES ('api.github.com', 5, '2026-11-20 12:00:30+00'),"
        " ('slack.com', 2, NULL)",
    )

    told = visitor.get("/health/deep").json()["breakers"]

    until = "2026-11-20T12:00:30+00:00"
    assert told == [
        {"host": "api.github.com", "failures": 5, "is_open": True, "open_until": until},
        {"host": "slack.com", "failures": 2, "is_open": False, "open_until": None},
    ]


def test_deep_says_what_is_wrong_with_redis(web: Web, app: Starlette, visitor: TestClient) -> None:
    degraded = program(application(web, ping_redis=redis_is_away), ADMIN_TOKEN)

    check = degraded.get("/health/deep").json()["checks"]["redis"]

    assert check["status"] == "degraded"
    assert check["message"] == (
        "Redis does not answer at unix:///run/redis."
        " Work goes on from the database, a little later than with it."
    )


def test_deep_without_the_database_still_answers_a_bearer(web: Web) -> None:
    answer = program(application(lost(web)), ADMIN_TOKEN).get("/health/deep")

    assert answer.status_code == 503
    told = answer.json()
    assert told["status"] == "failing"
    assert told["checks"]["database"]["message"].startswith("PostgreSQL did not answer: ")
    assert "hunter2" not in answer.text
