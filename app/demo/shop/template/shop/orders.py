"""Orders, and the book they are written into."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shop import clock


@dataclass(frozen=True)
class Order:
    number: int
    customer: str
    total: Decimal
    placed_on: date


class OrderBook:
    def __init__(self) -> None:
        self._orders: list[Order] = []

    def place(self, customer: str, total: Decimal, placed_on: date | None = None) -> Order:
        """Write an order down, for today unless another day is given."""
        day = placed_on or clock.now().date()
        order = Order(len(self._orders) + 1, customer, total, day)
        self._orders.append(order)
        return order

    def on(self, day: date) -> list[Order]:
        return [order for order in self._orders if order.placed_on == day]

    def __len__(self) -> int:
        return len(self._orders)
