"""POST /api/v1/reports: reports are handed in, each once, and what became of them is told."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import pytest
from starlette.testclient import TestClient

from app.db.session import engine_for
from app.services.access.tokens import Made
from tests.api.ci import FIELDS, GREEN, PROJECT, RED, REPORTS, SHA, Ci, junit
from tests.web.site import served


def test_a_report_is_stored_before_it_is_answered(client: TestClient, ci: Ci) -> None:
    answer = client.post(REPORTS, params=FIELDS, content=RED)

    assert answer.status_code == 201
    told = answer.json()
    assert answer.headers["location"] == told["link"] == f"{REPORTS}/{told['id']}"
    assert (told["status"], told["project"], told["variant"]) == ("stored", PROJECT, "unit")
    assert told["run"] == {
        "name": "pipeline 812",
        "attempt": 1,
        "branch": "main",
        "commit": SHA,
        "pr": None,
        "trusted": True,
        "url": None,
    }
    [report] = told["reports"]
    assert report | {"id": 0, "took_ms": 0, "received_at": ""} == {
        "id": 0,
        "path": "upload",
        "source": "api",
        "variant": "unit",
        "format": "junit",
        "size_bytes": len(RED),
        "received_at": "",
        "took_ms": 0,
        "duration_ms": 200,
        "cases": 2,
        "executions": 2,
        "passed": 1,
        "failed": 1,
        "errored": 0,
        "skipped": 0,
        "flaky": 0,
        "warnings": [],
        "refusal": None,
    }
    assert (told["warnings"], told["became"], told["failures"]) == ([], None, None)
    assert (ci.count("execution"), ci.count("occurrence")) == (2, 1)
    assert ci.rows("SELECT conclusion, branch_class FROM run") == [("failure", "default")]


def test_the_same_again_is_answered_with_the_first_result(client: TestClient, ci: Ci) -> None:
    first = client.post(REPORTS, params=FIELDS, content=GREEN)
    ci.clock.turn(timedelta(minutes=5))

    again = client.post(REPORTS, params=FIELDS, content=GREEN)

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert (ci.count("report"), ci.count("execution"), ci.count("upload")) == (1, 2, 1)
    assert ci.rows("SELECT wanted FROM task") == [(1,)]


def test_of_many_who_send_the_same_at_once_one_is_first(ci: Ci, token: Made) -> None:
    with served(ci.application()) as address, ThreadPoolExecutor(12) as threads:
        headers = {"authorization": f"Bearer {token.text}"}

        def send(_: int) -> tuple[int, int]:
            answer = httpx.post(
                address + REPORTS, params=FIELDS, content=RED, headers=headers, timeout=60
            )
            return answer.status_code, answer.json()["id"]

        found = list(threads.map(send, range(24)))

    assert Counter(status for status, _ in found) == {201: 1, 200: 23}
    assert len({number for _, number in found}) == 1
    assert (ci.count("report"), ci.count("execution"), ci.count("occurrence")) == (1, 2, 1)


def test_a_hundred_shards_of_one_pipeline_come_at_once(ci: Ci, token: Made) -> None:
    with served(ci.application()) as address, ThreadPoolExecutor(32) as threads:
        headers = {"authorization": f"Bearer {token.text}"}

        def send(number: int) -> int:
            return httpx.post(
                address + REPORTS,
                params=FIELDS | {"job": f"shard {number}"},
                content=junit(f"a{number}", "b", failing="b"),
                headers=headers,
                timeout=120,
            ).status_code

        found = Counter(threads.map(send, range(100)))

    assert found == {201: 100}
    assert (ci.count("run"), ci.count("report"), ci.count("execution")) == (1, 100, 200)
    assert ci.rows("SELECT count(*) FROM case_") == [(101,)]


@pytest.mark.parametrize(
    "other",
    [{"attempt": "2"}, {"job": "lint"}, {"pipeline": "813"}, {"environment": "staging"}],
)
def test_the_same_bytes_elsewhere_are_another_upload(
    client: TestClient, ci: Ci, other: dict[str, str]
) -> None:
    client.post(REPORTS, params=FIELDS, content=GREEN)

    answer = client.post(REPORTS, params=FIELDS | other, content=GREEN)

    assert answer.status_code == 201
    assert ci.count("execution") == 4


def test_a_request_that_was_cut_short_can_be_sent_again(client: TestClient, ci: Ci) -> None:
    client.post(REPORTS, params=FIELDS, content=GREEN)
    ci.execute("DELETE FROM upload")  # as if it had been killed between its two transactions

    answer = client.post(REPORTS, params=FIELDS, content=GREEN)

    assert answer.status_code == 201
    assert (ci.count("report"), ci.count("execution")) == (1, 2)


def test_the_evaluation_is_asked_for_in_the_same_breath(client: TestClient, ci: Ci) -> None:
    client.post(REPORTS, params=FIELDS | {"wait": "false"}, content=RED)

    assert ci.hints.told == []  # more shards may come; the sweep tells of it when it is due
    assert ci.work() == 1
    [(kind, cause)] = ci.rows("SELECT task.kind, finding.cause FROM task, finding")
    assert (kind, cause) == ("evaluate_run", "new")


def test_without_the_queue_the_upload_is_taken_all_the_same(client: TestClient, ci: Ci) -> None:
    ci.hints.is_away = True

    assert client.post(REPORTS, params=FIELDS, content=GREEN).status_code == 201
    assert ci.count("task") == 1


def test_what_became_of_an_upload_can_be_asked_later(client: TestClient, ci: Ci) -> None:
    handed = client.post(REPORTS, params=FIELDS, content=RED).json()
    before = client.get(handed["link"])
    ci.work()
    client.post(REPORTS, params=FIELDS | {"attempt": "2"}, content=GREEN)
    ci.work()

    after = client.get(handed["link"])

    assert (before.status_code, before.json()) == (200, handed)
    told = after.json()
    assert (after.status_code, told["status"]) == (200, "evaluated")
    [failure] = told["failures"]
    assert (failure["title"], failure["cause"], failure["variant"]) == ("t::b", "flaky", "unit")
    assert failure["why"] != []
    [became] = told["became"]
    assert (became["title"], became["was"], became["now"]) == ("t::b", "healthy", "suspect")


@pytest.mark.parametrize("wanted", ["0", "999999", "x", "1" * 30, "-1", "\u0661"])
def test_an_upload_that_is_not_there_is_not_found(client: TestClient, wanted: str) -> None:
    answer = client.get(f"{REPORTS}/{wanted}")

    assert answer.status_code == 404
    assert answer.json()["error"] == {
        "kind": "not_found",
        "message": "Nothing is here, or nothing for you.",
    }


def test_another_projects_upload_is_not_there(client: TestClient, ci: Ci) -> None:
    handed = client.post(REPORTS, params=FIELDS, content=GREEN).json()
    other = ci.client(ci.token("gitlab:acme/other"))

    assert other.get(handed["link"]).status_code == 404


def test_what_cannot_be_read_is_said_with_its_line(client: TestClient, ci: Ci) -> None:
    answer = client.post(REPORTS, params=FIELDS, content=b"\n{}\n")

    assert answer.status_code == 400
    said = answer.json()["error"]
    assert (said["kind"], said["line"]) == ("validation", 1)
    assert said["message"].startswith("The file is not a test report of a format we read")
    assert [one["refusal"]["message"] for one in said["reports"]] == [said["message"]]
    assert (ci.count("task"), ci.count("execution")) == (0, 0)


def test_what_cannot_be_read_is_refused_again_in_the_same_words(client: TestClient) -> None:
    first = client.post(REPORTS, params=FIELDS, content=b"rubbish")
    again = client.post(REPORTS, params=FIELDS, content=b"rubbish")

    assert (first.status_code, again.status_code) == (400, 400)
    assert again.json()["error"] == first.json()["error"]


def test_without_the_database_the_sender_hears_to_come_back(ci: Ci, token: Made) -> None:
    away = Ci(engine_for("postgresql+psycopg://x@/x?host=/nonexistent"), ci.redis_url, ci.clock)

    answer = away.client(token).post(REPORTS, content=GREEN)

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    assert answer.json()["error"]["kind"] == "database"
