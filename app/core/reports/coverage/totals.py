"""What a coverage file comes to."""

from collections.abc import Iterator
from dataclasses import dataclass

MOST = 2**53  # lines or branches; a file that claims more is mistaken


@dataclass(frozen=True, slots=True)
class Count:
    """So many of so many were reached."""

    covered: int = 0
    total: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(self.covered + other.covered, self.total + other.total)

    @property
    def is_plausible(self) -> bool:
        """Whether it can be true."""
        return 0 <= self.covered <= self.total <= MOST


@dataclass(frozen=True, slots=True)
class Coverage:
    """The totals of one file; a total of 0 means that the tool did not count that."""

    format: str
    lines: Count
    branches: Count

    def measurements(self) -> Iterator[tuple[str, int, str]]:
        """Name, value and unit of each number it holds."""
        for what, count in (("lines", self.lines), ("branches", self.branches)):
            if count.total:
                yield f"coverage.{what}.covered", count.covered, what
                yield f"coverage.{what}.total", count.total, what
