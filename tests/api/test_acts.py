"""Acts over the API, and what a CI script asks: who may, what is answered, what is refused."""

from uuid import UUID

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from app.db.session import Engine, unit_of_work
from app.render.words.decisions import needs_reason
from app.services.access.tokens import Made
from tests.api.ci import PROJECT, Ci, error
from tests.web.conftest import ADMIN_TOKEN
from tests.web.world import NOW, World

BASE = f"/api/v1/repositories/{PROJECT}"
OTHER = "/api/v1/repositories/gitlab:acme/other"


@pytest.fixture
def admin(ci: Ci) -> TestClient:
    found = ci.client()
    found.headers["authorization"] = f"Bearer {ADMIN_TOKEN}"
    return found


def test_what_is_done_on_the_code_host_is_refused_where_there_is_none(
    bot: TestClient, flaky: UUID
) -> None:
    issue = bot.post(f"{BASE}/cases/{flaky}/open_issue")
    rerun = bot.post(f"{BASE}/cases/{flaky}/rerun", json={"times": 2})
    too_often = bot.post(f"{BASE}/cases/{flaky}/rerun", json={"times": 21})

    said = "This repository is not on a GitHub that FlakeGuard is installed on, so nothing is done."
    assert error(issue) == error(rerun) == (409, "conflict", said)
    assert error(too_often) == (400, "validation", "Ask for 1 to 20 re-runs.")


def test_a_token_that_may_act_quarantines_and_takes_it_back(
    ci: Ci, bot: TestClient, flaky: UUID
) -> None:
    done = bot.post(f"{BASE}/cases/{flaky}/activate", json={"reason": "Waits.", "days": 5})
    held = bot.get(f"{BASE}/quarantine").json()
    undone = bot.post(f"{BASE}/events/{done.json()['event']}/undo")
    empty = bot.get(f"{BASE}/quarantine").json()

    assert done.status_code == 200
    assert done.json()["said"] == "Quarantined by token ci until 2026-11-25."
    [one] = held["cases"]
    assert one["name"] == "tests.test_cart::test_total[3]"
    assert one["node"] == "tests/test_cart.py::test_total[3]"
    assert (one["reason"], one["by"], one["owner"]) == ("Waits.", "token ci", None)
    assert (undone.status_code, undone.json()["said"]) == (
        200,
        "token ci took “quarantine” back.",
    )
    assert empty["cases"] == []
    assert ci.rows(
        "SELECT actor, surface, act FROM audit_event ORDER BY event_id DESC LIMIT 2"
    ) == [
        ("token ci", "api", "undo"),
        ("token ci", "api", "quarantine"),
    ]
    assert ci.rows("SELECT kind FROM task ORDER BY task_id") == [("tell_chat",)]


def test_who_may_not_act_is_told_why(
    ci: Ci, flaky: UUID, client: TestClient, bot: TestClient, admin: TestClient
) -> None:
    act = f"cases/{flaky}/activate"

    assert error(client.post(f"{BASE}/{act}")) == (
        403,
        "permission",
        "This token may hand in reports, but not decide about cases; make one that may with: "
        "flakeguard token create --may-act",
    )
    assert error(bot.post(f"{OTHER}/{act}"))[:2] == (404, "not_found")
    assert error(ci.client().post(f"{BASE}/{act}"))[:2] == (401, "authentication")
    assert admin.post(f"{BASE}/{act}").status_code == 200


def test_what_cannot_be_done_is_said_and_changes_nothing(
    ci: Ci, bot: TestClient, flaky: UUID
) -> None:
    bot.post(f"{BASE}/cases/{flaky}/activate")
    before = ci.count("audit_event")

    conflict = bot.post(f"{BASE}/cases/{flaky}/decline")
    unknown = bot.post(f"{BASE}/cases/{flaky}/explode")
    rubbish = bot.post(f"{BASE}/cases/{flaky}/renew", content=b'{"reason": 3}')
    strange = bot.post(f"{BASE}/cases/{flaky}/renew", json={"why": "x"})
    long = bot.post(f"{BASE}/cases/{flaky}/renew", json={"reason": "x" * 20_000})
    bare = bot.post(f"{BASE}/cases/{flaky}/own")
    nobody = bot.post(f"{BASE}/cases/no-uuid/own")

    assert error(conflict) == (
        409,
        "conflict",
        "This case has been quarantined since 2026-11-20, by token ci: one cannot decline"
        " a proposal now.",
    )
    assert [one.status_code for one in (unknown, nobody)] == [404, 404]
    assert error(rubbish) == (
        400,
        "validation",
        "The body is not what an act takes: reason: Input should be a valid string.",
    )
    assert [one.status_code for one in (strange, long, bare)] == [400, 400, 400]
    assert ci.count("audit_event") == before


