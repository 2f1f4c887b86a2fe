"""Another CI's whole way: a token, an upload that waits, and what became flaky; for real."""

import json
from pathlib import Path

import httpx
import pytest

from tests.api.ci import PROJECT, REPORTS, SHA, junit
from tests.commands.test_up import running
from tests.commands.world import run

pytestmark = pytest.mark.story
FIELDS = {"commit": SHA, "branch": "main", "pipeline": "812", "job": "unit", "wait": "true"}


def test_whoever_waits_hears_what_became_flaky(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with running(data) as up:
        status, said, complained = run(data, "token", "create", PROJECT, "--json")
        assert status == 0, complained
        bearer = {"authorization": f"Bearer {json.loads(said)['token']}"}
        with httpx.Client(base_url=up.address, headers=bearer, timeout=60) as client:
            red = client.post(
                REPORTS, params=FIELDS, content=junit("a", "b", failing="b", stamp="")
            )
            green = client.post(
                REPORTS, params=FIELDS | {"attempt": "2"}, content=junit("a", "b", stamp="")
            )
            again = client.get(green.json()["link"])
            described = client.get("/openapi.json")
            docs = client.get("/docs")

    assert (red.status_code, red.json()["status"]) == (201, "evaluated")
    assert [one["title"] for one in red.json()["failures"]] == ["t::b"]
    told = green.json()
    assert (green.status_code, told["status"]) == (201, "evaluated")
    assert [(one["title"], one["now"]) for one in told["became"]] == [("t::b", "suspect")]
    assert told["failures"] == []
    assert again.json() == told
    assert REPORTS in described.json()["paths"]
    assert docs.headers["content-security-policy"].startswith("default-src 'none'")
