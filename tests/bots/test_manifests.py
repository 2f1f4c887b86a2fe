"""What the two apps ask for when they are made, against what the code uses."""

from pathlib import Path
from typing import Any

import yaml

from app.core.grants import NEEDED
from app.sandbox.github.entities import DEFAULT_EVENTS, DEFAULT_PERMISSIONS
from bots.github.events import KNOWN_EVENTS
from bots.slack.manifest import manifest_text

ROOT = Path(__file__).parents[2]
UNASKED = {
    "installation",
    "installation_repositories",
    "github_app_authorization",
}  # GitHub sends these to every App


def read(path: str) -> Any:  # noqa: ANN401 -- it is YAML
    return yaml.safe_load((ROOT / path).read_text())


def test_the_github_app_asks_for_what_it_needs_and_no_more() -> None:
    manifest = read("app.yml")

    assert manifest["default_permissions"] == {
        "actions": "write",
        "checks": "write",
        "contents": "read",
        "issues": "write",
        "members": "read",
        "merge_queues": "read",
        "metadata": "read",
        "pull_requests": "write",
    }
    assert dict(NEEDED) == manifest["default_permissions"]
    assert manifest["public"] is False
    assert manifest["hook_attributes"] == {
        "url": "${PUBLIC_URL}/github/webhook",
        "active": True,
    }


def test_every_event_that_comes_to_something_is_subscribed_to() -> None:
    assert set(read("app.yml")["default_events"]) == KNOWN_EVENTS - UNASKED


def test_the_sandbox_grants_what_the_manifest_asks_for() -> None:
    manifest = read("app.yml")

    assert manifest["default_permissions"] == DEFAULT_PERMISSIONS
    assert set(DEFAULT_EVENTS) <= set(manifest["default_events"])


def test_the_slack_app_may_do_what_the_client_does() -> None:
    manifest = read("bots/slack/manifest.yaml")

    scopes = set(manifest["oauth_config"]["scopes"]["bot"])
    [command] = manifest["features"]["slash_commands"]
    assert (command["command"], command["should_escape"]) == ("/flakeguard", True)
    assert scopes >= {"chat:write", "channels:history", "groups:history", "users:read", "commands"}
    assert manifest["settings"]["interactivity"] == {
        "is_enabled": True,
        "request_url": "https://flakeguard.example.com/slack/events",
    }


def test_the_slack_app_s_manifest_is_printed_with_the_addresses_of_an_installation() -> None:
    text = manifest_text("https://flakes.acme.test/", rotates=True)

    assert "flakeguard.example.com" not in text
    told = yaml.safe_load(text)
    assert told["settings"]["interactivity"]["request_url"] == (
        "https://flakes.acme.test/slack/events"
    )
    assert told["oauth_config"]["redirect_urls"] == [
        "https://flakes.acme.test/slack/oauth_redirect"
    ]
    assert told["features"]["unfurl_domains"] == ["flakes.acme.test"]
    assert told["settings"]["token_rotation_enabled"] is True


def test_without_a_domain_that_slack_takes_the_app_hears_of_no_links() -> None:
    for address in ("http://localhost:8000", None):
        told = yaml.safe_load(manifest_text(address))

        assert "unfurl_domains" not in told["features"]
        assert "link_shared" not in told["settings"]["event_subscriptions"]["bot_events"]
        assert not [one for one in told["oauth_config"]["scopes"]["bot"] if "links" in one]


def test_for_socket_mode_links_to_pages_unfold_all_the_same() -> None:
    told = yaml.safe_load(manifest_text("https://flakes.acme.test", by_socket=True))

    assert told["settings"]["socket_mode_enabled"] is True
    assert told["features"]["unfurl_domains"] == ["flakes.acme.test"]
    assert "link_shared" in told["settings"]["event_subscriptions"]["bot_events"]
    assert "links:write" in told["oauth_config"]["scopes"]["bot"]
    assert "https://" not in yaml.safe_dump(told)


def test_for_socket_mode_the_manifest_names_no_address() -> None:
    text = manifest_text(None)

    assert "https://flakeguard" not in text
    told = yaml.safe_load(text)
    assert told["settings"]["socket_mode_enabled"] is True
    assert told["settings"]["interactivity"] == {"is_enabled": True}
    assert told["settings"]["event_subscriptions"]["bot_events"]
