"""Buttons of what somebody decided meanwhile: said, and nothing is overwritten."""

from copy import deepcopy
from dataclasses import replace
from uuid import UUID

import pytest

from app.db.session import unit_of_work
from app.sandbox.slack.entities import Message
from app.services import acts
from app.services.acts import Actor
from tests.bots.slack.console import Console
from tests.bots.slack.threads import press, root, send, tell, whispered


def test_what_somebody_decided_meanwhile_is_said_and_not_overwritten(
    console: Console, case_id: UUID
) -> None:
    press(console, "quarantine", "ann")
    console.type("ann", "dismiss test_total")

    send(console, reason="too late", days=None, owner=None)

    assert console.rows("SELECT state FROM quarantine") == [("dismissed",)]
    assert whispered(console)[-1] == (
        "Meanwhile somebody decided about it, so nothing was changed. "
        "It has been dismissed since 2026-11-20, by @ann."
    )


@pytest.mark.parametrize("button", ["dismiss", "release", "decline"])
def test_a_button_of_what_somebody_decided_since_says_so_and_changes_nothing(
    console: Console, case_id: UUID, button: str
) -> None:
    before = {"dismiss": [], "release": ["quarantine test_total"], "decline": []}[button]
    for words in before:
        console.type("ann", words)
    if button == "decline":
        propose(console, case_id)
    looked_at = as_seen(root(console))
    console.type("ann", "dismiss test_total" if button == "release" else "quarantine test_total 9")

    press(console, button, "ann", looked_at)

    stands = "dismissed since 2026-11-20, by @ann."
    if button != "release":
        stands = "quarantined since 2026-11-20, by @ann, until 2026-11-29."
    assert whispered(console)[-1] == (
        f"Meanwhile somebody decided about it, so nothing was changed. It has been {stands}"
    )
    state = "dismissed" if button == "release" else "active"
    assert console.rows("SELECT state FROM quarantine") == [(state,)]


@pytest.mark.parametrize(
    ("button", "meanwhile", "stands"),
    [
        ("assign", "own test_total @acme/core", "@acme/core is its owner."),
        ("snooze", "mute test_total 30d", "Muted until 2026-12-20 12:00 UTC."),
    ],
)
def test_who_else_took_or_muted_it_since_is_said_and_kept(
    console: Console, case_id: UUID, button: str, meanwhile: str, stands: str
) -> None:
    looked_at = as_seen(root(console))
    console.type("ann", meanwhile)
    kept = console.rows("SELECT owner, muted_until FROM case_care")

    press(console, button, "ann", looked_at)
    refused = whispered(console)[-1]
    press(console, "assign", "ann")

    assert refused == f"Meanwhile somebody else changed that, so nothing was. {stands}"
    assert console.rows("SELECT muted_until FROM case_care") == [(kept[0][1],)]
    assert console.rows("SELECT owner FROM case_care") == [("@ann",)]


def as_seen(message: Message) -> Message:
    """A message as somebody looks at it, whatever becomes of it meanwhile."""
    return replace(message, blocks=deepcopy(message.blocks))


def propose(console: Console, case_id: UUID) -> None:
    """Suggest the case for quarantine, and have its thread say so."""
    with unit_of_work(console.world.engine) as session:
        acts.propose(
            session,
            console.repo,
            case_id,
            Actor("bob", "cli", "r9"),
            reason="",
            now=console.world.now,
        )
    tell(console, case_id)
