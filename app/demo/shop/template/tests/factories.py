"""Customers and articles to try things with."""

import random
from decimal import Decimal

from shop.catalogue import Article

CUSTOMERS = [
    "Ada Byron",
    "Brigid O'Hara",
    "Chen Wei",
    "Dolores Ibarra",
    "Emil Novak",
    "Fatou Diop",
    "Greta Lind",
    "Hanna Weiss",
    "Ivan Petrov",
    "Jun Sato",
    "Kwame Mensah",
    "Lena Braun",
]


def some_customer() -> str:
    return random.choice(CUSTOMERS)


def article(name: str) -> Article:
    return Article(name[:3].upper() + "-1", name, Decimal("9.90"), "lamps")
