"""What `flakeguard web` prints: a way to set GitHub up, while there is no App."""

import re
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from app.commands.web import invitation
from app.db.session import Engine
from app.embedded import Servers
from app.settings import isolated
from app.wiring import wired


@pytest.fixture
def settings(engine: Engine, servers: Servers, tmp_path: Path) -> dict[str, object]:
    return {
        "data": tmp_path,
        "database_url": engine.url.render_as_string(hide_password=False),
        "redis_url": servers.redis_url,
        "secret_keys": Fernet.generate_key().decode(),
        "public_url": "https://flakes.example.com",
    }


def test_while_no_app_is_set_up_it_says_where_to_set_one_up(settings: dict[str, object]) -> None:
    data = Path(str(settings.pop("data")))

    with wired(isolated(data, **settings)) as parts:
        [line] = invitation(parts, parts.settings)

    assert re.fullmatch(
        r"No GitHub App is set up yet\. To set one up, open within 24 hours, once: "
        r"https://flakes\.example\.com/sign-in\?token=[\w-]{43}&next=/github/setup",
        line,
    )


def test_once_an_app_is_set_up_it_prints_no_way_in(
    settings: dict[str, object], private_key: str
) -> None:
    data = Path(str(settings.pop("data")))
    app = {"github_app_id": 7, "github_app_private_key": private_key}

    with wired(isolated(data, **settings, **app)) as parts:
        assert invitation(parts, parts.settings) == []
