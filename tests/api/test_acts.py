"""Acts over the API, and what a CI script asks: who may, what is answered, what is refused."""

from uuid import UUID

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from app.db import policies
from app.db.policies import Snapshot, SnapshotKind
from app.db.session import Engine, unit_of_work
from app.render.words.decisions import needs_reason
from app.services.access.tokens import Made
from tests.api.ci import PROJECT, Ci, error
from tests.web.conftest import ADMIN_TOKEN
from tests.web.world import NOW, World

BASE = f"/api/v1/repositories/{PROJECT}"
OTHER = "/api/v1/repositories/gitlab:acme/other"


@pytest.fixture
def acting(ci: Ci) -> Made:
    return ci.token(may_act=True)


@pytest.fixture
def bot(ci: Ci, acting: Made) -> TestClient:
    """A program that may act."""
    return ci.client(acting)


@pytest.fixture
def admin(ci: Ci) -> TestClient:
    found = ci.client()
    found.headers["authorization"] = f"Bearer {ADMIN_TOKEN}"
    return found


@pytest.fixture
def flaky(world: World, acting: Made) -> UUID:
    repo_id = acting.token.repo_id
    case_id = world.case(repo_id, "test_total", parameters="[3]")
    world.held(repo_id, case_id)
    return case_id


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
        "This case is quarantined since 2026-11-20, by token ci: one cannot decline a proposal"
        " now.",
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


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("TEXT/PLAIN", "text/plain"),
        ("text/html, text/plain", "text/plain"),
        ("text/plain;q=0.9, */*;q=0.1", "text/plain"),
        ("application/json, text/plain, */*", "application/json"),
        ("text/plainly", "application/json"),
        ("*/*", "application/json"),
    ],
)
def test_whoever_takes_plain_text_and_no_json_gets_lines(
    bot: TestClient, accept: str, kind: str
) -> None:
    answer = bot.get(f"{BASE}/quarantine", headers={"accept": accept})

    assert answer.headers["content-type"].partition(";")[0] == kind


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE case_ SET file = 'tests/test_till.py'",
        "UPDATE quarantine SET clean_needed = clean_needed + 1",
    ],
)
def test_whatever_is_answered_otherwise_has_another_tag(
    bot: TestClient, client: TestClient, engine: Engine, flaky: UUID, change: str
) -> None:
    bot.post(f"{BASE}/cases/{flaky}/activate")
    tag = client.get(f"{BASE}/quarantine").headers["etag"]

    with unit_of_work(engine) as session:
        session.execute(text(change))

    again = client.get(f"{BASE}/quarantine", headers={"if-none-match": tag})
    assert (again.status_code, again.headers["etag"] != tag) == (200, True)


def test_a_script_asks_cheaply_and_gets_one_case_a_line(
    bot: TestClient, client: TestClient, flaky: UUID
) -> None:
    bot.post(f"{BASE}/cases/{flaky}/activate")

    plain = client.get(f"{BASE}/quarantine", headers={"accept": "text/plain"})
    by_query = client.get(f"{BASE}/quarantine?format=text")
    as_json = client.get(f"{BASE}/quarantine")
    tag = plain.headers["etag"]
    again = client.get(f"{BASE}/quarantine", headers={"accept": "text/plain", "if-none-match": tag})
    other = client.get(f"{BASE}/quarantine", headers={"if-none-match": tag})
    bot.post(f"{BASE}/cases/{flaky}/release")
    changed = client.get(
        f"{BASE}/quarantine", headers={"accept": "text/plain", "if-none-match": tag}
    )

    assert plain.text == by_query.text == "tests/test_cart.py::test_total[3]\n"
    assert plain.headers["content-type"] == "text/plain; charset=utf-8"
    assert not tag.startswith("W/")
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert (other.status_code, as_json.headers["etag"] != tag) == (200, True)
    assert (changed.status_code, changed.text) == (200, "")


def test_lists_can_be_asked_for_what_somebody_owns(bot: TestClient, flaky: UUID) -> None:
    bot.post(f"{BASE}/cases/{flaky}/own", json={"owner": "@acme/cart"})
    bot.post(f"{BASE}/cases/{flaky}/activate", json={"owner": "@acme/cart"})

    asked = ["", "?owner=acme/CART", "?owner=@mona"]
    found = [
        len(bot.get(f"{BASE}/{what}{owner}").json()["cases"])
        for what in ("quarantine", "plan")
        for owner in asked
    ]

    assert found == [1, 1, 0] * 2


@pytest.mark.parametrize(
    ("policy", "found"),
    [
        ("rules: [{branch: 'release/*', exempt: true}]\n", [1, 1, 0]),
        ("exempted_tests: [tests/test_cart.py]\n", [0, 0, 0]),
    ],
)
def test_what_is_exempt_is_not_held_there(
    ci: Ci, bot: TestClient, flaky: UUID, policy: str, found: list[int]
) -> None:
    bot.post(f"{BASE}/cases/{flaky}/activate")
    with unit_of_work(ci.engine) as session:
        [repo_id] = session.execute(text("SELECT repo_id FROM quarantine")).one()
        file = Snapshot(SnapshotKind.POLICY, "a1", ".flakeguard.yml", policy)
        policies.write(session, repo_id, file, now=NOW)

    asked = ("", "?branch=main", "?branch=release/2")
    held = [len(bot.get(f"{BASE}/quarantine{one}").json()["cases"]) for one in asked]

    assert held == found


def test_an_end_that_has_come_holds_nothing_whether_or_not_the_clock_noticed(
    ci: Ci, bot: TestClient, flaky: UUID
) -> None:
    bot.post(f"{BASE}/cases/{flaky}/activate", json={"days": 1})

    ci.execute("UPDATE quarantine SET until = until - interval '1 day'")

    assert bot.get(f"{BASE}/quarantine").json()["cases"] == []
    assert ci.rows("SELECT state FROM quarantine") == [("active",)]


def test_a_name_from_a_report_stays_on_its_line(
    world: World, bot: TestClient, acting: Made
) -> None:
    repo_id = acting.token.repo_id
    odd = world.case(repo_id, "test\nrm -rf\r\n", file=None, classname="")
    world.held(repo_id, odd)
    bot.post(f"{BASE}/cases/{odd}/activate")

    answer = bot.get(f"{BASE}/quarantine?format=text")

    assert len(answer.text.splitlines()) == 1


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
