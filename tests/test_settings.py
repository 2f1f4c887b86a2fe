"""Settings: what is accepted, what is refused and in which words, and that no secret shows."""

import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import SecretStr

from app.commands import settings_docs
from app.core.errors import BadInput
from app.settings import VARIABLES, Settings, environment, for_child, isolated, load, misspelt
from tests.keys import pem

ROOT = Path(__file__).parents[1]
KEY = Fernet.generate_key().decode()
OTHER_KEY = Fernet.generate_key().decode()
HUSH = "hush-hush-hush"


@pytest.fixture(scope="module")
def private_key() -> str:
    return pem(rsa.generate_private_key(public_exponent=65_537, key_size=2048))


def refusal(**environ: str) -> str:
    with pytest.raises(BadInput) as refused:
        load(environ, None)
    return str(refused.value)


def shown(secret: SecretStr | None) -> str:
    assert secret is not None
    return secret.get_secret_value()


def test_with_nothing_set_every_setting_has_its_default() -> None:
    settings = load({"HOME": "/home/ann"}, None)

    assert settings.database_url is None
    assert settings.redis_url is None
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.github_api_url == "https://api.github.com"
    assert settings.github_server_url == "https://github.com"
    assert settings.slack_api_url == "https://slack.com/api"
    assert settings.log_level == "info"
    assert settings.log_format is None
    assert settings.enable_slack is True


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"DATABASE_URL": "postgres://db/x"}, "FLAKEGUARD_SECRET_KEY"),
        ({"DATABASE_READ_URL": "postgres://db/x"}, "DATABASE_URL"),
        ({"GITHUB_APP_ID": "7"}, "GITHUB_APP_PRIVATE_KEY"),
        ({"GITHUB_CLIENT_ID": "Iv1.x"}, "GITHUB_CLIENT_SECRET"),
        ({"GITHUB_CLIENT_SECRET": HUSH}, "GITHUB_CLIENT_ID"),
        ({"SLACK_CLIENT_ID": "1.2"}, "SLACK_CLIENT_SECRET"),
        ({"SMTP_URL": "smtp://mail"}, "SMTP_FROM"),
    ],
)
def test_a_setting_that_another_one_needs_is_said_to_be_missing(
    given: dict[str, str], missing: str
) -> None:
    said = refusal(**given)

    assert said.startswith(f"{missing} is missing: ")
    assert said.endswith(".")


def test_an_outside_database_demands_a_key_and_says_how_to_make_one() -> None:
    assert refusal(DATABASE_URL="postgres://db/x") == (
        "FLAKEGUARD_SECRET_KEY is missing: with DATABASE_URL set it must be a key of ours; "
        "make one with: openssl rand -base64 32 | tr '+/' '-_'."
    )


def test_the_command_that_the_sentence_names_makes_a_key_that_is_accepted() -> None:
    command = "openssl rand -base64 32 | tr '+/' '-_'"
    made = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True)

    settings = load({"FLAKEGUARD_SECRET_KEY": made.stdout}, None)

    assert [key.get_secret_value() for key in settings.secret_keys] == [made.stdout.strip()]


def test_several_secret_keys_are_kept_in_their_order() -> None:
    settings = load({"FLAKEGUARD_SECRET_KEY": f"{KEY}, {OTHER_KEY}"}, None)

    assert [key.get_secret_value() for key in settings.secret_keys] == [KEY, OTHER_KEY]


@pytest.mark.skipif(sys.platform == "win32", reason="user ids are not a thing there")
def test_the_data_folder_follows_the_xdg_specification_for_an_ordinary_user(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)

    assert load({"HOME": "/home/ann"}, None).data == Path("/home/ann/.local/share/flakeguard")
    assert load({"HOME": "/home/ann", "XDG_DATA_HOME": "/d"}, None).data == Path("/d/flakeguard")
    assert load({"HOME": "/home/ann", "XDG_DATA_HOME": "d"}, None).data == Path(
        "/home/ann/.local/share/flakeguard"
    )
    assert load({"FLAKEGUARD_DATA": "/elsewhere/a b"}, None).data == Path("/elsewhere/a b")


def test_the_data_folder_of_root_is_the_systems(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)

    assert load({"HOME": "/root"}, None).data == Path("/var/lib/flakeguard")


