"""Every setting, once: its variable, type, default and meaning."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from app import setting_types as types
from app import setting_values as read
from app.core.errors import BadInput
from app.setting_faults import PAIRS, sentences

ENV_FILE = Path(".env")
OUR_PREFIX = "FLAKEGUARD_"


class Settings(BaseSettings):
    """What an operator may set; the class reads nothing by itself: `load` does."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, hide_input_in_errors=True
    )

    database_url: types.DatabaseAddress | None = Field(
        None,
        description="PostgreSQL 15 to 18; without it, our own is started in the data folder.",
    )
    database_read_url: types.DatabaseAddress | None = Field(
        None, description="A read replica that pages may read from."
    )
    database_pool_size: types.PoolSize = Field(
        10, description="Connections to PostgreSQL that one process keeps at most."
    )
    redis_url: types.RedisAddress | None = Field(
        None, description="Redis 6.2 or later; without it, our own is started likewise."
    )
    data: types.Folder = Field(
        alias="FLAKEGUARD_DATA",
        description="Folder of our own PostgreSQL and Redis: `$XDG_DATA_HOME/flakeguard`, else "
        "`~/.local/share/flakeguard`; as root `/var/lib/flakeguard`.",
    )
    secret_keys: types.FernetKeys = Field(
        (),
        alias="FLAKEGUARD_SECRET_KEY",
        description="Encrypts the secrets that we store; required with `DATABASE_URL`, else made "
        "in the data folder; to rotate it write new key, comma, old key; "
        f"`{read.KEY_COMMAND}` makes one.",
    )
    public_url: types.SiteAddress | None = Field(
        None,
        description="Where people and GitHub reach us, such as https://flakeguard.example.com.",
    )
    github_app_id: types.AppId | None = Field(None, description="The GitHub App's id.")
    github_app_private_key: types.RsaKey | None = Field(
        None, description="The GitHub App's private key: the PEM text, or the path of its file."
    )
    github_webhook_secret: types.Secret | None = Field(
        None,
        description="Checks GitHub's deliveries; until there is one they are answered 503; to "
        "rotate it write new secret, comma, old secret, each of at least 16 characters.",
    )
    github_client_id: types.Text | None = Field(
        None, description="The GitHub App's client id, for signing in through GitHub."
    )
    github_client_secret: types.Secret | None = Field(
        None, description="The GitHub App's client secret, for signing in through GitHub."
    )
    github_api_url: types.WebAddress = Field(
        "https://api.github.com",
        description="GitHub's API; on GitHub Enterprise Server it ends in /api/v3.",
    )
    github_server_url: types.WebAddress = Field(
        "https://github.com", description="GitHub's pages, for links and signing in."
    )
    github_polling: types.Switch = Field(
        False,
        description="true: asks GitHub what is new, where no webhook reaches us.",
    )
    github_rate_limits: types.Switch = Field(
        True,
        description="Off: GitHub is asked as often as there is something to ask, for a GitHub "
        "Enterprise Server without rate limits.",
    )
    backfill_days: types.Days = Field(
        30, description="Days of runs that are read back where the App is new; 0: none."
    )
    erase_after_days: types.Days = Field(30, description="Days until a gone repository is erased.")
    allowed_accounts: types.Accounts = Field(
        (),
        alias="FLAKEGUARD_ALLOWED_ACCOUNTS",
        description="Accounts whose installations we serve, separated by commas; empty means all.",
    )
    slack_signing_secret: types.Secret | None = Field(
        None, description="Checks Slack's requests; until it is set they are answered 503."
    )
    slack_bot_token: types.BotToken | None = Field(
        None, description="The bot's token in one workspace; begins with xoxb-."
    )
    slack_client_id: types.Text | None = Field(
        None, description="The Slack app's client id, to install it into many workspaces."
    )
    slack_client_secret: types.Secret | None = Field(
        None, description="The Slack app's client secret, to install it into many workspaces."
    )
    slack_app_token: types.AppToken | None = Field(
        None, description="Socket Mode's token, behind a firewall; begins with xapp-."
    )
    slack_api_url: types.WebAddress = Field("https://slack.com/api", description="Slack's Web API.")
    slack_rate_limits: types.Switch = Field(
        True,
        description="Off: channels are told as fast as there is something to tell, for a stand-in "
        "for Slack that has no limits.",
    )
    smtp_url: types.MailServer | None = Field(
        None, description="The server that sends our mail: smtp:// (STARTTLS) or smtps://."
    )
    smtp_from: types.Sender | None = Field(None, description="Who our mail comes from.")
    channel_allowed_hosts: types.Hosts = Field(
        (),
        description="Hosts outside the open internet to which channels may post, also by http, "
        "separated by commas.",
    )
    host: types.Text = Field("127.0.0.1", description="The address that web listens on.")
    port: types.Port = Field(8000, description="The port that web listens on.")
    environment: types.Environment = Field(
        "development", description="development, production or test: what doctor insists on."
    )
    trusted_proxies: types.Networks = Field(
        (),
        description="Addresses or networks of proxies whose X-Forwarded-* headers are believed, "
        "separated by commas.",
    )
    enable_slack: types.Switch = Field(
        True, description="Off: nothing is said in or taken from Slack."
    )
    enable_analytics: types.Switch = Field(
        True, description="Off: no hourly and daily rollups are kept, and no trends are shown."
    )
    enable_quarantine_proposals: types.Switch = Field(
        True, description="Off: we never propose a quarantine; people still may."
    )
    runner_rates: types.RunnerRates = Field(
        (),
        description="What a minute of a runner costs, by its label, in a currency of yours: "
        "ubuntu-latest=0.008, *=0.002; empty: no money is shown.",
    )
    admin_token: types.Secret | None = Field(
        None, description="Opens the pages and the API to whoever holds it; make it long."
    )
    metrics_token: types.Secret | None = Field(
        None, description="Bearer token for /metrics; without it, ADMIN_TOKEN opens them."
    )
    upload_max_mb: types.Megabytes = Field(
        10, description="Megabytes that a request with reports may have, as sent."
    )
    uploads_per_minute: types.UploadRate = Field(
        60, description="Requests with reports that one project token may send a minute."
    )
    uploads_burst: types.UploadRate = Field(
        120, description="Such requests that are possible at once after a pause."
    )
    report_max_mb: types.ManyMegabytes = Field(
        1024, description="Megabytes that one report may have, unpacked."
    )
    report_max_cases: types.Count = Field(
        2_000_000, description="Executions that one report may list."
    )
    report_max_depth: types.Count = Field(
        10_000, description="Elements of a report that may stand inside one another."
    )
    report_max_tag_mb: types.Megabytes = Field(
        8, description="Megabytes that one XML tag of a report, with its attributes, may have."
    )
    report_max_value_mb: types.Megabytes = Field(
        64, description="Megabytes that one JSON value or one line of a report may have."
    )
    archive_max_mb: types.ManyMegabytes = Field(
        4096, description="Megabytes that the files of one zip archive may have, unpacked."
    )
    archive_max_files: types.Count = Field(
        20_000, description="Files and folders that one zip archive may hold."
    )
    archive_max_nested: types.Count = Field(
        10, description="Zip archives that one archive may hold; none may stand in those."
    )
    archive_max_ratio: types.Count = Field(
        200, description="Times its size that an archive may unpack to, beyond a first megabyte."
    )
    silent: bool = Field(
        False, alias="FLAKEGUARD_SILENT", description="true: judge, and say nothing anywhere."
    )
    log_level: types.LogLevel = Field(
        "info", description="The least that is logged: debug, info, warning, error, critical."
    )
    log_format: types.LogFormat | None = Field(
        None, description="json or console; unset, console on a terminal and json elsewhere."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what is passed in: `load` reads the environment, `isolated` ignores it."""
        return (init_settings,)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        """Settings that only work together come together."""
        if self.database_url and not self.secret_keys:
            raise ValueError(
                "FLAKEGUARD_SECRET_KEY is missing: with DATABASE_URL set it must be a key of ours; "
                f"make one with: {read.KEY_COMMAND}"
            )
        for name, needed in PAIRS:
            if _value(self, name) and not _value(self, needed):
                raise ValueError(f"{needed} is missing: {name} is set and needs it")
        return self


def variable_of(field: str, declared: FieldInfo) -> str:
    """The variable that a field is set by."""
    return declared.alias or field.upper()


VARIABLES = {variable_of(name, field): name for name, field in Settings.model_fields.items()}


def _value(settings: Settings, variable: str) -> object:
    return getattr(settings, VARIABLES[variable])


def load(environ: Mapping[str, str] | None = None, env_file: Path | None = ENV_FILE) -> Settings:
    """The settings of the environment and, where it is silent, of the env file.

    Raises BadInput with one sentence for each wrong variable; never with a secret's value.
    """
    given = environment(environ, env_file)
    known = {
        name.lower(): value for name, value in given.items() if name in VARIABLES and value.strip()
    }
    known.setdefault("flakeguard_data", types.data_folder(given, user=os.geteuid()))
    source = EnvSettingsSource(Settings)
    source.env_vars = known
    try:
        return Settings(**source())
    except ValidationError as error:
        fields = {name: Settings.model_fields[field] for name, field in VARIABLES.items()}
        raise BadInput(sentences(error, given, fields)) from None


def isolated(data: Path, **overrides: object) -> Settings:
    """Settings that no environment and no env file has a say in; overrides by field name."""
    return Settings.model_validate({"data": data, **overrides})


def environment(
    environ: Mapping[str, str] | None = None, env_file: Path | None = ENV_FILE
) -> dict[str, str]:
    """Every variable in sight; the environment wins over the file, with an empty value too."""
    if environ is None:
        environ = os.environ  # noqa: TID251 -- the one place that reads it
    try:
        filed = DotEnvSettingsSource(Settings, env_file=env_file, case_sensitive=True).env_vars
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{env_file} cannot be read: {error}; it must be UTF-8 text.") from None
    return {name: value for name, value in {**filed, **environ}.items() if value is not None}


def for_child(settings: Settings, environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment in which a process of ours loads these very settings, whatever .env says."""
    inherited = environment(environ, env_file=None)
    return inherited | {name: types.written(_value(settings, name)) for name in VARIABLES}


def revealed(secret: SecretStr | None) -> str:
    """The text of a secret that is known to be set."""
    assert secret is not None
    return secret.get_secret_value()


def misspelt(given: Mapping[str, str]) -> list[str]:
    """A sentence for every FLAKEGUARD_ variable that is none of ours but looks like one."""
    return read.near_misses(given, VARIABLES, prefix=OUR_PREFIX)
