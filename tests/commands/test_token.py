"""`flakeguard token`: made, listed, rotated and revoked on a real command line."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.embedded import Servers
from tests.commands.world import run

KEY = "dGhpcyBpcyBhIGtleSBvZiAzMiBieXRlcyBmb3IgdXM="


class CommandLine:
    """The command line on a database of its own."""

    def __init__(self, data: Path, database_url: str, redis_url: str) -> None:
        self.data = data
        self.settings = {
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "FLAKEGUARD_SECRET_KEY": KEY,
        }

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        return run(self.data, *arguments, **self.settings)

    def json(self, *arguments: str) -> list[Any]:
        status, said, complained = self(*arguments, "--json")
        assert (status, complained) == (0, ""), complained
        return [json.loads(line) for line in said.splitlines()]


@pytest.fixture
def flakeguard(tmp_path: Path, servers: Servers, database_url: str) -> CommandLine:
    assert servers.redis_url is not None
    found = CommandLine(tmp_path / "data", database_url, servers.redis_url)
    assert found("migrate")[0] == 0
    return found


def test_a_token_lives_and_ends(flakeguard: CommandLine) -> None:
    [made] = flakeguard.json("token", "create", "gitlab:group/sub/name", "--name", "gitlab")
    [rotated] = flakeguard.json("token", "rotate", str(made["id"]), "--overlap-hours", "2")
    [revoked] = flakeguard.json("token", "revoke", str(rotated["id"]))
    listed = flakeguard.json("token", "list")

    assert made["token"].startswith("fgt_n")
    assert made["repo_id"] < 0
    assert (made["project"], made["name"], made["state"]) == (
        "gitlab:group/sub/name",
        "gitlab",
        "active",
    )
    assert (rotated["replaces"], rotated["token"] == made["token"]) == (made["id"], False)
    assert revoked["state"] == "revoked"
    assert [(one["id"], one["state"]) for one in listed] == [
        (made["id"], "rotated"),
        (rotated["id"], "revoked"),
    ]
    assert not any("token" in one for one in listed)


def test_people_read_it_too_and_mistakes_are_said_in_one_sentence(
    flakeguard: CommandLine,
) -> None:
    _, nothing, _ = flakeguard("token", "list")
    _, made, _ = flakeguard("token", "create", "other:shop/cart")
    _, listed, _ = flakeguard("token", "list", "other:shop/cart")
    unknown = flakeguard("token", "create", "acme/shop")
    missing = flakeguard("token", "revoke", "99")
    again = flakeguard("token", "rotate", "1", "--overlap-hours", "0")
    ended = flakeguard("token", "rotate", "1")

    assert nothing == ("There is no token yet; make one with: flakeguard token create PROJECT\n")
    lines = made.splitlines()
    assert lines[0] == "Token 1 (ci) of other:shop/cart:"
    assert lines[1].startswith("fgt_n")
    assert lines[2] == "It is shown this once: keep it among your CI's secrets."
    assert "other:shop/cart" in listed
    assert lines[1] not in listed
    assert (unknown[0], unknown[2]) == (
        1,
        "flakeguard: We do not know acme/shop: install the GitHub App on it and push once, or"
        " name a project of another host as gitlab:group/name or other:group/name.\n",
    )
    assert (missing[0], missing[2]) == (
        1,
        "flakeguard: There is no token 99; `flakeguard token list` shows those we have.\n",
    )
    assert again[0] == 0
    assert (ended[0], ended[2]) == (1, "flakeguard: Token 1 is expired, so it cannot be rotated.\n")


def test_wrong_use_is_told_apart(flakeguard: CommandLine) -> None:
    assert flakeguard("token", "revoke", "x")[0] == 2
    assert flakeguard("token")[0] == 2
