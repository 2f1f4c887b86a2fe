"""Runs of plain JUnit cases, taken in by one pattern instead of one by one.

Most of a large report is testcases that have a name, a class and a time and nothing else. Once
the first of them has shown in which order its writer puts these, whole runs are split by a
pattern, and so are failing cases of which as little is said; everything else goes to the parser.
An element of our own tells whether the parser stands where elements count: not in a comment, a
CDATA section or another case.
"""

from collections.abc import Mapping
from itertools import compress, groupby, islice

from app.core.reports.junit_case import PASSES, PLAIN_ATTRIBUTES, OpenCase
from app.core.reports.junit_patterns import Form, is_plain
from app.core.reports.junit_reader import PLAIN_NAME, JUnitReader

LEARNING = 512  # characters fed at a time until the first plain case has shown its form
_STEP = PLAIN_ATTRIBUTES + 1  # of what a split gives: the text between, then the values


class PlainRuns:
    """Takes a report's text piece by piece, for the reader."""

    def __init__(self, reader: JUnitReader) -> None:
        self._reader = reader
        self._form: Form | None = None
        self._piece = ""  # whose cases are being put in
        self._passed = 0  # of its passing cases
        self._within = 0  # characters taken of the text after them
        self._is_case = False  # whether the next case itself is fed instead
        self._fed_lines = 0  # of the piece
        self._is_open: bool | None = None  # whether cases count here; None when not asked yet
        reader.xml.taken = self._taken_lines

    def take(self, piece: str) -> None:
        """Take the next piece of the report."""
        while self._form is None and piece:
            begin, piece = piece[:LEARNING], piece[LEARNING:]
            self._reader.xml.feed(begin)
            self._learn(self._reader.first_plain)
        if self._form is not None and piece:
            self._take_runs(self._form, piece)

    def _learn(self, attrs: Mapping[str, str] | None) -> None:
        """Take its form from the first case that says no more than it must."""
        if attrs is not None:
            self._form = Form(list(attrs))

    def _take_runs(self, form: Form, piece: str) -> None:
        parts = form.passed.split(piece)
        self._piece, self._passed, self._fed_lines = piece, 0, 0
        self._feed(parts[0])
        if len(parts) > 1:
            self._take_parts(form, parts)
        self._piece = ""
        self._reader.xml.passed_lines(piece.count("\n") - self._fed_lines)

    def _taken_lines(self) -> int:
        """Lines before the text that was fed last, which the parser did not see.

        Looked for only when a flaw asks for its line.
        """
        if self._form is None or not self._piece:
            return 0
        cases = list(islice(self._form.passed.finditer(self._piece), self._passed + 1))
        if self._is_case:
            begin = cases[self._passed].start()
        else:
            begin = self._within + (cases[self._passed - 1].end() if self._passed else 0)
        return self._piece.count("\n", 0, begin) - self._fed_lines

    def _feed(self, text: str) -> None:
        if text:
            self._reader.xml.feed(text)
            self._fed_lines += text.count("\n")
            self._is_open = None

    def _take_parts(self, form: Form, parts: list[str]) -> None:
        """Put the cases of a split in, and what stands between them."""
        names, classnames, times = (parts[1 + place :: _STEP] for place in form.places)
        between = parts[_STEP::_STEP]
        begin = 0
        for at in compress(range(len(between)), between):
            until = at + 1
            self._take_run(names[begin:until], classnames[begin:until], times[begin:until])
            self._take_others(form, between[at])
            begin = until
        if begin < len(names):
            self._take_run(names[begin:], classnames[begin:], times[begin:])

    def _take_run(self, names: list[str], classnames: list[str], times: list[str]) -> None:
        """Put in cases with nothing between them."""
        if classnames.count(classnames[0]) == len(classnames):  # as of most
            self._take_class(classnames[0], names, times)
            return
        begin = 0
        for classname, same in groupby(classnames):
            until = begin + len(list(same))
            self._take_class(classname, names[begin:until], times[begin:until])
            begin = until

    def _take_class(self, classname: str, names: list[str], times: list[str]) -> None:
        """Put in cases of one class, or hand them back where they are none or not plain."""
        if self._counts() and is_plain("".join((classname, *names, *times))):
            self._put(classname, names, times)
            self._passed += len(names)
            return
        self._is_case = True
        for name, time in zip(names, times, strict=True):
            self._feed(f'<testcase name="{name}" classname="{classname}" time="{time}"/>')
            self._passed += 1
        self._is_case = False

    def _put(self, classname: str, names: list[str], times: list[str]) -> None:
        reader = self._reader
        if classname != reader.classname:
            reader.enter(classname, {})
        group = reader.group
        new = dict(zip(names, map(PASSES.__getitem__, times), strict=True))
        is_new = len(new) == len(names) and group.keys().isdisjoint(new)
        if is_new and "" not in new and max(map(len, new)) < PLAIN_NAME:
            group.update(new)
            reader.ledger.listed += len(names)
            return
        for name, time in zip(names, times, strict=True):
            if name in group or not 0 < len(name) < PLAIN_NAME:
                reader.add({"name": name, "classname": classname, "time": time})
            else:
                group[name] = PASSES[time]
                reader.ledger.listed += 1

    def _take_others(self, form: Form, text: str) -> None:
        """Put in the failing cases that stand between runs; the rest is the parser's."""
        reader, at = self._reader, 0
        while at < len(text) and (found := form.failed(text, at)) and self._counts():
            failed, at = found
            reader.case = OpenCase.failed(*failed, reader.limits)
            reader.add(failed.attrs)
        self._within = at
        self._feed(text[at:])
        self._within = 0

    def _counts(self) -> bool:
        """Whether a case would count here; asked again only after something was fed."""
        if self._is_open is None:
            self._is_open = self._reader.takes_cases and self._reader.xml.probe()
        return self._is_open
