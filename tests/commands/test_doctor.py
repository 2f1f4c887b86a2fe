"""doctor against real servers, and a GitHub and a Slack that answer as the real ones do."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from cryptography.fernet import Fernet

from app.clock import utc_now
from app.commands import probes
from app.commands.checkup import Finding, Level
from app.commands.doctor import doctor, examine, findings
from app.embedded import Servers
from app.sandbox.fresh import Credentials, fresh_world
from app.sandbox.keys import KeyPair, new_key_pair
from app.sandbox.server import serve
from app.sandbox.world import World
from app.settings import Settings, isolated
from app.wiring import wired
from tests.commands.world import run
from tests.databases import copy_of, template_of

NOWHERE = "127.0.0.1:1"  # nothing ever listens on port 1


@dataclass(frozen=True)
class Outside:
    """The GitHub and Slack that FlakeGuard is set up with."""

    world: World
    credentials: Credentials

    def settings(self) -> dict[str, object]:
        return {
            "github_app_id": self.credentials.app_id,
            "github_app_private_key": self.credentials.app_private_key,
            "github_webhook_secret": self.credentials.webhook_secret,
            "github_api_url": self.world.github_api_url,
            "github_server_url": self.world.address,
            "slack_bot_token": self.credentials.slack_bot_token,
            "slack_signing_secret": self.credentials.slack_signing_secret,
            "slack_api_url": self.world.slack_api_url,
        }


@pytest.fixture(scope="module")
def keys() -> KeyPair:
    return new_key_pair()


@pytest.fixture
def outside(keys: KeyPair) -> Iterator[Outside]:
    world, credentials = fresh_world(clock=utc_now, keys=keys)
    wanted = probes.wanted_registration()
    world.github.add_installation("acme", permissions=wanted.permissions, events=wanted.events)
    world.github.webhook_url = "https://flakes.example.com/github/webhook"
    with serve(world):
        yield Outside(world, credentials)


@pytest.fixture(scope="module")
def template(servers: Servers) -> Iterator[str]:
    assert servers.database_url is not None
    with template_of(servers.database_url, utc_now()) as name:
        yield name


@pytest.fixture
def base(servers: Servers, template: str, tmp_path: Path) -> Iterator[dict[str, object]]:
    """Settings with a migrated database and a Redis from outside."""
    assert servers.database_url is not None
    with copy_of(servers.database_url, template) as engine:
        yield {
            "data": tmp_path,
            "database_url": engine.url.render_as_string(hide_password=False),
            "redis_url": servers.redis_url,
            "secret_keys": (Fernet.generate_key().decode(),),
            "public_url": "https://flakes.example.com",
        }


def settings_of(base: dict[str, object], **overrides: object) -> Settings:
    return Settings.model_validate(base | overrides)


def failures(found: list[Finding]) -> list[Finding]:
    return [one for one in found if one.level is Level.FAILED]


def test_a_whole_installation_is_found_well_by_asking_everything_it_stands_on(
    base: dict[str, object], outside: Outside
) -> None:
    found = list(findings(settings_of(base, **outside.settings())))

    assert failures(found) == []
    said = [one.message for one in found if one.level is Level.OK]
    assert "FLAKEGUARD_SECRET_KEY is set." in said
    assert "GITHUB_WEBHOOK_SECRET is set; deliveries are checked." in said
    assert "GitHub knows us as FlakeGuard; the private key is right." in said
    assert "It has every permission and event that we need." in said
    assert "Our clock and GitHub's agree." in said
    assert "Slack knows us as flakeguard in Sandbox." in said
    assert {one.area for one in found} >= {"database", "migrations", "redis"}


def test_a_private_key_of_another_app_is_told_with_what_to_check(
    base: dict[str, object], outside: Outside
) -> None:
    other = outside.settings() | {"github_app_private_key": new_key_pair().private}

    (found,) = failures(list(findings(settings_of(base, **other))))

    assert found.area == "github app"
    assert found.message.startswith("GitHub answered GET /api/v3/app with 401: ")
    assert found.remedy == (
        "Check that GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY belong to one App of "
        f"{outside.world.address}, and that {outside.world.github_api_url} can be reached."
    )


def test_a_github_that_cannot_be_reached_is_told(base: dict[str, object], outside: Outside) -> None:
    away = outside.settings() | {"github_api_url": f"http://{NOWHERE}"}

    (found,) = failures(list(findings(settings_of(base, **away))))

    assert found.message == "GitHub could not be reached for GET /app: ConnectError."


def test_a_slack_token_that_slack_refuses_is_told(
    base: dict[str, object], outside: Outside
) -> None:
    other = outside.settings() | {"slack_bot_token": "xoxb-not-that-one"}

    (found,) = failures(list(findings(settings_of(base, **other))))

    assert found == Finding(
        "slack",
        Level.FAILED,
        "Slack answered auth.test with invalid_auth. "
        "Set SLACK_BOT_TOKEN to the bot token of the Slack app.",
    )


def test_every_workspace_is_asked_for_its_scopes(base: dict[str, object], outside: Outside) -> None:
    world, app = outside.world, outside.world.slack_app
    world.slack.scopes = "chat:write"
    world.add_workspace("T0UMBRELLA", "Umbrella")
    world.add_workspace("T0GONE", "Gone")
    client = {"slack_client_id": app.client_id, "slack_client_secret": app.client_secret}
    settings = settings_of(base, **outside.settings(), **client)
    with wired(settings) as parts:
        for team in ("T0UMBRELLA", "T0GONE"):
            answer = httpx.get(f"{parts.workspaces.begin(session='x')}&team={team}")
            query = parse_qs(urlsplit(answer.headers["location"]).query)
            parts.workspaces.finish(
                session="x", state=query["state"][0], code=query["code"][0], by="admin"
            )
        parts.workspaces.note_removal("T0GONE")

    found = [one for one in findings(settings) if one.area == "slack"]

    said = [one.message for one in found]
    assert said[0] == "Slack knows us as flakeguard in Sandbox."
    assert said[1].startswith("The bot lacks the scopes channels:history, ")
    assert said[2].startswith("Gone (T0GONE) removed the app at ")
    assert said[3:5] == [
        "Slack knows us as flakeguard in Umbrella.",
        "It has every scope that we need.",
    ]
    assert said[5] == "No click or command has come from Slack yet."


def test_servers_that_are_away_are_told_one_by_one(base: dict[str, object]) -> None:
    settings = settings_of(
        base, database_url=f"postgresql://ann:hush@{NOWHERE}/x", redis_url=f"redis://{NOWHERE}"
    )

    database, redis = failures(list(findings(settings)))

    assert database.message.startswith("PostgreSQL did not answer: ")
    assert database.remedy == "Check DATABASE_URL, and that PostgreSQL runs there and lets us in."
    assert redis.message.startswith("Redis did not answer: ")
    assert "hush" not in database.message + redis.message


def test_a_data_folder_that_is_somebody_elses_is_told_and_the_rest_still_looked_at(
    tmp_path: Path,
) -> None:
    (tmp_path / "letters.txt").write_text("Dear Ann")

    found = list(findings(isolated(tmp_path)))

    (failed,) = failures(found)
    assert failed.area == "servers"
    assert str(tmp_path) in failed.message
    assert found[-1].area == "slack"


def test_wrong_settings_are_a_finding_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PORT", "http")

    status = examine(as_json=True)

    assert status == 1
    assert json.loads(capsys.readouterr().out) == {
        "ok": False,
        "checks": [
            {
                "area": "settings",
                "level": "failed",
                "message": "PORT must be a whole number from 1 to 65535, not 'http'.",
                "remedy": "Correct it in the environment or in .env.",
            }
        ],
    }


def test_the_table_breaks_no_sentence_where_nobody_looks(
    base: dict[str, object], outside: Outside, capsys: pytest.CaptureFixture[str]
) -> None:
    unsigned = outside.settings() | {"github_webhook_secret": None}
    settings = settings_of(base, **unsigned)

    status = doctor(settings, as_json=False)

    assert status == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert (
        "warning github webhook No webhook secret: POST /github/webhook answers 503 to every "
        "delivery."
    ) in lines


@pytest.mark.story
def test_on_a_new_machine_doctor_starts_what_comes_along_and_says_what_is_missing(
    tmp_path: Path,
) -> None:
    status, said, _ = run(tmp_path / "data", "doctor", "--json")

    answer = json.loads(said)
    assert (status, answer["ok"]) == (0, True)
    levels = {one["area"]: one["level"] for one in answer["checks"]}
    assert (levels["database"], levels["redis"], levels["secret key"]) == ("ok", "ok", "ok")
    assert (levels["migrations"], levels["github webhook"]) == ("warning", "warning")
