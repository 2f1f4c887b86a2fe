"""Runs of passing JUnit cases, taken in by one pattern instead of one by one.

Most of a large report is testcases that have a name, a class and a time and nothing else. Once
the first of them has shown in which order its writer puts these, whole runs are split by a
pattern; everything between them goes to the parser. An element of our own tells whether the
parser stands where elements count: not in a comment, a CDATA section or another case.
"""

import re
from collections.abc import Mapping

from app.core.reports.junit_reader import PLAIN_ATTRIBUTES, PLAIN_NAME, JUnitReader, passed_in

_VALUE = '"([^"<&\x00-\x1f\ufffe\uffff]*+)"'  # what needs no decoding of any kind
LEARNING = 2_048  # characters fed at a time until the first plain case has shown its form
_PLAIN = frozenset(("name", "classname", "time"))
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
        self._pattern = re.compile(rf"\s*+<testcase\s++{values}\s*+(?:/>|>\s*+</testcase\s*+>)")
        name, classname, time = (names.index(key) for key in ("name", "classname", "time"))
        self._order = (name, classname, time)

    def _take_parts(self, parts: list[str]) -> None:
        """Put the cases of a split in, and feed what stands between them."""
        reader = self._reader
        at_name, at_class, at_time = self._order
        group, current, listed = reader.group, reader.classname, 0
        is_open = self._is_open()
        for at in range(1, len(parts), _STEP):
            name, classname, time = parts[at + at_name], parts[at + at_class], parts[at + at_time]
            if is_open and classname != current:
                reader.enter(classname, {})
                group, current = reader.group, classname
            if not is_open:
                self._feed_case(name, classname, time)
            elif name in group or not 0 < len(name) < PLAIN_NAME:
                reader.add({"name": name, "classname": classname, "time": time})
            else:
                group[name] = passed_in(time)
                listed += 1
            between = parts[at + PLAIN_ATTRIBUTES]
            if between:
                self._feed(between)
                is_open = at + _STEP < len(parts) and self._is_open()
                group, current = reader.group, reader.classname
        reader.ledger.listed += listed

    def _is_open(self) -> bool:
        return self._reader.takes_cases and self._reader.xml.probe()

    def _feed_case(self, name: str, classname: str, time: str) -> None:
        """Hand back what was no case where it stood: text of a comment or of an output."""
        self._reader.xml.feed(f'<testcase name="{name}" classname="{classname}" time="{time}"/>')
