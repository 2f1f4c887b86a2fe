"""The files at the root say what the code says."""

import tomllib
from pathlib import Path

from cryptography.fernet import Fernet

import app
from app.settings import VARIABLES, load

ROOT = Path(__file__).parents[1]


def test_flys_environment_is_made_of_settings_that_are_accepted() -> None:
    fly = tomllib.loads((ROOT / "fly.toml").read_text())

    secrets = {
        "DATABASE_URL": "postgres://db/x",
        "FLAKEGUARD_SECRET_KEY": Fernet.generate_key().decode(),
    }
    settings = load(fly["env"] | secrets, None)

    assert set(fly["env"]) <= set(VARIABLES)
    assert settings.port == fly["http_service"]["internal_port"]
    assert settings.host == "0.0.0.0"


def test_fly_runs_every_process_and_migrates_before_a_release() -> None:
    fly = tomllib.loads((ROOT / "fly.toml").read_text())

    assert fly["processes"] == {
        "web": "flakeguard web",
        "worker": "flakeguard worker",
        "cron": "flakeguard cron",
    }
    assert fly["deploy"]["release_command"] == "flakeguard migrate"
    assert [check["path"] for check in fly["http_service"]["checks"]] == ["/health/ready"]


def test_the_changelog_knows_the_version() -> None:
    assert f"## [{app.__version__}]" in (ROOT / "CHANGELOG.md").read_text()
