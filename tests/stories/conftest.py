"""The stage: every process of an installation, in a folder of the test's own."""

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


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with set_up(tmp_path / "data", port=free_port()) as stage:
        yield stage


@pytest.fixture
def shop(stage: Stage) -> Shop:
    shop = Shop(stage)
    shop.open()
    return shop
