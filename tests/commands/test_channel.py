"""`flakeguard channel` on a database of its own, against a receiver on loopback."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from app.clock import utc_now
from app.db.chat import threads
from app.db.session import Engine, unit_of_work
from app.embedded import Servers
from tests.bots.stranger import Stranger, stranger_on_loopback
from tests.commands.world import run
from tests.db.shelf import REPO, Shelf

Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def stranger() -> Iterator[Stranger]:
    with stranger_on_loopback() as one:
        yield one


@pytest.fixture
def say(tmp_path: Path, engine: Engine, servers: Servers) -> Say:
    Shelf(engine, utc_now()).open()
    settings = {
        "DATABASE_URL": engine.url.render_as_string(hide_password=False),
        "REDIS_URL": servers.redis_url or "",
        "FLAKEGUARD_SECRET_KEY": Fernet.generate_key().decode(),
        "CHANNEL_ALLOWED_HOSTS": "127.0.0.1",
    }

    def said(*arguments: str) -> tuple[int, str, str]:
        return run(tmp_path / "data", "channel", *arguments, **settings)

    return said


def test_a_channel_is_added_tried_bound_and_taken_away(
    say: Say, stranger: Stranger, engine: Engine
) -> None:
    code, said, _ = say("add", "webhook", "pager", "--to", f"{stranger.url}/hook", "--json")
    assert code == 0
    assert json.loads(said)["secret"]

    assert say("test", "pager") == (0, "pager took it.\n", "")
    assert json.loads(stranger.bodies[0])["text"] == "A test: FlakeGuard can speak here."
    assert say("subscribe", "acme/shelf", "pager")[0] == 0
    with unit_of_work(engine) as session:
        assert threads.channels(session, REPO) == ["outlet:pager"]

    assert say("remove", "pager")[0] == 0
    with unit_of_work(engine) as session:
        assert threads.channels(session, REPO) == []
    assert say("list") == (0, "", "")


def test_what_nothing_is_sent_to_is_refused_in_one_sentence(say: Say) -> None:
    refused = (
        "flakeguard: A channel's address must be https://host/..., without a user name in it.\n"
    )

    assert say("add", "teams", "web", "--to", "http://chat.acme.test/x") == (1, "", refused)
    assert say("add", "email", "leads", "--to", "ann@acme.test") == (
        1,
        "",
        "flakeguard: Mail needs a server: set SMTP_URL and SMTP_FROM.\n",
    )
    assert say("subscribe", "acme/shelf", "web") == (
        1,
        "",
        "flakeguard: There is no channel web.\n",
    )
