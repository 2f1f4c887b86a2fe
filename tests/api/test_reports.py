"""POST /api/v1/reports: whoever has a token hands reports in, each once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import pytest
from starlette.testclient import TestClient

from app.db.session import engine_for
from app.services.access import tokens
from app.services.access.tokens import Made
from tests.api.ci import HERE, HOUR, PROJECT, REPORTS, SHA, Ci, junit
from tests.web.site import Hands, served

FIELDS = {"commit": SHA, "branch": "main", "pipeline": "812", "job": "unit"}
GREEN = junit("a", "b")
RED = junit("a", "b", failing="b")


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


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer x", "Basic {}", "Bearer fgt_1_x", "Bearer {}x", "Bearer \xe9{}", "{}"],
)
def test_whatever_is_wrong_with_a_token_the_answer_is_the_same(
    ci: Ci, token: Made, header: str
) -> None:
    sent = {b"authorization": header.format(token.text).encode("latin-1")}

    answer = ci.client().post(REPORTS, headers=sent, content=GREEN)

    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.json()["error"] == {
        "kind": "authentication",
        "message": "No valid project token came along; send it as `Authorization: Bearer TOKEN`,"
        " and make one with: flakeguard token create",
    }
    assert ci.count("upload") == 0


def test_a_revoked_token_opens_nothing(ci: Ci, token: Made, client: TestClient) -> None:
    tokens.revoke(ci.engine, token.token.id, by=HERE, now=ci.clock())

    assert client.post(REPORTS, content=GREEN).status_code == 401


def test_a_rotated_token_goes_on_until_its_end(
    ci: Ci, token: Made, client: TestClient, clock: Hands
) -> None:
    new = tokens.rotate(ci.engine, token.token.id, by=HERE, now=clock(), overlap=HOUR)

    clock.turn(HOUR - timedelta(seconds=1))
    during = client.post(REPORTS, params=FIELDS, content=GREEN).status_code
    clock.turn(timedelta(seconds=1))
    after = client.post(REPORTS, params=FIELDS, content=GREEN).status_code
    with_new = ci.client(new).post(REPORTS, params=FIELDS, content=GREEN).status_code

    assert (during, after, with_new) == (201, 401, 200)


def test_the_last_use_of_a_token_is_kept(ci: Ci, token: Made, client: TestClient) -> None:
    client.post(REPORTS, params=FIELDS, content=GREEN)

    [found] = tokens.listed(ci.engine, PROJECT)
    assert found.last_used_at == ci.clock()


@pytest.mark.parametrize("project", [PROJECT, "acme/shop/cart", "ACME/Shop/cart"])
def test_the_project_may_be_named(client: TestClient, project: str) -> None:
    answer = client.post(REPORTS, params=FIELDS | {"project": project}, content=GREEN)

    assert answer.status_code == 201


@pytest.mark.parametrize("project", ["gitlab:acme/other", "acme/shop", "1", "gitlab:acme/known"])
def test_a_token_says_nothing_of_other_projects(ci: Ci, client: TestClient, project: str) -> None:
    ci.token("gitlab:acme/known")

    answer = client.post(REPORTS, params={"project": project}, content=GREEN)

    assert answer.status_code == 403
    assert answer.json()["error"] == {
        "kind": "permission",
        "message": "This token is not for that project; leave the project out, or use the"
        " project's own token.",
    }
    assert ci.count("report") == 0


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


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"attempt": "0"}, "The field “attempt” must be a whole number from 1 to 10,000, not “0”."),
        ({"pr": "x"}, "The field “pr” must be a whole number from 1 to 2,147,483,647, not “x”."),
        (
            {"commit": "no such!"},
            "The field “commit” must be a commit's hash, 4 to 64 letters and digits, not"
            " “no such!”.",
        ),
        (
            {"at": "yesterday"},
            "The field “at” must be a time such as 2026-11-20T12:00:00Z, not “yesterday”.",
        ),
        ({"wait": "maybe"}, "The field “wait” must be true or false, not “maybe”."),
        ({"job": "a\x00b"}, "The field “job” holds a control character; take it out."),
        (
            {"job": "j" * 256},
            f"The field “job” has 256 characters; 255 are allowed, not “{'j' * 60}”.",
        ),
        (
            {"url": "javascript:alert(1)"},
            "The field “url” must be an http(s) address of at most 2,000 characters, not"
            " “javascript:alert(1)”.",
        ),
        (
            {"at": "2024-01-01T00:00:00Z"},
            "The run is dated 2024-01-01, more than 400 days ago; it is too old to be stored.",
        ),
    ],
)
def test_a_field_that_cannot_be_read_is_named(
    client: TestClient, ci: Ci, fields: dict[str, str], message: str
) -> None:
    answer = client.post(REPORTS, params=FIELDS | fields, content=GREEN)

    assert (answer.status_code, answer.json()["error"]["message"]) == (400, message)
    assert ci.count("execution") == 0


def test_a_field_told_twice_is_refused_unless_it_says_the_same(client: TestClient) -> None:
    twice = client.post(f"{REPORTS}?job=a&job=b", content=GREEN)
    same = client.post(f"{REPORTS}?job=a&job=a", content=GREEN)

    assert twice.json()["error"]["message"] == (
        "The field “job” is told twice, with different values."
    )
    assert same.status_code == 201


def test_what_was_not_told_is_said(client: TestClient) -> None:
    answer = client.post(REPORTS, params={"comit": SHA}, content=GREEN)

    assert answer.status_code == 201
    assert answer.json()["warnings"] == [
        "The field “comit” is not known and was ignored.",
        "No commit was told, so nothing can be compared with other runs of the same code; send"
        " the field “commit”.",
        "No branch was told, so nothing counts for the default branch; send the field “branch”.",
    ]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"branch": "main"}, ("default", None, True, SHA)),
        ({"branch": "topic"}, ("other", None, True, SHA)),
        ({"branch": "topic", "pr": "7"}, ("pull_request", 7, True, SHA)),
        (
            {"branch": "topic", "pr": "7", "base": "beef", "trusted": "false"},
            ("pull_request", 7, False, f"{SHA}+beef"),
        ),
        ({"branch": "gh-readonly-queue/main/pr-7-beef"}, ("merge_queue", None, True, SHA)),
    ],
)
def test_a_run_knows_where_its_code_comes_from(
    client: TestClient, ci: Ci, fields: dict[str, str], expected: tuple[object, ...]
) -> None:
    client.post(REPORTS, params={"commit": SHA, "pipeline": "1"} | fields, content=GREEN)

    assert ci.rows("SELECT branch_class, pr_number, is_trusted, code FROM run") == [expected]


@pytest.mark.parametrize(
    ("stamp", "field", "expected"),
    [
        ("2026-11-20T11:00:00", None, "2026-11-20 11:00:00+00"),
        ("2026-11-20T14:30:00", None, "2026-11-20 12:00:00+00"),  # local time without its zone
        ("2019-01-01T00:00:00", None, "2026-11-20 12:00:00+00"),  # not to be believed
        ("2026-11-20T11:00:00", "2026-11-18T10:00:00+02:00", "2026-11-18 08:00:00+00"),
        ("2026-11-20T11:00:00", "1795168800", "2026-11-20 10:00:00+00"),
    ],
)
def test_executions_are_dated_by_the_field_or_by_the_report_where_plausible(
    client: TestClient, ci: Ci, stamp: str, field: str | None, expected: str
) -> None:
    fields = FIELDS if field is None else FIELDS | {"at": field}

    client.post(REPORTS, params=fields, content=junit("a", stamp=stamp))

    at = ci.rows(
        "SELECT DISTINCT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS+00') FROM execution"
    )
    assert at == [(expected,)]


def test_the_shards_of_a_pipeline_are_one_run(client: TestClient, ci: Ci) -> None:
    for shard in ("a", "b", "c"):
        client.post(REPORTS, params=FIELDS | {"job": shard}, content=junit(shard))

    assert (ci.count("run"), ci.count("report")) == (1, 3)
    assert ci.rows("SELECT wanted, done FROM task") == [(3, 0)]
    assert ci.work() == 1


def test_a_run_that_github_told_us_of_keeps_its_facts(ci: Ci) -> None:
    ci.execute(
        "INSERT INTO repository (repo_id, full_name, provider, default_branch, is_private,"
        " settings, updated_at) VALUES (7, 'acme/shop', 'github', 'main', false, '{}', now())"
    )
    ci.execute(
        "INSERT INTO run (repo_id, run_id, attempt, workflow, event, status, head_sha, code,"
        " branch, branch_class, is_trusted, actor, started_at, url) VALUES (7, 812, 1, 'CI',"
        " 'pull_request', 'in_progress', 'cafe', 'cafe', 'topic', 'pull_request', false, 'mona',"
        " '2026-11-20 11:50Z', '')"
    )
    client = ci.client(ci.token("acme/shop"))

    told = client.post(REPORTS, params=FIELDS, content=GREEN).json()

    assert (told["run"]["name"], told["run"]["commit"], told["run"]["trusted"]) == (
        "CI",
        "cafe",
        False,
    )
    assert (ci.count("run"), ci.rows("SELECT conclusion FROM run")) == (1, [(None,)])


def test_no_token_is_written_to_a_log(
    client: TestClient, token: Made, capfd: pytest.CaptureFixture[str]
) -> None:
    client.post(REPORTS, params=FIELDS, content=GREEN)
    client.post(REPORTS, params=FIELDS, content=b"rubbish")
    client.post(REPORTS, headers={"authorization": f"Bearer {token.text}x"}, content=GREEN)

    said = capfd.readouterr()
    assert token.text not in said.out + said.err
    assert token.text not in repr(token)


def test_without_the_database_the_sender_hears_to_come_back(ci: Ci, token: Made) -> None:
    away = Ci(engine_for("postgresql+psycopg://x@/x?host=/nonexistent"), ci.redis_url, ci.clock)

    answer = away.client(token).post(REPORTS, content=GREEN)

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    assert answer.json()["error"]["kind"] == "database"
