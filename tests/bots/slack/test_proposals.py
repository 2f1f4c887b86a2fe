"""Proposals for quarantine in a channel: one message for many, decided there, and taken back."""

from datetime import timedelta
from uuid import UUID

import pytest

from app.core.asking import QueueName
from app.core.chat_requests import TellProposals
from app.core.publishing import ChatMessage
from app.db.chat import places
from app.db.chat.places import Subscription
from app.db.session import unit_of_work
from app.db.work import tasks
from app.render import notices
from app.sandbox.slack.entities import Message
from app.services import acts
from app.services.acts import Actor, ourselves
from app.services.answers import aftermath
from tests.bots.slack.console import Console
from tests.bots.slack.threads import whispered
from tests.render.test_chat import accepted

MEANWHILE = "Meanwhile somebody decided about it, so nothing was changed. "


@pytest.fixture
def office(console: Console) -> Console:
    """A channel that hears of proposals alone; ann may write, rita may read."""
    hear(console, "quarantine")
    console.link("ann", "ann")
    console.link("rita", "rita")
    return console


def hear(console: Console, *kinds: str, owner: str | None = None, path: str | None = None) -> None:
    team = console.slack.team_id
    one = Subscription(console.repo, team, console.channel, kinds, owner, path)
    with unit_of_work(console.world.engine) as session:
        places.subscribe(session, one, now=console.world.now)


def propose(console: Console, *names: str) -> list[UUID]:
    """Propose new cases of our own accord, as one run's evaluation does."""
    cases = [console.flaky(name) for name in names]
    now = console.office.shop.clock()
    with unit_of_work(console.world.engine) as session:
        for case_id in cases:
            actor = ourselves("worker", "r1")
            acts.propose(session, console.repo, case_id, actor, reason="", now=now)
        asking = tasks.Asking(TellProposals(console.repo), QueueName.RUN, "r1")
        tasks.ask(session, [asking], now=now)
    console.office.work()
    return cases


def listed(console: Console) -> list[Message]:
    return [m for m in console.slack.roots(console.channel) if "proposed" in m.text]


def replies(console: Console, root: Message) -> list[str]:
    thread = console.slack.thread(root.channel, root.ts)[1:]
    return [one.text.replace("\u200b", "") for one in thread]


def press(
    console: Console, action: str, user: str = "ann", *, on: Message | None = None, nth: int = 0
) -> None:
    message = on or listed(console)[-1]
    sent = console.slack.click(message, action, user, nth=nth)
    assert sent.status == 200, sent
    console.office.work()


def shown(message: Message) -> str:
    """What the message says, once Slack's own models and limits let it pass."""
    accepted(ChatMessage(message.text, tuple(message.blocks), "handle"))
    return str(message.blocks).replace("\u200b", "")


def states(console: Console) -> list[tuple[object, ...]]:
    return console.rows(
        "SELECT name, state, decided_by FROM quarantine JOIN case_ USING (repo_id, case_id)"
        " ORDER BY name"
    )


def test_many_proposals_are_one_message_each_decided_in_place_and_by_name(office: Console) -> None:
    propose(office, "test_a", "test_b", "test_c")

    [root] = listed(office)
    assert root.text == "*acme/shop*: 3 tests are proposed for quarantine."
    assert shown(root).count("'Approve'") == 3
    press(office, "approve", nth=1)
    press(office, "refuse")

    assert states(office) == [
        ("test_a", "dismissed", "@ann"),
        ("test_b", "active", "@ann"),
        ("test_c", "proposed", "FlakeGuard"),
    ]
    assert listed(office) == [root]
    assert root.text == "*acme/shop*: 1 test is proposed for quarantine."
    assert "It has been quarantined since 2026-11-20, by @ann, until 2026-12-20." in shown(root)
    assert "It has been dismissed since 2026-11-20, by @ann." in shown(root)
    assert replies(office, root) == [
        "tests.test_cart::test_b: Quarantined by @ann until 2026-12-20.",
        "tests.test_cart::test_a: @ann declined to quarantine it.",
    ]
    audit = "SELECT actor, surface, act FROM audit_event WHERE surface = 'slack' ORDER BY event_id"
    assert office.rows(audit) == [("@ann", "slack", "quarantine"), ("@ann", "slack", "decline")]


def test_each_press_is_taken_back_from_its_own_message(office: Console) -> None:
    propose(office, "test_a", "test_b")
    press(office, "approve_all")
    [root] = listed(office)
    decided = root.text
    reply = office.slack.thread(root.channel, root.ts)[1]

    press(office, "take_back", on=reply)

    assert decided == (
        "*acme/shop*: 2 tests were proposed for quarantine, and all are decided about."
    )
    names = "tests.test_cart::test_a and tests.test_cart::test_b"
    assert replies(office, root) == [
        f"@ann approved 2 proposals: {names}.",
        f"@ann took “quarantine” back: {names}.",
    ]
    assert {state for _, state, _ in states(office)} == {"proposed"}
    assert root.text == "*acme/shop*: 2 tests are proposed for quarantine."
    press(office, "take_back", on=reply)
    assert "“quarantine” was taken back already" in whispered(office)[-1]


