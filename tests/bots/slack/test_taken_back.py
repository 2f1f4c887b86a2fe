"""What a command did, taken back from its own answer by who may do so."""

from sqlalchemy import text

from app.db.session import unit_of_work
from app.sandbox.slack.entities import Message
from tests.bots.slack.console import Console


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
