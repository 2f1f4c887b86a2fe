from datetime import date
from decimal import Decimal

import pytest

from shop import shipping

FRIDAY = date(2024, 3, 8)


@pytest.mark.parametrize("subtotal", ["0.50", "49.99"])
def test_small_orders_pay_the_parcel(subtotal):
    assert shipping.cost(Decimal(subtotal)) == Decimal("4.90")


def test_orders_of_exactly_fifty_ship_free():
    assert shipping.cost(Decimal(50)) == 0


def test_large_orders_ship_free():
    assert shipping.cost(Decimal(120)) == 0


def test_express_always_costs():
    assert shipping.cost(Decimal(120), express=True) == Decimal("9.90")


def test_parcels_do_not_travel_at_the_weekend():
    assert shipping.arrival(FRIDAY) == date(2024, 3, 13)


def test_express_takes_one_working_day():
    assert shipping.arrival(FRIDAY, express=True) == date(2024, 3, 11)