@pytest.mark.parametrize("name", ["activate", "dismiss", "propose"])
def test_a_reason_is_kept_without_what_the_database_cannot_hold(
    ci: Ci, bot: TestClient, flaky: UUID, name: str
) -> None:
    done = bot.post(
        f"{BASE}/cases/{flaky}/{name}", content=rb'{"reason": "a\u0000b \u001b[31mred\u001b[0m "}'
    )

    assert done.status_code == 200
    assert ci.rows("SELECT reason FROM quarantine") == [("a\ufffdb red",)]


@pytest.mark.parametrize(
    "reason", ["\u200b", " \u2060\ufeff ", "\u0000", "\u3164\u2800", "\u00ad\ufe0f\u202e"]
)
def test_a_reason_that_nobody_can_see_is_none(bot: TestClient, flaky: UUID, reason: str) -> None:
    bot.post(f"{BASE}/cases/{flaky}/activate")
    renewed = bot.post(f"{BASE}/cases/{flaky}/renew", json={"reason": reason})
    bot.post(f"{BASE}/cases/{flaky}/dismiss", json={"reason": reason})
    reopened = bot.post(f"{BASE}/cases/{flaky}/reopen", json={"reason": reason})

    said = (400, "validation", needs_reason())
    assert error(renewed) == error(reopened) == said


@pytest.mark.parametrize(
    ("name", "ask"),
    [
        ("own", {"owner": "a\0b@example.com"}),
        ("activate", {"owner": "@acme\0"}),
        ("stable", {"commit": "abc\0def"}),
    ],
)
def test_a_name_with_control_characters_is_refused(
    bot: TestClient, flaky: UUID, name: str, ask: dict[str, str]
) -> None:
    answer = bot.post(f"{BASE}/cases/{flaky}/{name}", json=ask)

    assert error(answer) == (
        400,
        "validation",
        "An owner or a commit holds no control characters.",
    )


def test_nobody_is_called_by_what_the_database_cannot_look_for(
    admin: TestClient, flaky: UUID
) -> None:
    lists = [f"{BASE}/{one}?owner=a%00b" for one in ("clusters", "outages", "quarantine", "plan")]

    assert admin.get("/api/v1/repositories/acme%00/shop/quarantine").status_code == 404
    assert [admin.get(one).status_code for one in lists] == [200] * 4


def test_a_rename_is_confirmed_and_taken_back(
    bot: TestClient, world: World, engine: Engine, acting: Made, flaky: UUID
) -> None:
    repo_id = acting.token.repo_id
    values = {"repo": repo_id, "old": flaky, "new": world.case(repo_id, "test_sum"), "now": NOW}
    with unit_of_work(engine) as session:
        alias = session.execute(RENAMED, values).scalar_one()

    confirmed = bot.post(f"{BASE}/aliases/{alias}/confirm").json()
    again = bot.post(f"{BASE}/aliases/{alias}/confirm").json()
    undone = bot.post(f"{BASE}/events/{confirmed['event']}/undo")

    assert (confirmed["alias"], confirmed["state"]) == (alias, "confirmed")
    assert (again["state"], again["event"]) == ("confirmed", None)
    assert undone.status_code == 200
    with unit_of_work(engine) as session:
        assert session.execute(text("SELECT state FROM case_alias")).scalar_one() == "proposed"
        asked = session.execute(text("SELECT kind FROM task")).scalars()
        assert "recompute" in set(asked)  # only that parts what was seen of both


RENAMED = text("""
INSERT INTO case_alias (repo_id, old_case_id, new_case_id, state, likeness, head_sha, proposed_at)
VALUES (:repo, :old, :new, 'proposed', 0.9, 'aa', :now) RETURNING alias_id
""")
