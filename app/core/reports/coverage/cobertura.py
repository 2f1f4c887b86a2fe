"""Cobertura XML, as Cobertura, coverage.py, gcovr, coverlet and many others write it."""

import re

from app.core.reports.coverage.totals import Count, Coverage
from app.core.reports.coverage.xml import walk
from app.core.reports.source import Head, Source

_PART = re.compile(r"\((\d{1,9})/(\d{1,9})\)")  # condition-coverage="50% (1/2)"


def recognises(head: Head) -> bool:
    """Whether it begins like Cobertura's; Clover's root has the same name and no rate."""
    return head.is_xml and head.root == "coverage" and "line-rate=" in head.text


class _Lines:
    """Counts lines that stand under classes; those under methods are the same ones again."""

    def __init__(self) -> None:
        self.root: dict[str, str] = {}
        self.lines = self.branches = Count()
        self._methods = 0  # open ones

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "coverage" and not self.root:
            self.root = attributes
        elif tag == "method":
            self._methods += 1
        elif tag == "line" and not self._methods:
            self.lines += Count(int(attributes.get("hits", "0") not in ("", "0")), 1)
            if found := _PART.search(attributes.get("condition-coverage", "")):
                self.branches += Count(int(found.group(1)), int(found.group(2)))

    def end(self, tag: str) -> None:
        self._methods -= tag == "method"


def read(source: Source) -> Coverage:
    """Its totals: those it states, else those its lines come to."""
    found = _Lines()
    walk(source, start=found.start, end=found.end)
    lines = _stated(found.root, "lines") or found.lines
    branches = _stated(found.root, "branches") or found.branches
    return Coverage("cobertura", lines, branches)


def _stated(root: dict[str, str], what: str) -> Count | None:
    covered, valid = root.get(f"{what}-covered", ""), root.get(f"{what}-valid", "")
    if not (covered.isdecimal() and valid.isdecimal() and len(covered + valid) < 30):
        return None
    count = Count(int(covered), int(valid))
    return count if count.is_plausible and count.total else None
