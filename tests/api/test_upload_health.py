"""GET /api/v1/repositories/{id}/uploads: how a repository's uploads went."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from app.db import upload_pages
from app.db.session import unit_of_work
from app.services.access.tokens import Made
from app.services.retention import retire
from tests.api.ci import FIELDS, MB, REPORTS, SHA, Ci, junit, zipped
from tests.web.conftest import ADMIN_TOKEN
from tests.web.site import sign_in


def uploads_of(token: Made) -> str:
    return f"/api/v1/repositories/{token.token.repo_id}/uploads"


def test_each_report_tells_how_it_went_newest_first(
    ci: Ci, token: Made, client: TestClient
) -> None:
    client.post(REPORTS, params=FIELDS, content=junit("a", failing="a"))
    ci.clock.turn(timedelta(minutes=1))
    client.post(REPORTS, params=FIELDS, content=b"rubbish")
    ci.clock.turn(timedelta(minutes=1))
    client.post("/api/ingestion/junit", params=FIELDS, content=junit())

    told = client.get(uploads_of(token)).json()

    assert (told["page"], told["has_more"], told["refused"]) == (1, False, [])
    empty, refused, red = told["reports"]
    assert [one["source"] for one in told["reports"]] == ["junit", "api", "api"]
    assert empty["warnings"] == [
        "The report lists no case; look whether the runner found its tests and finished writing."
    ]
    assert refused["refusal"]["line"] == 1
    assert (red["cases"], red["failed"], red["size_bytes"]) == (
        1,
        1,
        len(junit("a", failing="a")),
    )
    assert red["run"]["commit"] == SHA
    assert all(isinstance(one["took_ms"], int) for one in told["reports"])


def test_what_was_refused_at_the_door_is_told_with_its_reason(
    ci: Ci, token: Made, client: TestClient
) -> None:
    ci.body_limit = MB
    small = ci.client(token)
    small.post(REPORTS, params={"attempt": "0"}, content=junit("a"))
    ci.clock.turn(timedelta(minutes=1))
    small.post(REPORTS, params={"project": "acme/other"}, content=junit("a"))
    ci.clock.turn(timedelta(minutes=1))
    too_large = small.post(REPORTS, params=FIELDS, content=b" " * (MB + 1))

    told = client.get(uploads_of(token)).json()

    assert told["reports"] == []
    large, elsewhere, odd = told["refused"]
    assert large["reason"].startswith("The body is larger than the 1 MB allowed")
    assert (large["size_bytes"], large["token"], large["source"]) == (MB + 1, "ci", "api")
    assert large["request_id"] == too_large.json()["request_id"]
    assert elsewhere["reason"].startswith("This token is not for that project")
    assert odd["reason"].startswith("The field “attempt”")


def test_a_refusal_goes_after_a_month_and_an_upload_with_its_run(
    ci: Ci, token: Made, client: TestClient
) -> None:
    client.post(REPORTS, params={"attempt": "0"}, content=junit("a"))
    client.post(REPORTS, params=FIELDS, content=junit("a"))

    counts = []
    for days in (29, 31, 400):
        ci.execute("UPDATE report SET folded_at = now()")
        retire(ci.engine, now=ci.clock() + timedelta(days=days))
        counts.append(ci.count("upload"))

    assert counts == [2, 1, 0]


def test_the_list_is_paged(ci: Ci, token: Made, client: TestClient) -> None:
    files = {f"{number:03}.xml": junit(f"case_{number}") for number in range(60)}
    client.post(REPORTS, params=FIELDS, content=zipped(files))

    first = client.get(uploads_of(token)).json()
    second = client.get(uploads_of(token), params={"page": "2"}).json()

    assert [len(first["reports"]), len(second["reports"])] == [50, 10]
    assert [first["has_more"], second["has_more"]] == [True, False]
    seen = {one["path"] for one in [*first["reports"], *second["reports"]]}
    assert len(seen) == 60


@pytest.mark.parametrize("page", ["0", "x", "99999999999", "\u0662"])
def test_an_odd_page_is_the_nearest_one(token: Made, client: TestClient, page: str) -> None:
    assert client.get(uploads_of(token), params={"page": page}).status_code == 200


def test_the_admin_token_and_whoever_is_signed_in_may_look(ci: Ci, token: Made) -> None:
    admin = ci.client()
    admin.headers["authorization"] = f"Bearer {ADMIN_TOKEN}"
    person = TestClient(ci.application(), follow_redirects=False)
    sign_in(person, ci.site())

    assert admin.get(uploads_of(token)).status_code == 200
    assert person.get(uploads_of(token)).status_code == 200


def test_strangers_and_other_projects_tokens_see_nothing(ci: Ci, token: Made) -> None:
    other = ci.client(ci.token("gitlab:acme/other"))
    guess = ci.client()
    guess.headers["authorization"] = "Bearer guess"

    assert ci.client().get(uploads_of(token)).status_code == 401
    assert guess.get(uploads_of(token)).status_code == 401
    assert other.get(uploads_of(token)).status_code == 404


@pytest.mark.parametrize("wanted", ["0", "x", "--1", "1" * 19, "99"])
def test_a_repository_that_is_not_there_is_not_found(ci: Ci, wanted: str) -> None:
    admin = ci.client()
    admin.headers["authorization"] = f"Bearer {ADMIN_TOKEN}"

    answer = admin.get(f"/api/v1/repositories/{wanted}/uploads")

    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("query", "index"),
    [(upload_pages.RECENT, "report_recent"), (upload_pages.REFUSED, "upload_refused")],
)
def test_the_list_and_the_refusals_are_read_by_their_indexes(
    ci: Ci, query: str, index: str
) -> None:
    with unit_of_work(ci.engine) as session:
        session.execute(text("SET LOCAL enable_seqscan = off"))
        session.execute(text("SET LOCAL enable_bitmapscan = off"))
        asked = {"repo": 1, "limit": 9, "offset": 0}
        lines = session.execute(text(f"EXPLAIN {query}"), asked).scalars().all()

    assert f"Index Scan Backward using {index}" in "\n".join(lines)
