"""What the tests share."""

from decimal import Decimal

import pytest

from shop.catalogue import Article
from shop.inventory import Inventory
from shop.orders import OrderBook


@pytest.fixture
def lamp() -> Article:
    return Article("LMP-1", "Desk lamp", Decimal("34.90"), "lamps")


@pytest.fixture
def ladder() -> Article:
    return Article("TLS-1", "Ladder", Decimal("59.00"), "tools")


@pytest.fixture
def book() -> OrderBook:
    return OrderBook()


@pytest.fixture
def stock() -> Inventory:
    return Inventory({"LMP-1": 5, "TLS-1": 1})
