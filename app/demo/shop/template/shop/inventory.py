"""What is in stock, and who has put a hand on it."""

from collections.abc import Mapping


class SoldOut(Exception):
    """Not enough in stock."""


class Inventory:
    def __init__(self, stock: Mapping[str, int]) -> None:
        self._stock = dict(stock)
        self.journal: list[str] = []

    def available(self, sku: str) -> int:
        return self._stock.get(sku, 0)

    def reserve(self, sku: str, quantity: int = 1, *, buyer: str = "") -> None:
        left = self._stock.get(sku, 0) - quantity
        if left < 0:
            raise SoldOut(sku)
        self._note(f"{buyer or 'somebody'} takes {quantity} {sku}")
        self._stock[sku] = left

    def restock(self, sku: str, quantity: int) -> None:
        self._stock[sku] = self._stock.get(sku, 0) + quantity
        self._note(f"{quantity} {sku} came in")

    def running_low(self, below: int = 3) -> list[str]:
        return sorted(sku for sku, count in self._stock.items() if count < below)

    def _note(self, line: str) -> None:
        self.journal.append(line)
