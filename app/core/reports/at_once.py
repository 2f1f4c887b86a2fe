"""A report read in one pass: each case is handed out as soon as another one follows it.

Whether a case is listed again only the end of a report can tell. Most reports list none again,
and those need not be read to their end before their first case is stored. Where a case turns up
that was handed out before, what was handed out is void and the report has to be read whole.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from app.core.outcomes import PassedCases, ReportedCase
from app.core.reports.ledger import Entry, Group, GroupKey
from app.core.reports.limits import DEFAULTS, Limits
from app.core.reports.reading import ReportReading, open_report
from app.core.reports.repeats import Repeats
from app.core.reports.xmlparse import NotWellFormed

Place = tuple[str, str, str, str | None]  # suite, class, variant, file where names need it


class ReadWhole(Exception):
    """What was handed out was premature: give it back, and use `read_report`."""


@dataclass(slots=True)
class Seen:
    """The names of one place that were handed out; their hashes, to spare memory."""

    has_file: bool
    names: set[int] = field(default_factory=set)


class ReadingAtOnce(ReportReading):
    """As ReportReading, but iterating may raise ReadWhole at any point."""

    def __iter__(self) -> Iterator[ReportedCase]:
        for key, group in self._groups():
            yield from self._ledger.cases_of(key, group)

    def in_batches(self) -> Iterator[ReportedCase | PassedCases]:
        """As iterating, most passing cases in one piece with their neighbours."""
        for key, group in self._groups():
            yield from self._ledger.batches_of(key, group)

    def _groups(self) -> Iterator[tuple[GroupKey, Group]]:
        try:
            yield from self._groups_at_once()
        except NotWellFormed as flaw:
            raise ReadWhole from flaw
        self._warn_of_whole()

    def _survey(self) -> None:
        """There is none."""

    def _groups_at_once(self) -> Iterator[tuple[GroupKey, Group]]:
        ledger = self._ledger
        seen: dict[Place, Seen] = {}
        repeats: Repeats | None = None  # by which the first name listed twice was judged
        for _ in self._known.read(self._source, ledger):
            ledger.settle()
            groups = ledger.take_groups()
            held = _hold_last(groups)
            if repeats is None and _lists_twice(groups):
                repeats = ledger.repeats
            yield from _new_groups(groups, seen)
            if held is not None:
                ledger.give_back(*held)
        ledger.settle()
        groups = ledger.take_groups()
        if repeats not in (None, ledger.repeats):
            raise ReadWhole
        yield from _new_groups(groups, seen)


def _hold_last(groups: dict[GroupKey, Group]) -> tuple[GroupKey, str, Entry] | None:
    """Take the last case out: its next attempt may begin the next piece of the report."""
    if not groups:
        return None
    key = next(reversed(groups))
    group = groups[key]
    if not group:
        return None
    name, entry = group.popitem()
    return key, name, entry


def _lists_twice(groups: dict[GroupKey, Group]) -> bool:
    return any(list in map(type, group.values()) for group in groups.values())


def _new_groups(
    groups: dict[GroupKey, Group], seen: dict[Place, Seen]
) -> Iterator[tuple[GroupKey, Group]]:
    """These groups, none of whose cases may have been handed out before."""
    for key, group in groups.items():
        suite, classname, file, variant, need_file, _ = key
        place = (suite, classname, variant, file if need_file else None)
        before = seen.get(place)
        if before is None:
            before = seen[place] = Seen(has_file=file is not None)
        hashes = set(map(hash, group))
        if before.has_file != (file is not None) or not before.names.isdisjoint(hashes):
            raise ReadWhole
        if before.names:
            before.names |= hashes
        else:
            before.names = hashes
        yield (*key[:5], 0), group


def read_at_once(file: BinaryIO, *, limits: Limits = DEFAULTS) -> ReadingAtOnce:
    """As `read_report`, in one pass; what its cases were used for must be possible to undo."""
    return ReadingAtOnce(*open_report(file, limits=limits))
