"""Headers, request ids and error pages: on every answer, whatever made it."""

import logging
import re
from dataclasses import replace

import pytest
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from app.db.session import engine_for
from app.web import Web
from tests.web.site import SECRET_OF_A_BUG, application, browser_of

ANSWERS = {
    "/": 303,
    "/sign-in": 200,
    "/static/style.css": 200,
    "/static/nothing": 404,
    "/favicon.ico": 307,
    "/nothing": 404,
    "/broken": 500,
    "/health": 200,
    "/health/ready": 200,
    "/.well-known/security.txt": 200,
}
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


@pytest.mark.parametrize(("path", "status"), ANSWERS.items())
def test_every_answer_carries_the_headers(stranger: TestClient, path: str, status: int) -> None:
    answer = stranger.get(path)

    assert answer.status_code == status
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["permissions-policy"].startswith("camera=()")
    assert answer.headers["cache-control"] == "no-store"
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["x-request-id"])


def test_refused_methods_and_forms_carry_them_too(stranger: TestClient) -> None:
    for answer in (stranger.post("/"), stranger.post("/sign-in", data={"x": "y" * 20_000})):
        assert answer.status_code in {405, 413}
        assert answer.headers["content-security-policy"] == POLICY


def test_the_style_sheet_may_be_kept_under_the_name_of_its_content(stranger: TestClient) -> None:
    page = stranger.get("/sign-in").text
    address = re.search(r'href="(/static/style\.css\?v=[0-9a-f]{12})"', page)
    assert address is not None

    answer = stranger.get(address[1])

    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/css; charset=utf-8"


@pytest.mark.parametrize("path", ["/static/..%2fsite.py", "/static/%2e%2e/site.py", "/static/"])
def test_no_other_file_is_served(stranger: TestClient, path: str) -> None:
    assert stranger.get(path).status_code == 404


@pytest.mark.parametrize("given", ["a", "A-z_0.9", "f" * 64])
def test_a_harmless_request_id_is_kept(stranger: TestClient, given: str) -> None:
    answer = stranger.get("/health", headers={"X-Request-Id": given})

    assert answer.headers["x-request-id"] == given


@pytest.mark.parametrize("given", ["", "f" * 65, "a b", "a\tb", "<b>", "a%0d", "\u00e9"])
def test_an_odd_request_id_is_replaced(stranger: TestClient, given: str) -> None:
    answer = stranger.get("/health", headers={b"X-Request-Id": given.encode("latin-1")})

    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["x-request-id"])


def test_a_bug_shows_the_request_id_and_nothing_else(stranger: TestClient) -> None:
    with capture_logs() as logged:
        answer = stranger.get("/broken", headers={"X-Request-Id": "r-42"})

    assert answer.status_code == 500
    assert "<code>r-42</code>" in answer.text
    assert "it is our fault, not yours" in answer.text
    assert SECRET_OF_A_BUG not in answer.text
    assert "RuntimeError" not in answer.text
    assert [(line["event"], line["path"]) for line in logged] == [("request_failed", "/broken")]


def test_a_program_gets_its_errors_as_json(stranger: TestClient) -> None:
    headers = {"Accept": "application/json", "X-Request-Id": "r-42"}

    broken, missing = (stranger.get(path, headers=headers) for path in ("/broken", "/nothing"))

    assert broken.json() == {
        "error": {
            "kind": "processing",
            "message": "Something went wrong here, and it is our fault, not yours.",
        },
        "request_id": "r-42",
    }
    assert missing.json() == {
        "error": {"kind": "not_found", "message": "Nothing is here, or nothing for you."},
        "request_id": "r-42",
    }


def test_the_page_for_nothing_is_a_page(stranger: TestClient) -> None:
    answer = stranger.get("/nothing")

    assert "<h1>Nothing is here</h1>" in answer.text
    assert 'href="/static/style.css' in answer.text


def test_without_its_database_a_page_says_so_and_not_where_it_is(
    web: Web, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    away = engine_for("postgresql+psycopg://someone:hunter2@/nowhere?host=/nonexistent")
    client = browser_of(application(replace(web, engine=away)))
    client.cookies.set("flakeguard", "x" * 43)

    answer = client.get("/parked")

    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "10"
    assert "The database does not answer at the moment; nothing is lost." in answer.text
    assert "nonexistent" not in answer.text
