"""lcov tracefiles: LF, LH, BRF and BRH of every source file, else its single lines."""

import re
from dataclasses import dataclass, field

from app.core.errors import BadInput
from app.core.reports.coverage.totals import Count, Coverage
from app.core.reports.source import Head, Source

BEGINNING = 4_096  # characters looked at to recognise one
FILES_MOST = 200_000  # source files of one tracefile

_RECORD = re.compile(r"^(LF|LH|BRF|BRH):(\d{1,12})\s*$")
_LINE = re.compile(r"^DA:\d+,(-?\d+)")
_BRANCH = re.compile(r"^BRDA:\d+,[^,]*,[^,]*,(-|\d+)")


def recognises(head: Head) -> bool:
    """Whether it begins like a tracefile."""
    first = [line for line in head.text[:BEGINNING].splitlines() if line and line[0] != "#"]
    return bool(first) and first[0].startswith(("TN:", "SF:")) and "SF:" in head.text


@dataclass(slots=True)
class _File:
    """One source file as far as it was read."""

    stated: dict[str, int] = field(default_factory=dict)
    lines: Count = field(default_factory=Count)
    branches: Count = field(default_factory=Count)

    def take(self, line: str) -> None:
        if found := _RECORD.match(line):
            self.stated[found.group(1)] = int(found.group(2))
        elif found := _LINE.match(line):
            self.lines += Count(int(found.group(1) != "0"), 1)
        elif found := _BRANCH.match(line):
            self.branches += Count(int(found.group(1) not in ("-", "0")), 1)

    def totals(self) -> tuple[Count, Count]:
        lines = Count(self.stated.get("LH", 0), self.stated.get("LF", 0))
        branches = Count(self.stated.get("BRH", 0), self.stated.get("BRF", 0))
        return (lines if lines.total else self.lines, branches if branches.total else self.branches)


def read(source: Source) -> Coverage:
    """Its totals; of a file that several tests list, the fullest record counts."""
    best: dict[str, tuple[Count, Count]] = {}
    name, current = "", _File()
    for _, line in source.lines():
        if line.startswith("SF:"):
            name, current = line[3:].strip(), _File()
            if len(best) > FILES_MOST:
                raise BadInput(f"The tracefile lists more than {FILES_MOST:,} source files.")
        elif line.startswith("end_of_record"):
            best[name] = max(best.get(name, (Count(), Count())), current.totals(), key=_reached)
        else:
            current.take(line)
    lines = sum((lines for lines, _ in best.values()), Count())
    branches = sum((branches for _, branches in best.values()), Count())
    return Coverage("lcov", lines, branches)


def _reached(totals: tuple[Count, Count]) -> tuple[int, int]:
    lines, branches = totals
    return lines.covered, branches.covered
