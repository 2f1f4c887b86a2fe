"""What people type in Slack: who reads what where, who decides, and what is meant by a slip."""

import json

import pytest
from slack_sdk.models.blocks import Block
from sqlalchemy import text

from app.db.session import unit_of_work
from app.sandbox.slack.entities import Message
from app.sandbox.slack.interactions import post_form
from app.sandbox.slack.limits import check_blocks
from tests.bots.slack.console import Console


def said(message: Message) -> str:
    """All that a message says, its blocks seen to be what Slack takes."""
    blocks = json.loads(json.dumps(message.blocks))
    for block in Block.parse_all(blocks):
        block.validate_json()
    check_blocks(blocks)
    return f"{message.text} {json.dumps(message.blocks, ensure_ascii=False)}"


def test_in_a_bound_channel_everybody_reads_and_all_hear_it(console: Console) -> None:
    console.bind()
    console.flaky("test_total")

    answer = console.type("stranger", "status acme/shop")

    assert answer.only_for is None
    assert answer.text.startswith("acme/shop: 1 flaky, 0 broken, 0 suspect, 0 quarantined")
    assert "tests.test_cart::test_total" in said(answer)


@pytest.mark.parametrize(
    "words", ["status acme/shop", "top shop 3", "test test_total", "runs shop"]
)
def test_elsewhere_a_stranger_is_asked_who_they_are(console: Console, words: str) -> None:
    console.flaky("test_total")

    answer = console.type("stranger", words)

    assert answer.only_for == console.slack.member("stranger").id
    assert "test_total" not in json.dumps(answer.blocks)
    if words != "test test_total":
        assert "https://flakes.example.com/slack/link?token=" in answer.text


def test_a_linked_reader_reads_for_themselves_what_github_lets_them(console: Console) -> None:
    console.add_repository("acme/vault", bob="admin")
    console.flaky("test_total")
    console.link("rita", "rita")

    mine, theirs, nobodys = (
        console.type("rita", f"status {name}") for name in ("shop", "vault", "nothing")
    )

    assert mine.only_for == console.slack.member("rita").id
    assert "1 flaky" in mine.text
    assert theirs.text == "I know no repository “vault” that you may read here."
    assert nobodys.text == theirs.text.replace("vault", "nothing")


@pytest.mark.parametrize("trouble", ["no installation", "lost permission", "limited"])
def test_a_repository_of_others_that_github_says_nothing_of_keeps_its_name_and_stops_nobody(
    console: Console, trouble: str
) -> None:
    shop = console.office.shop
    vault = console.add_repository("acme/shop-vault", bob="admin")
    console.flaky("test_total")
    console.link("rita", "rita")
    if trouble == "no installation":
        query = f"UPDATE repository SET installation_id = NULL WHERE repo_id = {vault}"
        with unit_of_work(console.world.engine) as session:
            session.execute(text(query))
    else:
        status, said_there = {
            "lost permission": (403, "Resource not accessible by integration"),
            "limited": (429, "You have exceeded a secondary rate limit."),
        }[trouble]
        pattern = "/repos/acme/shop-vault/collaborators/*"
        shop.world.faults.add(pattern, status=status, body={"message": said_there}, times=99)

    answer = console.type("rita", "status shop")
    shop.world.faults.clear()

    assert "1 flaky" in answer.text
    assert "vault" not in said(answer)


@pytest.mark.parametrize("words", ["status vault", "subscribe vault"])
def test_a_repository_that_we_are_not_on_is_none_whatever_is_asked(
    console: Console, words: str
) -> None:
    vault = console.add_repository("acme/vault", rita="admin")
    with unit_of_work(console.world.engine) as session:
        query = f"UPDATE repository SET installation_id = NULL WHERE repo_id = {vault}"
        session.execute(text(query))
    console.link("rita", "rita")

    assert console.type("rita", words).text == (
        "I know no repository “vault” that you may read here."
    )


def test_where_nothing_is_bound_a_linked_person_is_answered_of_what_concerns_them(
    console: Console,
) -> None:
    vault = console.add_repository("acme/vault", bob="admin")
    console.world.owned(console.repo, "tests/test_cart.py", "@ann")
    console.world.owned(vault, "tests/test_cart.py", "@ann")  # who may not read it any more
    console.flaky("test_total")
    console.flaky("test_secret", vault)
    console.link("ann", "ann")
    words = ("mine", "topflaky", "status", "test test_total", "digest", "test test_secret")

    mine, top, status, one, digest, none = (console.type("ann", each) for each in words)
    done = console.type("ann", "quarantine test_total")
    stranger = console.type("stranger", "topflaky")

    for answer in (mine, top, status, one, digest, none, done):
        assert answer.only_for == console.slack.member("ann").id
        assert "vault" not in said(answer)
    for answer in (mine, top, status, one):
        assert "test_total" in said(answer)
    assert digest.text == "acme/shop in the last 7 days"
    assert none.text.startswith("No test here is called “test_secret”.")
    assert "Quarantined by @ann" in done.text
    assert stranger.text.startswith("This channel is bound to no repository.")


