"""What people type in Slack: who may decide, what a slip may mean, and what each command does."""

from app.sandbox.slack.interactions import post_form
from tests.bots.slack.console import Console, said


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
