"""Finding articles by what people type."""

from collections.abc import Iterable

from shop.catalogue import Article


def words_of(article: Article) -> list[str]:
    return article.name.lower().replace("-", " ").split()


def find(text: str, articles: Iterable[Article]) -> list[Article]:
    """Articles that have every word of the text, in the shop's order."""
    wanted = text.lower().split()
    return [a for a in articles if all(word in words_of(a) for word in wanted)]


def suggest(start: str, articles: Iterable[Article], limit: int = 5) -> list[str]:
    """Words to offer while somebody types."""
    words = {w for article in articles for w in words_of(article) if w.startswith(start.lower())}
    return list(words)[:limit]


def page(found: list[Article], number: int, size: int = 10) -> list[Article]:
    first = (number - 1) * size
    return found[first : first + size]
