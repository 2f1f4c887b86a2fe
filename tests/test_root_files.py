"""The files at the root say what the code says."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
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


def composed() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
    return found


@pytest.mark.parametrize(
    ("file", "schema"),
    [("compose.yaml", "vendor.compose-spec"), (".github/dependabot.yml", "vendor.dependabot")],
)
def test_a_file_of_somebody_elses_format_fits_its_schema(file: str, schema: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, ROOT / file],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_dockerfile_pleases_its_linter() -> None:
    linter = shutil.which("hadolint", path=str(Path(sys.executable).parent))
    if linter is None:
        pytest.skip("hadolint has a wheel for x86-64 Linux only")

    done = subprocess.run(
        [linter, ROOT / "Dockerfile"], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_image_does_not_run_as_root_and_takes_only_the_product() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    kept = (ROOT / ".dockerignore").read_text().splitlines()

    assert [line for line in lines if line.startswith("USER ")] == ["USER 10001"]
    copied = [
        name
        for line in lines
        if line.startswith("COPY ") and "--from" not in line
        for name in line.split()[1:-1]
    ]
    assert sorted(kept[1:-1]) == sorted(f"!{name}" for name in copied)


def test_compose_runs_every_process_and_migrates_before_them() -> None:
    services = composed()["services"]

    ours = {name: one["command"] for name, one in services.items() if one.get("build") == "."}
    assert ours == {name: ["flakeguard", name] for name in ("migrate", "web", "worker", "cron")}
    for name in ("web", "worker", "cron"):
        waits = services[name]["depends_on"]["migrate"]["condition"]
        assert waits == "service_completed_successfully"
        assert services[name]["cap_drop"] == ["ALL"]
        assert services[name]["read_only"] is True


def test_composes_environment_is_made_of_settings_that_are_accepted() -> None:
    named = composed()["services"]["web"]["environment"]
    filled = {
        name: str(value)
        .replace("${POSTGRES_PASSWORD:?set it in .env}", "secret")
        .replace("${FLAKEGUARD_DOMAIN:?set it in .env}", "flakeguard.example.com")
        for name, value in named.items()
    }

    settings = load(filled | {"FLAKEGUARD_SECRET_KEY": Fernet.generate_key().decode()}, None)

    assert set(named) <= set(VARIABLES)
    assert settings.public_url == "https://flakeguard.example.com"
