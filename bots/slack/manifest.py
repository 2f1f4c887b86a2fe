"""Our Slack app as its manifest describes it: one list for programs and people."""

from pathlib import Path
from urllib.parse import urlsplit

import yaml

FILE = Path(__file__).with_name("manifest.yaml")
DOMAIN = "flakeguard.example.com"
LINKS = ("unfurl_domains:", f"- {DOMAIN}", "- links:", "- link_shared")  # how their lines begin
PLACE = "https://flakeguard.example.com"  # where the file has the address of an installation


def bot_scopes() -> list[str]:
    """What our bot needs to be granted, wherever it is installed."""
    return scopes_in(FILE.read_text(encoding="utf-8"))


def scopes_in(text: str) -> list[str]:
    """What a manifest asks for."""
    return list(yaml.safe_load(text)["oauth_config"]["scopes"]["bot"])


def manifest_text(public_url: str | None, *, rotates: bool = False, by_socket: bool = False) -> str:
    """The manifest to paste into Slack; without a public address, one for Socket Mode.

    `by_socket` is for Socket Mode in any case: links to our pages unfold where only people reach
    them, too. `rotates` is for an app that is installed by OAuth: its tokens end after 12 hours,
    and are renewed.
    """
    text = FILE.read_text(encoding="utf-8")
    if public_url is None or by_socket:
        lines = [line for line in text.splitlines() if PLACE not in line or line.startswith("#")]
        text = "\n".join(lines) + "\n"
        text = text.replace("  redirect_urls:\n", "")
        text = text.replace("socket_mode_enabled: false", "socket_mode_enabled: true")
    else:
        text = text.replace(PLACE, public_url.rstrip("/"))
    domain = (urlsplit(public_url).hostname if public_url else None) or ""
    text = text.replace(DOMAIN, domain) if "." in domain else _without_links(text)
    if rotates:
        text = text.replace("token_rotation_enabled: false", "token_rotation_enabled: true")
    return "".join(line for line in text.splitlines(keepends=True) if "Replace " not in line)


def _without_links(text: str) -> str:
    """The same of an app to which no link leads that Slack would unfold."""
    lines = text.splitlines(keepends=True)
    return "".join(line for line in lines if not line.strip().startswith(LINKS))
