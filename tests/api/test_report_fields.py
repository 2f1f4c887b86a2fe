"""POST /api/v1/reports: the fields that come along, and what run and dates they tell of."""

import pytest
from starlette.testclient import TestClient

from tests.api.ci import FIELDS, GREEN, REPORTS, SHA, Ci, junit


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
