"""What doctor thinks of facts, sentence by sentence."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.clock import utc_now
from app.commands import checkup, checkup_slack, probes
from app.commands.checkup import (
    AppFacts,
    DatabaseFacts,
    Finding,
    FolderFacts,
    Level,
    RedisFacts,
    Registration,
    SlackFacts,
)
from app.commands.checkup_github import of_webhook
from app.core.credentials import AppInUse
from app.core.outlets import Outlet, OutletKind
from app.settings import isolated

OK, WARNING, FAILED = Level.OK, Level.WARNING, Level.FAILED
PLACE = "under Developer settings, GitHub Apps, FlakeGuard, Permissions & events"
DATABASE = DatabaseFacts(version=180_004, revision="0007", head="0007", is_ours=False)
REDIS = RedisFacts("7.4.1", has_aof=True, is_ours=False)


def test_a_whole_production_setting_has_nothing_to_be_done(tmp_path: Path) -> None:
    settings = isolated(
        tmp_path,
        environment="production",
        public_url="https://flakes.example.com",
        admin_token="long enough, surely it is",
    )

    assert list(checkup.of_settings(settings, [])) == [
        Finding("settings", OK, "All are well-formed; environment production.")
    ]


def test_settings_that_work_but_are_unwise_are_warned_of(tmp_path: Path) -> None:
    settings = isolated(
        tmp_path,
        environment="production",
        public_url="http://flakes.example.com",
        metrics_token="short",
        github_api_url="https://ghes.example.com/api/v3",
    )

    found = list(checkup.of_settings(settings, ["FLAKEGUARD_DTA is no setting."]))[1:]

    assert found == [
        Finding("settings", WARNING, "FLAKEGUARD_DTA is no setting.", "Correct or remove it."),
        Finding(
            "settings",
            WARNING,
            "PUBLIC_URL is not https: sign-ins and cookies can be read on their way.",
            "Put a proxy with TLS in front.",
        ),
        Finding(
            "settings",
            WARNING,
            "METRICS_TOKEN is shorter than 20 characters.",
            "Make a longer one: openssl rand -hex 32",
        ),
        Finding(
            "settings",
            WARNING,
            "Of GITHUB_API_URL and GITHUB_SERVER_URL one is github.com and the other is not.",
            "Set both to the same GitHub.",
        ),
    ]


@pytest.mark.parametrize(
    ("environment", "level"), [("development", WARNING), ("production", FAILED)]
)
def test_what_is_not_set_up_fails_only_in_production(
    tmp_path: Path, environment: str, level: Level
) -> None:
    settings = isolated(tmp_path, environment=environment)

    assert list(checkup.of_settings(settings, []))[1] == Finding(
        "settings",
        level,
        "PUBLIC_URL is not set: what we write on GitHub and Slack has no links to us.",
        "Set it to where people reach the pages.",
    )
    assert list(of_webhook(settings, AppInUse(), None)) == [
        Finding(
            "github webhook",
            level,
            "No webhook secret: POST /github/webhook answers 503 to every delivery.",
            "Open /github/setup, or set GITHUB_WEBHOOK_SECRET to the secret on the App's page.",
        )
    ]


def test_a_data_folder_that_others_may_open_or_that_is_full_is_warned_of() -> None:
    assert list(checkup.of_folder(FolderFacts("/d", 0o700, 5_000_000_000))) == [
        Finding("data folder", OK, "/d: 5,000 MB are free.")
    ]
    assert list(checkup.of_folder(FolderFacts("/d", 0o755, 20_000_000))) == [
        Finding("data folder", WARNING, "/d is open to other users (mode 0755).", "chmod 700 '/d'"),
        Finding(
            "data folder",
            WARNING,
            "Only 20 MB are free in /d.",
            "Make room, or move FLAKEGUARD_DATA.",
        ),
    ]


@pytest.mark.parametrize(
    ("version", "level"),
    [(140_011, FAILED), (150_000, OK), (180_004, OK), (190_000, WARNING)],
)
def test_postgresql_15_to_18_will_do(version: int, level: Level) -> None:
    assert next(checkup.of_database(replace(DATABASE, version=version))).level is level


def test_a_schema_behind_the_code_fails_unless_the_database_is_our_own() -> None:
    behind = replace(DATABASE, revision="0006")
    empty = replace(DATABASE, revision=None, is_ours=True)

    assert list(checkup.of_database(DATABASE)) == [
        Finding("database", OK, "PostgreSQL 18.4 answers (yours)."),
        Finding("migrations", OK, "The schema is at 0007, the newest."),
    ]
    assert list(checkup.of_database(behind))[1] == Finding(
        "migrations",
        FAILED,
        "The schema is at 0006; it should be at 0007.",
        "Run: flakeguard migrate",
    )
    assert list(checkup.of_database(empty))[1] == Finding(
        "migrations",
        WARNING,
        "The schema is not there yet; it should be at 0007.",
        "Run: flakeguard migrate",
    )


def test_a_redis_that_is_old_or_forgets_is_told() -> None:
    assert list(checkup.of_redis(REDIS)) == [Finding("redis", OK, "Redis 7.4.1 answers (yours).")]
    assert list(checkup.of_redis(replace(REDIS, has_aof=None))) == list(checkup.of_redis(REDIS))
    assert list(checkup.of_redis(replace(REDIS, version="5.0.7", has_aof=False))) == [
        Finding("redis", FAILED, "Redis 5.0.7 is too old.", "Use 6.2 or later."),
        Finding(
            "redis",
            WARNING,
            "Redis keeps no append-only file: after a restart work waits for the next sweep.",
            "Set: appendonly yes",
        ),
    ]


def test_an_app_with_more_than_it_needs_is_well() -> None:
    wanted = Registration({"checks": "write", "contents": "read"}, ["push", "workflow_run"])
    given = Registration(
        {"checks": "write", "contents": "admin", "pages": "read"}, ["push", "star", "workflow_run"]
    )

    assert list(checkup.of_app(AppFacts("FlakeGuard", given), wanted)) == [
        Finding("github app", OK, "GitHub knows us as FlakeGuard; the private key is right."),
        Finding("github app", OK, "It has every permission and event that we need."),
    ]


def test_an_app_that_may_too_little_is_told_what_to_grant_and_where() -> None:
    wanted = Registration(
        {"checks": "write", "contents": "read", "issues": "write"}, ["push", "workflow_run"]
    )
    given = Registration({"checks": "read", "contents": "read"}, ["push"])

    assert list(checkup.of_app(AppFacts("FlakeGuard", given), wanted))[1:] == [
        Finding(
            "github app",
            FAILED,
            "The App lacks the permissions checks: write, issues: write.",
            f"Grant them {PLACE}, and accept them in each installation.",
        ),
        Finding(
            "github app",
            FAILED,
            "The App does not hear of workflow_run.",
            f"Subscribe to them {PLACE}.",
        ),
    ]


def test_an_event_that_is_not_vital_only_warns() -> None:
    wanted = Registration({}, ["merge_group", "workflow_run"])
    given = Registration({}, ["workflow_run"])

    assert [one.level for one in checkup.of_app(AppFacts("x", given), wanted)] == [OK, WARNING]


@pytest.mark.parametrize(
    ("seconds", "level", "message"),
    [
        (3, OK, "Our clock and GitHub's agree."),
        (-45, WARNING, "Our clock is 45 s behind GitHub's, which refuses tokens of another time."),
        (90, FAILED, "Our clock is 90 s ahead of GitHub's, which refuses tokens of another time."),
    ],
)
def test_a_clock_that_is_off_is_told_by_how_much(seconds: int, level: Level, message: str) -> None:
    found = checkup.of_clock(timedelta(seconds=seconds))

    assert (found.level, found.message) == (level, message)


def test_a_bot_without_a_scope_is_told_which() -> None:
    facts = SlackFacts("Acme", "flakeguard", frozenset({"chat:write", "files:write"}))

    assert list(checkup_slack.of_slack(facts, {"chat:write", "users:read", "commands"})) == [
        Finding("slack", OK, "Slack knows us as flakeguard in Acme."),
        Finding(
            "slack",
            FAILED,
            "The bot lacks the scopes commands, users:read.",
            "Add them under OAuth & Permissions and install the app again.",
        ),
    ]
    assert list(checkup_slack.of_slack(facts, {"chat:write"}))[1].level is OK
    assert list(checkup_slack.of_slack(replace(facts, scopes=None), {"x"}))[1].level is WARNING


def test_slack_half_set_up_is_told_what_is_missing(tmp_path: Path) -> None:
    token = {"slack_bot_token": "xoxb-1"}

    assert list(checkup_slack.of_slack_settings(isolated(tmp_path))) == [
        Finding(
            "slack",
            WARNING,
            "Slack is not set up: nothing is said there.",
            "Set SLACK_BOT_TOKEN, or SLACK_CLIENT_ID and SLACK_CLIENT_SECRET.",
        )
    ]
    assert list(checkup_slack.of_slack_settings(isolated(tmp_path, **token))) == [
        Finding(
            "slack",
            WARNING,
            "No signing secret: POST /slack/events answers 503, and no button works.",
            "Set SLACK_SIGNING_SECRET.",
        )
    ]
    whole = isolated(tmp_path, **token, slack_signing_secret="s")
    assert list(checkup_slack.of_slack_settings(whole)) == []
    assert list(checkup_slack.of_slack_settings(isolated(tmp_path, enable_slack=False))) == [
        Finding("slack", OK, "ENABLE_SLACK is off.")
    ]


def test_what_we_need_is_read_from_the_manifests() -> None:
    wanted = probes.wanted_registration()

    assert wanted.permissions["checks"] == "write"
    assert "workflow_run" in wanted.events
    assert {"chat:write", "links:read"} < probes.wanted_scopes("https://flakes.example")
    for address in (None, "http://localhost:8000"):  # whose manifest asks for no links
        assert "chat:write" in probes.wanted_scopes(address)
        assert not {"links:read", "links:write"} & probes.wanted_scopes(address)


def test_a_channel_that_failed_is_named() -> None:
    builds = Outlet("builds", OutletKind.TEAMS, (), utc_now())
    broken = replace(builds, name="pager", error="x answered with 404.", failed_at=utc_now())

    assert list(checkup.of_outlets([])) == []
    assert [one.level for one in checkup.of_outlets([builds])] == [OK]
    assert list(checkup.of_outlets([builds, broken])) == [
        Finding(
            "channels",
            WARNING,
            "pager (teams) failed: x answered with 404.",
            "Try it: flakeguard channel test pager",
        )
    ]
