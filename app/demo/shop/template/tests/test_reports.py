from datetime import date
from decimal import Decimal

from shop import reports

MONDAY = date(2024, 3, 4)


def test_todays_orders_are_in_todays_takings(book):
    book.place("Ada", Decimal(20))
    assert reports.takings(book) == 20


def test_takings_add_up(book):
    book.place("Ada", Decimal(20), MONDAY)
    book.place("Ben", Decimal("4.50"), MONDAY)
    assert reports.takings(book, MONDAY) == Decimal("24.50")


def test_the_best_customers_come_first(book):
    for name, total in (("Ada", 5), ("Ben", 30), ("Cleo", 7)):
        book.place(name, Decimal(total), MONDAY)
    assert reports.best_customers(book, MONDAY, limit=2) == ["Ben", "Cleo"]
