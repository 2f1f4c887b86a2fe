"""What a customer is about to buy."""

from decimal import Decimal

from shop.catalogue import Article


class Cart:
    def __init__(self) -> None:
        self._lines: dict[Article, int] = {}

    def add(self, article: Article, quantity: int = 1) -> None:
        if quantity < 1:
            raise ValueError(f"cannot add {quantity} of {article.name}")
        self._lines[article] = self._lines.get(article, 0) + quantity

    def remove(self, article: Article) -> None:
        self._lines.pop(article, None)

    @property
    def subtotal(self) -> Decimal:
        return sum((a.price * n for a, n in self._lines.items()), Decimal(0))

    @property
    def pieces(self) -> int:
        return sum(self._lines.values())

    def lines(self) -> list[tuple[Article, int]]:
        return list(self._lines.items())

    def __bool__(self) -> bool:
        return bool(self._lines)
