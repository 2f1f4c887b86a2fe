"""The scene and the listener, fresh for every test; one key for all of them."""

from collections.abc import Iterator

import pytest

from app.sandbox.keys import KeyPair, new_key_pair
from tests.sandbox.scene import Listener, Scene, listening, served_scene


@pytest.fixture(scope="session")
def keys() -> KeyPair:
    return new_key_pair()


@pytest.fixture
def scene(keys: KeyPair) -> Iterator[Scene]:
    with served_scene(keys) as scene:
        yield scene


@pytest.fixture
def channel(scene: Scene) -> str:
    """A channel that the app was invited to."""
    return scene.world.slack.add_channel("flaky").id


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as listener:
        yield listener
