"""JaCoCo XML: the counters of the report itself are the totals."""

from app.core.reports.coverage.totals import Count, Coverage
from app.core.reports.coverage.xml import walk
from app.core.reports.source import Head, Source

COUNTED = frozenset({"LINE", "BRANCH"})


def recognises(head: Head) -> bool:
    """Whether it begins like JaCoCo's: the name of its document type, or its sessions."""
    return (
        head.is_xml
        and head.root == "report"
        and ("JACOCO" in head.text or "<sessioninfo" in head.text or "<counter " in head.text)
    )


class _Counters:
    """Collects the counters that stand directly under the root."""

    def __init__(self) -> None:
        self.found: dict[str, Count] = {}
        self._depth = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        kind = attributes.get("type", "")
        if tag == "counter" and self._depth == 2 and kind in COUNTED:
            covered, missed = attributes.get("covered", ""), attributes.get("missed", "")
            if covered.isdecimal() and missed.isdecimal() and len(covered + missed) < 30:
                self.found[kind] = Count(int(covered), int(covered) + int(missed))

    def end(self, _tag: str) -> None:
        self._depth -= 1


def read(source: Source) -> Coverage:
    """Its totals."""
    counters = _Counters()
    walk(source, start=counters.start, end=counters.end)
    found = counters.found
    return Coverage("jacoco", found.get("LINE", Count()), found.get("BRANCH", Count()))
