"""What the owner reads in the evening."""

from collections import Counter
from datetime import date
from decimal import Decimal

from shop import clock
from shop.orders import OrderBook


def takings(book: OrderBook, day: date | None = None) -> Decimal:
    """What came in on a day, today unless another one is given."""
    return sum((o.total for o in book.on(day or clock.shop_day())), Decimal(0))


def best_customers(book: OrderBook, day: date, limit: int = 3) -> list[str]:
    spent: Counter[str] = Counter()
    for order in book.on(day):
        spent[order.customer] += int(order.total * 100)
    return [name for name, _ in sorted(spent.items(), key=lambda row: (-row[1], row[0]))[:limit]]
