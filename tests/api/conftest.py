"""The same database and pages as the pages' own tests have, and a CI that hands reports in."""

import pytest
from starlette.testclient import TestClient

from app.db.session import Engine
from app.embedded import Servers
from app.services.access.tokens import Made
from tests.api.ci import Ci
from tests.web.conftest import app, clock, engine, queue, stranger, template, visitor, web, world
from tests.web.site import Hands

__all__ = ["app", "clock", "engine", "queue", "stranger", "template", "visitor", "web", "world"]


@pytest.fixture
def ci(engine: Engine, servers: Servers, clock: Hands) -> Ci:
    assert servers.redis_url is not None
    return Ci(engine, servers.redis_url, clock)


@pytest.fixture
def token(ci: Ci) -> Made:
    return ci.token()


@pytest.fixture
def client(ci: Ci, token: Made) -> TestClient:
    """A program with the project's token."""
    return ci.client(token)
