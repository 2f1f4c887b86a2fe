"""The stage: every process of an installation, with a shop of each test's own on it."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.demo.stage import Stage, set_up
from tests.stories.shop import Shop


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One for all that leave its processes alone: they take seconds to start."""
    with set_up(tmp_path_factory.mktemp("stage") / "data", port=free_port()) as stage:
        yield stage


@pytest.fixture
def empty_stage(tmp_path: Path) -> Iterator[Stage]:
    """One on which nothing has happened yet, for who looks at the whole installation."""
    with set_up(tmp_path / "data", port=free_port()) as stage:
        yield stage


@pytest.fixture
def shop(stage: Stage) -> Shop:
    """A shop that no other test knows."""
    return opened(stage)


def opened(stage: Stage) -> Shop:
    """A shop with its people in it."""
    shop = Shop(stage)
    shop.open()
    return shop
