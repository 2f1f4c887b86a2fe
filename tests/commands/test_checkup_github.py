"""What doctor thinks of the App's webhook, sentence by sentence."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.commands.checkup import Finding, Level
from app.commands.checkup_github import (
    HookFacts,
    SentFacts,
    of_accounts,
    of_hook,
    of_sign_in,
    of_webhook,
    remedy_for_key,
)
from app.core.credentials import AppInUse
from app.settings import isolated

OURS = "https://flakes.example.com"
AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
WELL = SentFacts("g-1", "workflow_run", 202, AT)
HOOK = HookFacts(f"{OURS}/github/webhook", "json", (WELL,))
AREA = "github webhook"


def sent(*statuses: int) -> HookFacts:
    """Deliveries of their own, newest first, an hour between them."""
    return replace(
        HOOK,
        sent=[
            SentFacts(f"g-{nth}", "push", status, AT - timedelta(hours=nth))
            for nth, status in enumerate(statuses)
        ],
    )


def test_webhooks_that_arrive_are_well() -> None:
    assert list(of_hook(HOOK, OURS)) == [
        Finding(
            AREA,
            Level.OK,
            "GitHub's last 1 webhook arrived, the newest at 2026-11-20 12:00 UTC.",
        )
    ]


def test_a_webhook_that_leads_elsewhere_or_comes_as_a_form_is_told() -> None:
    astray = replace(HOOK, url="https://old.example.com/github/webhook", content_type="form")

    assert list(of_hook(astray, OURS))[:2] == [
        Finding(
            AREA,
            Level.FAILED,
            "GitHub sends its webhooks to https://old.example.com/github/webhook, not to "
            "https://flakes.example.com/github/webhook.",
            "Set the webhook URL on the App's page, or PUBLIC_URL to where we are.",
        ),
        Finding(
            AREA,
            Level.FAILED,
            "GitHub sends its webhooks as a form, which we do not read.",
            "Set the content type to application/json.",
        ),
    ]


def test_when_nothing_was_sent_it_says_how_to_cause_something() -> None:
    assert list(of_hook(sent(), OURS)) == [
        Finding(
            AREA,
            Level.WARNING,
            "GitHub has sent nothing in the last three days.",
            "Install the App on a repository, or push to one that has it.",
        )
    ]


@pytest.mark.parametrize(
    ("status", "answer", "remedy"),
    [
        (401, "401", "The two webhook secrets differ: set the App's to ours, or ours to the"),
        (0, "no answer", "Check that GitHub can reach PUBLIC_URL: a firewall, a proxy, its TLS"),
        (502, "502", "The proxy in front of us did not reach us: is `flakeguard web` running?"),
        (418, "418", "Check that GitHub can reach PUBLIC_URL: a firewall, a proxy, its TLS"),
    ],
)
def test_failed_webhooks_are_told_with_what_to_do(status: int, answer: str, remedy: str) -> None:
    (found,) = of_hook(sent(status, 202, status), OURS)

    assert found.level is Level.FAILED
    assert found.message == (
        "2 of GitHub's last 3 webhooks failed, the newest of them (push, 2026-11-20 12:00 UTC) "
        f"with {answer}."
    )
    assert found.remedy.startswith(remedy)


def test_failures_that_are_over_are_a_warning() -> None:
    (found,) = of_hook(sent(202, 503), OURS)

    assert found.level is Level.WARNING
    assert found.remedy.endswith("see the log of `flakeguard web`. Later ones arrived.")


def test_what_was_sent_again_and_arrived_has_not_failed() -> None:
    again = [replace(WELL, at=AT + timedelta(hours=1)), replace(WELL, status=502)]

    (found,) = of_hook(replace(HOOK, sent=again), OURS)

    assert found.level is Level.OK


def test_a_stored_secret_will_do_a_set_one_too_and_polling_needs_none(tmp_path: Path) -> None:
    known = AppInUse(webhook_secrets=("s",))
    given = isolated(tmp_path, github_webhook_secret="s")
    polling = isolated(tmp_path, github_polling=True)

    said = [
        [(one.level, one.message) for one in of_webhook(*asked)]
        for asked in (
            (isolated(tmp_path), known, AT),
            (given, known, None),
            (polling, AppInUse(), None),
        )
    ]

    assert said[0] == [
        (Level.OK, "A webhook secret is stored; deliveries are checked."),
        (Level.OK, "The last delivery of those kept came at 2026-11-20 12:00 UTC."),
    ]
    assert said[1] == [(Level.OK, "GITHUB_WEBHOOK_SECRET is set; deliveries are checked.")]
    assert said[2] == [
        (Level.OK, "GITHUB_POLLING is on: once a minute GitHub is asked what is new.")
    ]


def test_accounts_that_do_not_let_us_do_all_are_named() -> None:
    assert list(of_accounts([], [])) == []
    assert list(of_accounts([("acme", ("checks",))], ["emca"])) == [
        Finding(
            "installations",
            Level.FAILED,
            "acme does not grant: Checks (write).",
            "Its owners accept under Settings, GitHub Apps, FlakeGuard, Review request.",
        ),
        Finding(
            "installations",
            Level.WARNING,
            "Suspended by emca: nothing is read or said there until that ends.",
        ),
    ]


def test_what_signing_in_needs_is_told(tmp_path: Path) -> None:
    bare = isolated(tmp_path)
    reachable = isolated(tmp_path, public_url=OURS)
    able = AppInUse(client_id="Iv1.1", client_secret="s")

    assert of_sign_in(bare, AppInUse()) == Finding(
        "sign-in",
        Level.WARNING,
        "Nobody can sign in through GitHub: only ADMIN_TOKEN and one-time links open us.",
        "Set GITHUB_CLIENT_ID and GITHUB_CLIENT_SECRET, both on the App's page.",
    )
    assert of_sign_in(bare, able).remedy == "Set PUBLIC_URL."
    assert of_sign_in(reachable, able).level is Level.OK


def test_a_stored_key_that_github_refuses_leads_to_set_up(tmp_path: Path) -> None:
    assert remedy_for_key(isolated(tmp_path), AppInUse(is_stored=True)) == (
        "Check that the App still exists and that its private key was not deleted, and that "
        "https://api.github.com can be reached. Another App is set up at /github/setup."
    )
