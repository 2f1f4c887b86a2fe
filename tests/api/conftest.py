"""The same database and pages as the pages' own tests have, and a CI that hands reports in."""

from uuid import UUID

import pytest
from starlette.testclient import TestClient

from app.db.session import Engine
from app.embedded import Servers
from app.services.access.tokens import Made
from tests.api.ci import Ci
from tests.web.conftest import app, clock, engine, queue, stranger, template, visitor, web, world
from tests.web.site import Hands
from tests.web.world import World

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


@pytest.fixture
def acting(ci: Ci) -> Made:
    return ci.token(may_act=True)


@pytest.fixture
def bot(ci: Ci, acting: Made) -> TestClient:
    """A program that may act."""
    return ci.client(acting)


@pytest.fixture
def flaky(world: World, acting: Made) -> UUID:
    repo_id = acting.token.repo_id
    case_id = world.case(repo_id, "test_total", parameters="[3]")
    world.held(repo_id, case_id)
    return case_id
