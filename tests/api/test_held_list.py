"""What a CI script asks: which cases are held, for whom, on which branch."""

from uuid import UUID

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from app.db import policies
from app.db.policies import Snapshot, SnapshotKind
from app.db.session import Engine, unit_of_work
from app.services.access.tokens import Made
from tests.api.ci import PROJECT, Ci
from tests.web.world import NOW, World

BASE = f"/api/v1/repositories/{PROJECT}"


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
