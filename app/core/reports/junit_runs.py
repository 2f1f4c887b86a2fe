"""Runs of passing JUnit cases, taken in by one pattern instead of one by one.

Most of a large report is testcases that have a name, a class and a time and nothing else. Once
the first of them has shown in which order its writer puts these, whole runs are split by a
pattern; everything between them goes to the parser. An element of our own tells whether the
parser stands where elements count: not in a comment, a CDATA section or another case.
"""

import re
from collections.abc import Mapping
from itertools import compress, groupby

from app.core.reports.junit_case import PLAIN_ATTRIBUTES, passed_in
from app.core.reports.junit_reader import PLAIN_NAME, JUnitReader

# What needs no decoding of any kind. Its first half is a table of bits, which the matcher goes
# through at twice the speed of a set that names what is forbidden.
_LATIN = r"[ !#-%'-;=-~\x80-\xff]"
_BEYOND = r"[\u0100-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
_VALUE = f'"({_LATIN}*+(?:{_BEYOND}++{_LATIN}*+)*+)"'
LEARNING = 2_048  # characters fed at a time until the first plain case has shown its form
_STEP = PLAIN_ATTRIBUTES + 1  # of what a split gives: the text between, then the values


class PlainRuns:
    """Takes a report's text piece by piece, for the reader."""

    def __init__(self, reader: JUnitReader) -> None:
        self._reader = reader
        self._pattern: re.Pattern[str] | None = None
        self._fed_lines = 0  # of the piece
        self._order: tuple[int, int, int] = (0, 0, 0)  # where name, class and time stand

    def take(self, piece: str) -> None:
        """Take the next piece of the report."""
        while self._pattern is None and piece:
            begin, piece = piece[:LEARNING], piece[LEARNING:]
            self._reader.xml.feed(begin)
            self._learn(self._reader.first_plain)
        if self._pattern is not None and piece:
            self._take_runs(self._pattern, piece)

    def _take_runs(self, pattern: re.Pattern[str], piece: str) -> None:
        parts = pattern.split(piece)
        self._fed_lines = 0
        self._feed(parts[0])
        if len(parts) > 1:
            self._take_parts(parts)
            self._reader.xml.passed_lines(piece.count("\n") - self._fed_lines)

    def _feed(self, text: str) -> None:
        self._reader.xml.feed(text)
        self._fed_lines += text.count("\n")

    def _learn(self, attrs: Mapping[str, str] | None) -> None:
        """Make the pattern from the first case that says no more than it must."""
        if attrs is None:
            return
        names = list(attrs)
        values = r"\s++".join(f"{name}={_VALUE}" for name in names)
        # Begins with a letter, not with spaces: from each of many spaces it would look on anew.
        self._pattern = re.compile(rf"<testcase\s++{values}\s*+(?:/>|>\s*+</testcase\s*+>)\s*+")
        name, classname, time = (names.index(key) for key in ("name", "classname", "time"))
        self._order = (name, classname, time)

    def _take_parts(self, parts: list[str]) -> None:
        """Put the cases of a split in, and feed what stands between them."""
        names, classnames, times = (parts[1 + place :: _STEP] for place in self._order)
        between = parts[_STEP::_STEP]
        begin, is_open = 0, self._is_open()
        for at in compress(range(len(between)), between):
            until = at + 1
            run = names[begin:until], classnames[begin:until], times[begin:until]
            self._take_run(*run, is_open=is_open)
            self._feed(between[at])
            begin, is_open = until, until < len(names) and self._is_open()
        if begin < len(names):
            self._take_run(names[begin:], classnames[begin:], times[begin:], is_open=is_open)

    def _take_run(
        self, names: list[str], classnames: list[str], times: list[str], *, is_open: bool
    ) -> None:
        """Put in cases with nothing between them."""
        if not is_open:
            for one in zip(names, classnames, times, strict=True):
                self._feed_case(*one)
            return
        begin = 0
        for classname, same in groupby(classnames):
            until = begin + len(list(same))
            self._put(classname, names[begin:until], times[begin:until])
            begin = until

    def _put(self, classname: str, names: list[str], times: list[str]) -> None:
        """Put in cases of one class."""
        reader = self._reader
        if classname != reader.classname:
            reader.enter(classname, {})
        group = reader.group
        new = dict(zip(names, map(passed_in, times), strict=True))
        is_new = len(new) == len(names) and group.keys().isdisjoint(new)
        if is_new and "" not in new and max(map(len, new)) < PLAIN_NAME:
            group.update(new)
            reader.ledger.listed += len(names)
            return
        for name, time in zip(names, times, strict=True):
            if name in group or not 0 < len(name) < PLAIN_NAME:
                reader.add({"name": name, "classname": classname, "time": time})
            else:
                group[name] = passed_in(time)
                reader.ledger.listed += 1

    def _is_open(self) -> bool:
        return self._reader.takes_cases and self._reader.xml.probe()

    def _feed_case(self, name: str, classname: str, time: str) -> None:
        """Hand back what was no case where it stood: text of a comment or of an output."""
        self._reader.xml.feed(f'<testcase name="{name}" classname="{classname}" time="{time}"/>')
