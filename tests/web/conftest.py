"""Fixtures of the pages: a database, something in it, browsers in front, a GitHub behind."""

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from app.db.session import Engine
from app.embedded import Servers
from app.sandbox.keys import KeyPair, new_key_pair
from app.web import Web
from tests.browser import browser_page
from tests.databases import copy_of, template_of
from tests.web.outside import Outside, outside_of
from tests.web.site import Hands, Hints, application, browser_of, sign_in
from tests.web.world import NOW, World

__all__ = ["browser_page"]  # a fixture that several folders use

ADMIN_TOKEN = "correct horse battery staple"


@pytest.fixture(scope="session")
def template(servers: Servers) -> Iterator[tuple[str, str]]:
    """A migrated database to copy: the server's URL and the template's name."""
    assert servers.database_url is not None
    with template_of(servers.database_url, NOW) as name:
        yield servers.database_url, name


@pytest.fixture
def engine(template: tuple[str, str]) -> Iterator[Engine]:
    """An empty database of one's own."""
    with copy_of(*template) as engine:
        yield engine


@pytest.fixture
def world(engine: Engine) -> World:
    return World(engine)


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def queue() -> Hints:
    return Hints()


@pytest.fixture
def web(engine: Engine, clock: Hands, queue: Hints) -> Web:
    return Web(engine=engine, clock=clock, queue=queue, admin_token=ADMIN_TOKEN)


@pytest.fixture
def app(web: Web) -> Starlette:
    return application(web)


@pytest.fixture
def stranger(app: Starlette) -> TestClient:
    """A browser that nobody signed in."""
    return browser_of(app)


@pytest.fixture
def visitor(app: Starlette, web: Web) -> TestClient:
    """A browser that is signed in."""
    return sign_in(browser_of(app), web)


@pytest.fixture(scope="session")
def keys() -> KeyPair:
    return new_key_pair()


@pytest.fixture
def outside(engine: Engine, keys: KeyPair) -> Iterator[Outside]:
    with outside_of(engine, keys) as one:
        yield one