def test_where_nothing_is_bound_several_repositories_are_named(console: Console) -> None:
    other = console.add_repository("acme/site", ann="write")
    for repo in (console.repo, other):
        console.world.owned(repo, "tests/test_cart.py", "@ann")
    console.link("ann", "ann")

    answer = console.type("ann", "runs")

    assert answer.text == (
        "Which one? You may mean acme/shop, acme/site: name one, or its beginning."
    )


def test_a_case_is_named_by_a_part_and_a_slip_is_helped(console: Console) -> None:
    console.bind()
    console.flaky("test_total")
    console.flaky("test_total_of_nothing")

    exact = console.type("stranger", "test test_total").text.replace("\u200b", "")
    several = console.type("stranger", "test total")
    slip = console.type("stranger", "test tests.test_cart::test_totale")
    verb = console.type("stranger", "stauts")

    assert exact == "tests.test_cart::test_total is flaky"
    assert "could be: tests.test_cart::test_total (" in several.text.replace("\u200b", "")
    assert "Did you mean “tests.test_cart::test_total”" in slip.text.replace("\u200b", "")
    assert verb.text == (
        "There is no command “stauts”. Did you mean “status”? Try /flakeguard help."
    )


def test_who_may_write_decides_and_who_may_not_changes_nothing(console: Console) -> None:
    console.bind()
    console.flaky("test_total")
    console.link("ann", "ann")
    console.link("rita", "rita")

    refused = console.type("rita", "quarantine test_total 7 it waits")
    unknown = console.type("stranger", "quarantine test_total")
    done = console.type("ann", "quarantine test_total 7 “it waits for a clock”")

    assert refused.text == "@rita may not write to acme/shop, so nothing was changed."
    assert "slack/link?token=" in unknown.text
    assert "Quarantined by @ann until 2026-11-27." in done.text
    assert done.only_for == console.slack.member("ann").id
    kept = console.rows("SELECT state, decided_by, reason FROM quarantine")
    assert kept == [("active", "@ann", "“it waits for a clock”".strip("“”"))]
    assert console.rows("SELECT actor, surface, act FROM audit_event") == [
        ("@ann", "slack", "quarantine")
    ]


def test_release_dismiss_own_and_mute(console: Console) -> None:
    console.bind()
    console.flaky("test_total")
    console.link("ann", "ann")
    for words in (
        "quarantine test_total",
        "release test_total",
        f"own test_total <@{console.slack.member('ann').id}|ann>",
        "mute test_total 3 days",
        "dismiss test_total",
    ):
        assert "@ann" in console.type("ann", words).text

    acts = [row[0] for row in console.rows("SELECT act FROM audit_event ORDER BY event_id")]
    assert acts == ["quarantine", "release", "own", "mute", "dismiss"]
    assert console.rows("SELECT owner FROM case_care") == [("@ann",)]


def test_silence_of_some_hours_says_when_it_ends(console: Console) -> None:
    console.bind()
    console.flaky("test_total")
    console.link("ann", "ann")

    muted = console.type("ann", "mute test_total 12h").text
    shown = said(console.type("ann", "test test_total"))

    assert "Muted by @ann until 2026-11-21 00:00 UTC." in muted
    assert "Muted until 2026-11-21 00:00 UTC." in shown


def test_only_an_administrator_on_github_binds_a_channel(console: Console) -> None:
    console.flaky("test_total")
    console.link("ann", "ann")
    console.slack.add_user("carl")
    console.link("carl", "acme")  # the owner

    refused = console.type("ann", "subscribe acme/shop")
    bound = console.type("carl", "subscribe shop flaky,broken @acme/core src/*")
    heard = console.type("stranger", "settings")
    gone = console.type("carl", "unsubscribe shop")

    assert refused.text.startswith("Only who administers acme/shop on GitHub binds channels to it")
    assert "hears of acme/shop: flaky, broken, of what @acme/core owns, in src/" in bound.text
    assert "acme/shop: flaky, broken" in said(heard)
    assert gone.text == "This channel hears of acme/shop no more."
    assert console.rows("SELECT count(*) FROM subscription") == [(0,)]
    acts = [row[0] for row in console.rows("SELECT act FROM audit_event ORDER BY event_id")]
    assert acts == ["subscribe", "unsubscribe"]


def test_help_names_every_command_as_the_old_bot_did(console: Console) -> None:
    answer = console.type("stranger", "")

    for typed in ("status [repo]", "topflaky [1-25]", "help"):
        assert typed in said(answer)
    assert answer.only_for is not None


def test_topflaky_takes_1_to_25(console: Console) -> None:
    console.bind()
    for number in range(4):
        console.flaky(f"test_{number}")

    three, all_four = (
        console.type("stranger", "topflaky 3"),
        console.type("stranger", "topflaky 99"),
    )

    assert said(three).count("0.96, fails in") == 3
    assert said(all_four).count("0.96, fails in") == 4


