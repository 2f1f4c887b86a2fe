"""A repository with one flaky case, to act on, or to let runs come to; and one judged live."""

from uuid import UUID

import pytest

from app.clock import utc_now
from app.db.session import Engine
from tests.services.live import Live
from tests.services.shop import Shop
from tests.web.world import World


@pytest.fixture
def world(engine: Engine) -> World:
    return World(engine)


@pytest.fixture
def repo(world: World) -> int:
    return world.repository()


@pytest.fixture
def flaky(world: World, repo: int) -> UUID:
    case_id = world.case(repo)
    world.held(repo, case_id)
    return case_id


@pytest.fixture
def shop(world: World, repo: int, flaky: UUID) -> Shop:
    return Shop(world, repo, flaky)


@pytest.fixture
def live(engine: Engine) -> Live:
    made = Live(engine, utc_now())
    made.open()
    return made