def test_what_was_decided_meanwhile_is_said_shown_and_not_overwritten(office: Console) -> None:
    first, _ = propose(office, "test_a", "test_b")
    [root] = listed(office)
    now = office.office.shop.clock()
    with unit_of_work(office.world.engine) as session:
        acts.dismiss(session, office.repo, first, Actor("mona", "page", "r9"), now=now)

    press(office, "approve")
    one = whispered(office)[-1]
    press(office, "approve")

    assert one == f"{MEANWHILE}It has been dismissed since 2026-11-20, by @mona."
    assert "It has been dismissed since 2026-11-20, by @mona." in shown(root)
    assert [(name, state) for name, state, _ in states(office)] == [
        ("test_a", "dismissed"),
        ("test_b", "active"),
    ]


def test_a_decision_made_elsewhere_brings_the_message_up_to_date(office: Console) -> None:
    [case_id] = propose(office, "test_a")
    now = office.office.shop.clock()
    with unit_of_work(office.world.engine) as session:
        done = acts.decline(
            session, office.repo, case_id, Actor("mona", "page", "r9"), reason="", now=now
        )
        wanted = aftermath.follows(session, office.repo, done, now=now)
        aftermath.ask(session, wanted, request_id="r9", now=now)
    office.office.work()

    [root] = listed(office)
    assert "It has been dismissed since 2026-11-20, by @mona." in shown(root)
    assert "approve" not in str(root.blocks)
    assert replies(office, root) == []


def test_what_is_proposed_within_the_hour_joins_and_later_begins_anew(office: Console) -> None:
    propose(office, "test_a")
    propose(office, "test_b", "test_c")
    [root] = listed(office)
    office.office.shop.clock.turn(timedelta(hours=1, minutes=1))
    propose(office, "test_d")

    assert len(listed(office)) == 2
    assert root.text == "*acme/shop*: 3 tests are proposed for quarantine."
    assert replies(office, root) == [
        "Also proposed for quarantine: tests.test_cart::test_b and tests.test_cart::test_c."
    ]


def test_a_long_list_has_buttons_for_what_it_names_and_goes_on_from_there(
    office: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "EACH", 4)
    monkeypatch.setattr(notices, "LISTED", 6)
    propose(office, *(f"test_{one}" for one in range(8)))
    [root] = listed(office)
    first = shown(root)

    press(office, "approve_all")

    assert "Approve these 6" in first
    assert "and 2 more" in first
    assert [state for _, state, _ in states(office)] == ["active"] * 6 + ["proposed"] * 2
    assert root.text == "*acme/shop*: 2 tests are proposed for quarantine."
    assert "'Decline all'" in shown(root)
    [said] = replies(office, root)
    assert said.startswith("@ann approved 6 proposals: tests.test_cart::test_0, ")
    assert said.endswith(", tests.test_cart::test_4 and 1 more.")


def test_who_may_not_write_changes_nothing_and_hears_so(office: Console) -> None:
    propose(office, "test_a", "test_b")
    [root] = listed(office)

    for button in ("approve", "refuse", "approve_all", "refuse_all"):
        press(office, button, "rita")
    press(office, "approve", "stranger")

    said = whispered(office)
    assert said[:4] == ["@rita may not write to acme/shop, so nothing was changed."] * 4
    assert "/slack/link?token=" in said[4]
    assert {state for _, state, _ in states(office)} == {"proposed"}
    assert root.text == "*acme/shop*: 2 tests are proposed for quarantine."


def test_a_guessed_number_takes_back_nothing_of_others(office: Console) -> None:
    propose(office, "test_a")
    press(office, "approve")
    [root] = listed(office)
    reply = office.slack.thread(root.channel, root.ts)[1]
    other = office.flaky("test_other")
    office.world.quarantined(office.repo, other)
    [(event,)] = office.rows(f"SELECT event_id FROM audit_event WHERE case_id = '{other}'")
    beside = reply.blocks[0]["accessory"]
    handle = str(beside["value"]).partition(":")[0]  # type: ignore[index]  # Slack's JSON
    beside["value"] = f"{handle}:{event}"  # type: ignore[index]  # likewise

    press(office, "take_back", on=reply)

    assert whispered(office)[-1] == "There is nothing here to take back."
    assert [state for _, state, _ in states(office)] == ["active", "active"]


@pytest.mark.parametrize(
    ("kinds", "path", "is_told"),
    [
        (("quarantine",), None, True),
        ((), None, True),
        (("flaky", "broken"), None, False),
        (("quarantine",), "tests/test_cart.py", True),
        (("quarantine",), "src/*", False),
    ],
)
def test_a_channel_hears_of_the_proposals_that_it_asked_for(
    console: Console, kinds: tuple[str, ...], path: str | None, is_told: bool
) -> None:
    hear(console, *kinds, path=path)

    propose(console, "test_a")

    assert bool(listed(console)) is is_told


def test_a_message_whose_answer_was_lost_is_not_doubled(office: Console) -> None:
    office.office.shop.world.faults.add("chat.postMessage", status=500, after_work=True)
    propose(office, "test_a")
    office.office.shop.clock.turn(timedelta(minutes=2))
    office.office.work()

    assert len(listed(office)) == 1
