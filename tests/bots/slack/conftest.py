"""A channel that the app was invited to."""

import pytest

from tests.bots.shop import Shop


@pytest.fixture
def channel(shop: Shop) -> str:
    return shop.world.slack.add_channel("builds").id
