"""What sending a parcel costs, and when it arrives."""

from datetime import date, timedelta
from decimal import Decimal

FREE_FROM = Decimal(50)
STANDARD = Decimal("4.90")
EXPRESS = Decimal("9.90")
SATURDAY = 5


def cost(subtotal: Decimal, *, express: bool = False) -> Decimal:
    if express:
        return EXPRESS
    if subtotal >= FREE_FROM:
        return Decimal(0)
    return STANDARD


def arrival(sent_on: date, *, express: bool = False) -> date:
    """The day the parcel arrives; nothing travels at the weekend."""
    day = sent_on
    for _ in range(1 if express else 3):
        day += timedelta(days=1)
        while day.weekday() >= SATURDAY:
            day += timedelta(days=1)
    return day
