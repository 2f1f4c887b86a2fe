"""What a format has to offer to be read."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.core.reports.ledger import Ledger
from app.core.reports.source import Head, Source

Reader = Callable[[Source, Ledger], Iterator[None]]


@dataclass(frozen=True, slots=True)
class Format:
    """One format: what it is called, how its beginning is known, how it is read.

    `read` puts executions into the ledger and yields between pieces, so that the ledger can
    settle; it may run twice, and must then say the same.
    """

    name: str
    recognises: Callable[[Head], bool]
    read: Reader
