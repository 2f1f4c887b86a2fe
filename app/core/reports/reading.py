"""One report read: its cases as a stream, and what is to be said about it."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO

from app.core.outcomes import PassedCases, ReportedCase
from app.core.reports.empty import empty_sentence
from app.core.reports.formats import Format
from app.core.reports.ledger import Entry, Group, GroupKey, Ledger
from app.core.reports.limits import DEFAULTS, Limits
from app.core.reports.notes import Measured
from app.core.reports.registry import format_in
from app.core.reports.repeats import Sighting, sighting_of
from app.core.reports.source import Source
from app.core.reports.totals import Totals
from app.core.reports.unknown import unknown
from app.core.reports.waiting import ByFile, Place, Waiting, place_of
from app.core.reports.xmlparse import NotWellFormed

__all__ = ["ReportReading", "Totals", "read_report"]

Repeated = Counter[int]  # how often a name is listed, by its place's hash, where more than once


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
    def measured(self) -> list[Measured]:
        """What the report names of the run as a whole, complete when it was read."""
        return self._ledger.notes.measured

    @property
    def is_partial(self) -> bool:
        """Whether it lacks something that it should tell; why stands among the warnings."""
        return self._ledger.notes.is_partial

    @property
    def totals(self) -> Totals:
        """The sums of the cases handed out so far."""
        return self._ledger.tally.totals(self._ledger.notes.stated_ms)

    def __iter__(self) -> Iterator[ReportedCase]:
        if self._repeated is None:
            return self._held_cases()
        return self._streamed_cases(self._repeated)

    def in_batches(self) -> Iterator[ReportedCase | PassedCases]:
        """As iterating; passing cases may come in one piece with their neighbours."""
        return iter(self)

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
        self._warn_of_whole()

    def _warn_of_whole(self) -> None:
        if self._source.left_out:
            self._ledger.notes.warn(
                f"What stands before line {self._source.left_out + 1} is no part of the report and"
                " was left out; let the runner write it to a file of its own."
            )
        if not self._ledger.listed:
            self._ledger.notes.warn(empty_sentence(self.dialect.lower(), self.format))

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
        _join(groups)
        for key in list(groups):  # each is let go as soon as it was handed out
            yield from ledger.cases_of(key, groups.pop(key))

    def _streamed_cases(self, repeated: Repeated) -> Iterator[ReportedCase]:
        before = self._ledger
        self._ledger = ledger = Ledger(self._source.limits)
        ledger.repeats = before.repeats
        waiting = Waiting()
        for _ in self._known.read(self._source, ledger):
            ledger.repeats = before.repeats
            yield from _ready(ledger, repeated, waiting)
        yield from _ready(ledger, repeated, waiting)
        if waiting.held_bytes > ledger.limits.max_waiting:
            ledger.notes.warn(
                "The report repeats so many failing cases that only the messages of some were kept."
            )
        for place, held in waiting.items():
            yield from _told_apart(ledger, place, waiting.in_order(place, held))
        ledger.notes.is_partial |= before.notes.is_partial
        ledger.notes.warnings[:] = dict.fromkeys([*before.notes.warnings, *ledger.notes.warnings])


def _ready(ledger: Ledger, repeated: Repeated, waiting: Waiting) -> Iterator[ReportedCase]:
    """The cases of which nothing more is to come; the others go on waiting."""
    for listed, group in ledger.take_groups().items():
        key = waiting.with_file(listed)
        for name, entry in group.items():
            place = place_of(key, name)
            if hash(place) not in repeated:
                yield from ledger.cases_of(key, {name: entry})
                continue
            sightings = _all_sightings(entry, key[5])
            where = (listed[2], listed[5])
            held = waiting.add(place, where, sightings, ledger.limits.max_waiting)
            if held.count == repeated[hash(place)]:
                by_file = waiting.in_order(place, waiting.pop(place))
                yield from _told_apart(ledger, place, by_file)


def _told_apart(ledger: Ledger, place: Place, by_file: ByFile) -> Iterator[ReportedCase]:
    """The cases of one name; those of a second file are other cases, known by their file."""
    suite, classname, variant, needs_file, _, name = place
    for nth, (file, sightings) in enumerate(by_file.items()):
        need_file = nth > 0 or needs_file
        key = (suite, classname, file, variant, need_file, 0)
        yield from ledger.cases(key, name, sightings)


def _all_sightings(entry: Entry, part: int) -> list[Sighting]:
    return entry if isinstance(entry, list) else [sighting_of(entry, part)]


def _count_names(groups: dict[GroupKey, Group], counts: Counter[int]) -> None:
    while groups:
        key, group = groups.popitem()
        for name, entry in group.items():
            size = len(entry) if isinstance(entry, list) else 1
            counts[hash(place_of(key, name))] += size


def _join(groups: dict[GroupKey, Group]) -> None:
    """Bring names together that several groups hold: of suites listed twice, of two files."""
    alike: dict[Place, dict[str | None, GroupKey]] = {}  # by file
    for key in list(groups):
        by_file = alike.setdefault(place_of(key, ""), {})
        file = key[2] if key[2] is not None or not by_file else next(iter(by_file))
        if file in by_file:
            _pour(groups, key, into=by_file[file])
        else:
            by_file[file] = key
    for by_file in alike.values():
        if len(by_file) > 1:
            _part_files(groups, list(by_file.values()))


def _part_files(groups: dict[GroupKey, Group], keys: list[GroupKey]) -> None:
    """Let a name that an earlier file has be known by its file."""
    seen: set[str] = set()
    for key in keys:
        group = groups[key]
        known_by_file = {name: group.pop(name) for name in group.keys() & seen}
        if known_by_file:
            groups[(*key[:4], True, key[5])] = known_by_file
        seen |= group.keys()


def _pour(groups: dict[GroupKey, Group], key: GroupKey, *, into: GroupKey) -> None:
    """Add what another suite of the same name lists."""
    there = groups[into]
    for name, entry in groups.pop(key).items():
        before = _all_sightings(there[name], into[5]) if name in there else []
        there[name] = before + _all_sightings(entry, key[5])


def open_report(file: BinaryIO, *, limits: Limits) -> tuple[Source, Format]:
    """The report's bytes with the format that reads them; `file` must be seekable.

    Raises BadInput, one sentence with the line where there is one, when the content is of no
    format we know.
    """
    source = Source(file, limits)
    known = format_in(source)
    if known is None:
        raise unknown(source.head)
    return source, known


def read_report(file: BinaryIO, *, limits: Limits = DEFAULTS) -> ReportReading:
    """Read a report of any known format, found by its content; `file` must be seekable.

    Raises BadInput as `open_report` does, or when nothing of the report can be read.
    """
    return ReportReading(*open_report(file, limits=limits))
