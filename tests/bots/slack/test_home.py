"""The Home tab: what is somebody's, what is their teams', and buttons that act from there."""

import json
from uuid import UUID

import pytest
from slack_sdk.models.views import View as SlackView
from sqlalchemy import text

from app.db.session import unit_of_work
from app.sandbox.slack.limits import check_blocks
from tests.bots.slack.console import Console
from tests.bots.slack.threads import send

WHO = "once I know who you are on GitHub"


def look(console: Console, user: str) -> str:
    sent = console.slack.open_home(user)
    assert sent.status == 200, sent
    console.office.work()
    return shown(console, user)


def shown(console: Console, user: str) -> str:
    """What somebody's page shows, seen to be what Slack takes."""
    view = json.loads(json.dumps(console.slack.homes[console.slack.member(user).id].view))
    SlackView(**view).validate_json()
    check_blocks(view["blocks"], most=100)
    return json.dumps(view["blocks"], ensure_ascii=False).replace("\u200b", "")


def press(console: Console, user: str, action: str, *, nth: int = 0) -> str:
    sent = console.slack.click_home(user, action, nth=nth)
    assert sent.status == 200, sent
    console.office.work()
    return shown(console, user)


@pytest.fixture
def case_id(console: Console) -> UUID:
    """A flaky case of ann's, who may write; rita may read."""
    console.link("ann", "ann")
    console.link("rita", "rita")
    console.world.owned(console.repo, "tests/test_cart.py", "@ann")
    return console.flaky("test_total")


def test_your_cases_stand_there_with_the_buttons_of_their_threads(
    console: Console, case_id: UUID
) -> None:
    told = look(console, "ann")

    assert "tests.test_cart::test_total> in acme/shop" in told
    assert f"https://flakes.example.com/r/acme/shop/cases/{case_id}" in told
    assert all(f'"{one}"' in told for one in ("quarantine", "dismiss", "assign", "why", "snooze"))
    assert "*: 1 flaky, 0 broken, 0 suspect, 0 quarantined" in told
    assert "No quarantine of a team of yours runs." in told


def test_an_act_there_is_done_shown_and_taken_back_there(console: Console, case_id: UUID) -> None:
    look(console, "ann")

    press(console, "ann", "quarantine")
    send(console, reason="it waits for a clock", days="7", owner=None)
    held = shown(console, "ann")
    back = press(console, "ann", "undo")

    assert "tests.test_cart::test_total: Quarantined by @ann until 2026-11-27." in held
    assert '"release"' in held
    assert "@ann took “quarantine” back." in back
    assert '"quarantine"' in back
    assert '"undo"' not in back
    acts = console.rows("SELECT act, surface, actor FROM audit_event ORDER BY event_id")
    assert acts == [("quarantine", "slack", "@ann"), ("undo", "slack", "@ann")]


def test_who_is_not_linked_is_offered_to_be_and_sees_nothing(
    console: Console, case_id: UUID
) -> None:
    console.bind()
    before = look(console, "stranger")
    offered = press(console, "stranger", "link_me")

    assert WHO in before
    assert "test_total" not in before + offered
    assert "acme" not in before + offered
    assert "https://flakes.example.com/slack/link?token=" in offered


def test_nothing_of_ones_own_is_said_so(console: Console, case_id: UUID) -> None:
    console.slack.add_user("acme")
    console.link("acme", "acme")

    told = look(console, "acme")

    assert "Nothing of yours is flaky" in told
    assert "A test is yours by CODEOWNERS" in told
    assert "No repository that you may read is heard of here." in told


def test_what_github_lets_nobody_read_and_other_workspaces_hear_of_appears_nowhere(
    console: Console, case_id: UUID
) -> None:
    vault = console.add_repository("acme/vault", bob="admin")
    console.world.owned(vault, "tests/test_cart.py", "@ann")
    console.flaky("test_secret", vault)
    console.bind(vault)

    told = look(console, "ann")

    assert "test_total" in told
    assert "vault" not in told
    assert "test_secret" not in told


def test_who_may_only_read_is_told_so_on_their_page(console: Console, case_id: UUID) -> None:
    console.world.owned(console.repo, "tests/test_pay.py", "@rita")
    console.world.held(
        console.repo, console.world.case(console.repo, "test_pay", file="tests/test_pay.py")
    )
    look(console, "rita")

    told = press(console, "rita", "dismiss")

    assert "@rita may not write to acme/shop, so nothing was changed." in told
    assert console.rows("SELECT count(*) FROM audit_event") == [(0,)]


def test_a_teams_quarantines_are_its_members_with_what_ends_soon(
    console: Console, case_id: UUID
) -> None:
    github = console.office.shop.world.github
    github.teams["acme/core"] = {"ann"}
    for name, team in (("test_soon", "@acme/core"), ("test_web", "@acme/web")):
        held = console.flaky(name)
        console.world.quarantined(console.repo, held)
        owned = {"case": held, "team": team}
        with unit_of_work(console.world.engine) as session:
            session.execute(
                text(
                    "UPDATE quarantine SET owner = :team, until = '2026-11-22Z'"
                    " WHERE case_id = :case"
                ),
                owned,
            )
    console.bind()

    ann, rita = look(console, "ann"), look(console, "rita")

    assert "test_soon> in acme/shop, @acme/core: ends soon, 2026-11-22" in ann
    assert "@acme/web" not in ann
    assert "No quarantine of a team of yours runs." in rita


def test_a_case_without_an_owner_is_of_who_changed_its_file_last(console: Console) -> None:
    console.link("ann", "ann")
    console.bind()
    console.flaky("test_total")
    with unit_of_work(console.world.engine) as session:
        for statement in (
            "INSERT INTO commit (repo_id, sha, author, at, parents, title, fetched_at)"
            " VALUES (:repo, :sha, 'Ann', '2026-11-19Z', '{}', 'Sell', '2026-11-19Z')",
            "INSERT INTO changed_files (repo_id, head_sha, pr_number, files, fetched_at)"
            " VALUES (:repo, :sha, 0, '[\"tests/test_cart.py\"]', '2026-11-19Z')",
        ):
            session.execute(text(statement), {"repo": console.repo, "sha": "a" * 40})

    assert "you changed its file last" in look(console, "ann")


def test_a_guessed_value_acts_on_nothing_that_may_not_be_read(
    console: Console, case_id: UUID
) -> None:
    vault = console.add_repository("acme/vault", bob="admin")
    hidden = console.flaky("test_secret", vault)
    look(console, "ann")
    home = console.slack.homes[console.slack.member("ann").id]
    for block in home.view["blocks"]:  # type: ignore[attr-defined]  # Slack's JSON
        for element in block.get("elements", ()):
            if "value" in element:
                element["value"] = f"{vault:x}-case-{hidden.hex}"

    told = press(console, "ann", "dismiss")

    assert "Nothing here is in a state for that any more; nothing was changed." in told
    assert "vault" not in told
    assert console.rows("SELECT count(*) FROM audit_event") == [(0,)]


def test_a_switched_off_tab_or_the_other_tab_parks_nothing(console: Console, case_id: UUID) -> None:
    member = console.slack.member("ann")
    console.slack.tell_of({"type": "app_home_opened", "user": member.id, "tab": "messages"})
    console.slack.tell_of({"type": "app_home_opened", "user": "U0GONE", "tab": "home"})

    console.office.work()

    assert console.slack.homes == {}
    assert console.rows("SELECT count(*) FROM task WHERE parked_at IS NOT NULL") == [(0,)]
