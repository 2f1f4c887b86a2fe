"""Reports that are one JSON value per line, among which other output may stand."""

import json
from collections.abc import Iterator

from app.core.errors import BadInput
from app.core.reports.ledger import Ledger
from app.core.reports.source import Source

Event = dict[str, object]

_DECODER = json.JSONDecoder(strict=False)


class JsonLines:
    """The values on the lines of a report; lines that are none are counted, and said."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.first_bad: int | None = None
        self.bad = 0
        self.good = 0

    def __iter__(self) -> Iterator[object]:
        for number, line in self._source.lines():
            text = line.strip()
            if not text:
                continue
            if text[0] not in "{[":
                self._count_bad(number, is_damage=False)
                continue
            try:
                value = _DECODER.decode(text)
            except (ValueError, RecursionError):
                self._count_bad(number, is_damage=True)
                continue
            self.good += 1
            yield value

    def objects(self) -> Iterator[Event]:
        """Those that are objects."""
        for value in self:
            if isinstance(value, dict):
                yield value

    def _count_bad(self, number: int, *, is_damage: bool) -> None:
        if is_damage:
            self.bad += 1
            self.first_bad = self.first_bad or number

    def finish(self, ledger: Ledger) -> None:
        """Say which lines could not be read; refuse the report when no case was."""
        if self.first_bad is None:
            return
        if not ledger.listed:
            raise BadInput(
                f"Line {self.first_bad} is not readable JSON, and no case was found on the others;"
                " let the runner write the report again.",
                line=self.first_bad,
            )
        ledger.notes.lacks(
            f"{self.bad} of the report's lines are not readable JSON, the first is line"
            f" {self.first_bad}; the others were kept."
        )
