"""One report read: its cases as a stream, and what is to be said about it."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO

from app.core.errors import BadInput
from app.core.outcomes import ReportedCase
from app.core.reports.formats import Format
from app.core.reports.ledger import Entry, Group, GroupKey, Ledger
from app.core.reports.limits import DEFAULTS, Limits
from app.core.reports.registry import format_of
from app.core.reports.repeats import Sighting
from app.core.reports.source import Head, Source
from app.core.reports.texts import clean
from app.core.reports.totals import Totals
from app.core.reports.xmlparse import NotWellFormed

__all__ = ["ReportReading", "Totals", "read_report"]

Repeated = Counter[int]  # how often a name is listed, by its hash, where more than once


class ReportReading:
    """The cases of one report, to be iterated once; the totals are complete afterwards."""

    def __init__(self, source: Source, known: Format) -> None:
        self.format = known.name
        self._source = source
        self._known = known
        self._ledger = Ledger(source.limits)
        self._repeated: Repeated | None = None  # set when the report must be read twice
        self._survey()

    @property
    def dialect(self) -> str:
        """The runner that wrote it, where the format alone does not say."""
        return self._ledger.notes.dialect

    @property
    def started_at(self) -> datetime | None:
        """The earliest time the report names."""
        return self._ledger.notes.started_at

    @property
    def warnings(self) -> list[str]:
        """What a person should know about the report, in finished sentences."""
        return self._ledger.notes.warnings

    @property
    def totals(self) -> Totals:
        """The sums of the cases handed out so far."""
        return self._ledger.tally.totals(self._ledger.notes.stated_ms)

    def __iter__(self) -> Iterator[ReportedCase]:
        if self._repeated is None:
            return self._held_cases()
        return self._streamed_cases(self._repeated)

    def _survey(self) -> None:
        """Read the report to its end once; a flaw of its XML is mended in a second look."""
        try:
            self._first_pass()
        except NotWellFormed as flaw:
            self._source.repaired = True
            self._ledger = Ledger(self._source.limits)
            self._repeated = None
            self._first_pass()
            self._ledger.notes.warn(
                f"The report is not well-formed ({flaw.reason.split(':')[0]}, line {flaw.line});"
                " it was repaired as far as possible."
            )
        if not self._ledger.listed:
            self._ledger.notes.warn(
                "The report lists no case; look whether the runner found its tests"
                " and finished writing."
            )

    def _first_pass(self) -> None:
        counts: Counter[int] | None = None
        for _ in self._known.read(self._source, self._ledger):
            self._ledger.settle()
            if counts is None and self._ledger.is_heavy:
                counts = Counter()
                self._ledger.is_counting = True
            if counts is not None:
                _count_names(self._ledger.take_groups(), counts)
        self._ledger.settle()
        if counts is not None:
            _count_names(self._ledger.take_groups(), counts)
            self._repeated = Counter({name: n for name, n in counts.items() if n > 1})

    def _held_cases(self) -> Iterator[ReportedCase]:
        ledger = self._ledger
        groups = ledger.take_groups()
        _join_parts(groups)
        for key in list(groups):  # each is let go as soon as it was handed out
            yield from ledger.cases_of(key, groups.pop(key))

    def _streamed_cases(self, repeated: Repeated) -> Iterator[ReportedCase]:
        before = self._ledger
        self._ledger = ledger = Ledger(self._source.limits)
        ledger.repeats = before.repeats
        waiting: dict[tuple[GroupKey, str], list[Sighting]] = {}
        for _ in self._known.read(self._source, ledger):
            ledger.repeats = before.repeats
            yield from self._ready(ledger, repeated, waiting)
        yield from self._ready(ledger, repeated, waiting)
        for (key, name), sightings in waiting.items():
            yield from ledger.cases(key, name, sightings)
        ledger.notes.warnings[:] = dict.fromkeys([*before.notes.warnings, *ledger.notes.warnings])

    @staticmethod
    def _ready(
        ledger: Ledger, repeated: Repeated, waiting: dict[tuple[GroupKey, str], list[Sighting]]
    ) -> Iterator[ReportedCase]:
        for key, group in ledger.take_groups().items():
            for name, entry in group.items():
                whole = _name_hash(key, name)
                if whole not in repeated:
                    yield from ledger.cases_of(key, {name: entry})
                    continue
                place = ((*key[:5], 0), name)
                sightings = waiting.setdefault(place, [])
                sightings.extend(_all_sightings(entry, key[5]))
                if len(sightings) == repeated[whole]:
                    yield from ledger.cases(*place, waiting.pop(place))


def _name_hash(key: GroupKey, name: str) -> int:
    return hash((key[0], key[1], key[2], key[3], name))


def _all_sightings(entry: Entry, part: int) -> list[Sighting]:
    if isinstance(entry, list):
        return entry
    if isinstance(entry, Sighting):
        return [entry]
    return [Sighting(entry, is_bare=True, part=part)]


def _count_names(groups: dict[GroupKey, Group], counts: Counter[int]) -> None:
    while groups:
        key, group = groups.popitem()
        for name, entry in group.items():
            counts[_name_hash(key, name)] += len(entry) if isinstance(entry, list) else 1


def _join_parts(groups: dict[GroupKey, Group]) -> None:
    """Bring a name listed in several suites of one name together, so that it is told apart."""
    for key in [key for key in groups if key[5]]:
        base_key: GroupKey = (*key[:5], 0)
        base = groups.setdefault(base_key, {})
        for name, entry in groups.pop(key).items():
            if name in base:
                there = _all_sightings(base[name], 0)
                base[name] = there + _all_sightings(entry, key[5])
            else:
                base[name] = entry


def _beginning(head: Head) -> str:
    if head.is_xml and head.root:
        return f"its root element is <{head.root[:40]}>"
    if head.text[:1] in ("{", "["):
        keys = ", ".join(sorted(head.keys)[:5])[:100]
        return f"its first object has the keys {keys}" if keys else "its JSON holds no object"
    start = " ".join(head.text[:200].split())[:40]
    return f"it begins with “{clean(start)}”"


def read_report(file: BinaryIO, *, limits: Limits = DEFAULTS) -> ReportReading:
    """Read a report of any known format, found by its content; `file` must be seekable.

    Raises BadInput, one sentence with the line where there is one, when the content is of no
    format we know or nothing of it can be read.
    """
    source = Source(file, limits)
    known = format_of(source.head)
    if known is None:
        raise BadInput(
            f"The file is not a test report of a format we read: {_beginning(source.head)};"
            " upload the runner's JUnit XML or another format of the list.",
            line=1,
        )
    return ReportReading(source, known)
