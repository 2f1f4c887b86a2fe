"""The articles on sale, read from a file once."""

import csv
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

ARTICLES = Path(__file__).parent / "data" / "articles.csv"


class UnknownArticle(Exception):
    """No article has this number."""


@dataclass(frozen=True)
class Article:
    sku: str
    name: str
    price: Decimal
    shelf: str


_by_sku: dict[str, Article] = {}


def load(path: Path = ARTICLES) -> list[Article]:
    """Read every article, and remember them by number."""
    with path.open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    articles = [Article(r["sku"], r["name"], Decimal(r["price"]), r["shelf"]) for r in rows]
    _by_sku.update({article.sku: article for article in articles})
    return articles


def find(sku: str) -> Article:
    try:
        return _by_sku[sku]
    except KeyError:
        raise UnknownArticle(sku) from None


def on_shelf(shelf: str) -> list[Article]:
    return sorted((a for a in _by_sku.values() if a.shelf == shelf), key=lambda a: a.sku)


def forget() -> None:
    _by_sku.clear()