def test_the_environment_wins_over_the_file_with_an_empty_value_too(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text('PORT=9001\nLOG_LEVEL=debug\nADMIN_TOKEN="from file"\n')

    settings = load({"PORT": "9002", "ADMIN_TOKEN": ""}, file)

    assert (settings.port, settings.log_level, settings.admin_token) == (9002, "debug", None)


def test_a_file_that_is_no_text_is_said_to_be_none(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_bytes(b"PORT=\xff\xfe")

    with pytest.raises(BadInput, match=r"\.env cannot be read: .*; it must be UTF-8 text\.$"):
        load({}, file)


def test_no_way_of_printing_the_settings_shows_a_secret(private_key: str) -> None:
    settings = load(every_secret(private_key), None)

    for text in (repr(settings), str(settings), str(settings.model_dump()), repr(vars(settings))):
        assert HUSH not in text
        assert KEY not in text
        assert "PRIVATE KEY" not in text
    assert HUSH not in settings.model_dump_json()


def every_secret(private_key: str) -> dict[str, str]:
    return {
        "DATABASE_URL": f"postgres://ann:{HUSH}@db/x",
        "DATABASE_READ_URL": f"postgres://ann:{HUSH}@db/x",
        "REDIS_URL": f"redis://:{HUSH}@redis",
        "FLAKEGUARD_SECRET_KEY": KEY,
        "GITHUB_APP_ID": "7",
        "GITHUB_APP_PRIVATE_KEY": private_key,
        "GITHUB_WEBHOOK_SECRET": HUSH,
        "GITHUB_CLIENT_ID": "Iv1.x",
        "GITHUB_CLIENT_SECRET": HUSH,
        "SLACK_SIGNING_SECRET": HUSH,
        "SLACK_BOT_TOKEN": f"xoxb-{HUSH}",
        "SLACK_CLIENT_ID": "1.2",
        "SLACK_CLIENT_SECRET": HUSH,
        "SLACK_APP_TOKEN": f"xapp-{HUSH}",
        "SMTP_URL": f"smtp://ann:{HUSH}@mail",
        "SMTP_FROM": "flakes@example.com",
        "ADMIN_TOKEN": HUSH,
        "METRICS_TOKEN": HUSH,
    }


def test_a_child_loads_the_very_same_settings_whatever_its_env_file_says(
    private_key: str, tmp_path: Path
) -> None:
    settings = load(every_secret(private_key) | {"GITHUB_POLLING": "on"}, None)
    bare = isolated(tmp_path / "a b")
    file = tmp_path / ".env"
    file.write_text(f"REDIS_URL=redis://elsewhere\nPORT=1\nADMIN_TOKEN={HUSH}\n")

    assert load(for_child(settings, {"PATH": "/bin"}), file) == settings
    assert load(for_child(bare, {"REDIS_URL": "redis://elsewhere"}), file) == bare


def test_isolated_settings_ignore_the_environment_and_the_env_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("PORT=9001\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", "postgres://elsewhere/x")
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-elsewhere")

    settings = isolated(tmp_path, admin_token=HUSH)

    assert (settings.database_url, settings.slack_bot_token, settings.port) == (None, None, 8000)
    assert shown(settings.admin_token) == HUSH


def test_a_misspelt_variable_of_ours_is_told_with_the_nearest_real_one() -> None:
    names = dict.fromkeys(
        ["FLAKEGUARD_DTA", "FLAKEGUARD_DATABASE_URL", "FLAKEGUARD_DATA", "FLAKEGUARD_COLOUR", "DTA"]
    )

    assert misspelt(dict.fromkeys(names, "")) == [
        "FLAKEGUARD_DATABASE_URL is no setting and is ignored; did you mean DATABASE_URL?",
        "FLAKEGUARD_DTA is no setting and is ignored; did you mean FLAKEGUARD_DATA?",
    ]


def test_every_variable_in_sight_includes_those_of_the_env_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("FLAKEGUARD_DTA=/x\n")

    assert environment({"A": "1"}, file) == {"A": "1", "FLAKEGUARD_DTA": "/x"}


def test_every_setting_says_what_it_is_for_in_one_sentence() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert field.description.endswith("."), name
        assert ". " not in field.description, name


def test_the_readme_and_the_example_file_say_what_the_code_says() -> None:
    readme = (ROOT / "README.md").read_text()
    example = (ROOT / ".env.example").read_text()

    assert settings_docs.with_table(readme) == readme, "run: make docs"
    assert settings_docs.env_example() == example, "run: make docs"


def test_the_example_file_with_every_line_switched_on_is_the_defaults(tmp_path: Path) -> None:
    example = (ROOT / ".env.example").read_text()
    file = tmp_path / ".env"
    lines = [line for line in example.splitlines() if not line.startswith("# ")]
    file.write_text("\n".join(line.removeprefix("#") for line in lines))

    given = environment({}, file)

    assert set(given) == set(VARIABLES)
    assert load({}, file) == load({}, None)