def test_a_command_sent_again_by_slack_is_done_once(console: Console) -> None:
    console.bind()
    console.flaky("test_total")
    console.link("ann", "ann")
    console.type("ann", "mute test_total 3d")

    again = console.slack.sent[-1].form

    post_form(console.slack, "command", again)
    console.office.work()

    assert console.rows("SELECT count(*) FROM audit_event") == [(1,)]


def undo(console: Console, answer: Message, action: str, user: str) -> Message:
    """Press the button beside an answer; what was answered to that."""
    sent = console.slack.click(answer, action, user)
    assert sent.status == 200, sent
    console.office.work()
    return console.heard_now()


def test_what_a_command_did_is_taken_back_from_its_own_answer(console: Console) -> None:
    console.bind()
    console.link("ann", "ann")
    console.link("rita", "rita")
    console.flaky("test_total")
    done = console.type("ann", "quarantine test_total 7")

    refused = undo(console, done, "undo", "rita").text
    held = console.rows("SELECT state FROM quarantine")
    back = undo(console, done, "undo", "ann").text

    assert refused == "@rita may not write to acme/shop, so nothing was changed."
    assert held == [("active",)]
    assert console.rows("SELECT count(*) FROM quarantine") == [(0,)]
    assert "@ann took “quarantine” back." in back


def test_binding_and_releasing_a_channel_are_taken_back_by_who_may_bind(
    console: Console,
) -> None:
    for user, login in (("ann", "ann"), ("stranger", "acme")):  # the owner
        console.link(user, login)
    console.type("stranger", "subscribe acme/shop flaky")
    more = console.type("stranger", "subscribe acme/shop flaky,broken")
    gone = console.type("stranger", "unsubscribe acme/shop")

    too_late = undo(console, more, "undo_binding", "stranger").text
    refused = undo(console, gone, "undo_binding", "ann").text
    none = console.rows("SELECT count(*) FROM subscription")
    undo(console, gone, "undo_binding", "stranger")
    both = console.rows("SELECT kinds, bound_by FROM subscription")
    back = undo(console, more, "undo_binding", "stranger").text

    assert "Something newer was decided after “subscribe”" in too_late
    assert "Only who administers acme/shop on GitHub binds channels" in refused
    assert none == [(0,)]
    assert both == [(["flaky", "broken"], "acme")]
    assert console.rows("SELECT kinds FROM subscription") == [(["flaky"],)]
    assert back == "@acme took “subscribe” back."
    acts = console.rows("SELECT act FROM audit_event ORDER BY event_id")
    assert acts == [("subscribe",), ("subscribe",), ("unsubscribe",), ("undo",), ("undo",)]


def test_what_a_channel_was_set_to_is_taken_back_from_the_message_that_says_so(
    console: Console,
) -> None:
    console.bind()
    for user, login in (("ann", "ann"), ("stranger", "acme")):  # the owner
        console.link(user, login)
    console.type("stranger", "settings zone Europe/Berlin")
    quiet = console.type("stranger", "settings quiet 22-7")
    daily = console.type("stranger", "settings digest daily")

    too_late = undo(console, quiet, "undo_binding", "stranger").text
    refused = undo(console, daily, "undo_binding", "ann").text
    done = undo(console, daily, "undo_binding", "stranger").text
    undo(console, quiet, "undo_binding", "stranger")

    assert "Something newer was decided after “settings”" in too_late
    assert "Only who administers acme/shop on GitHub" in refused
    assert done == "@acme took “settings” back."
    query = "SELECT zone, quiet_from, quiet_until, digest FROM chat_preference"
    assert console.rows(query) == [("Europe/Berlin", None, None, None)]
    acts = console.rows("SELECT act, after ? 'undoes' FROM audit_event ORDER BY event_id")
    assert acts == [("settings", False)] * 3 + [("undo", True)] * 2


def test_a_guessed_binding_shows_no_name_to_who_may_not_read_the_repository(
    console: Console,
) -> None:
    vault = console.add_repository("acme/vault", bob="admin")
    console.link("stranger", "bob")
    told = console.type("stranger", "subscribe vault")
    console.link("rita", "rita")

    answer = undo(console, told, "undo_binding", "rita").text

    assert answer == "There is nothing here to take back."
    assert console.rows(f"SELECT count(*) FROM subscription WHERE repo_id = {vault}") == [(1,)]


def test_a_guessed_number_takes_back_no_other_workspace_s_binding(console: Console) -> None:
    console.link("stranger", "acme")  # the owner
    told = console.type("stranger", "subscribe acme/shop")
    with unit_of_work(console.world.engine) as session:
        session.execute(
            text("UPDATE audit_event SET after = jsonb_set(after, '{team}', '\"T0OTHER\"')")
        )

    answer = undo(console, told, "undo_binding", "stranger").text

    assert answer == "There is nothing here to take back."
    assert console.rows("SELECT count(*) FROM subscription") == [(1,)]
