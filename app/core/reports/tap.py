"""TAP, versions 12 to 14: numbered lines, subtests indented or in braces, YAML beside them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.core.outcomes import Outcome, ReportedExecution
from app.core.reports.formats import Format
from app.core.reports.keeper import TextKeeper
from app.core.reports.ledger import Ledger, Named
from app.core.reports.repeats import Repeats
from app.core.reports.source import Head, Source
from app.core.reports.texts import failure, seconds_as_ms

WITHIN = " › "  # noqa: RUF001 - between the names of subtests
MAX_DEPTH = 100
INDENT = 4  # spaces of one level of subtests
_POINT = re.compile(
    r"^(not )?ok\b(?:\s+(\d+))?\s*(?:-\s+)?(.*?)"
    r"(?:(?<=\s)#\s*(skip|todo|time)\S*?(?:[ =:]\s*(.*?))?)?\s*(\{)?$",
    re.IGNORECASE,
)
_PLAN = re.compile(r"^1\.\.(\d+)(?:\s*#\s*(.*))?$")
_MS = re.compile(r"^\s*duration_ms:\s*(\d{1,15}(?:\.\d{1,15})?)", re.MULTILINE)
_KEYS = ("message", "error", "expected", "wanted", "actual", "found", "type", "name", "stack")
_YAML = re.compile(rf"^\s*({'|'.join(_KEYS)}):\s*(?:['\"](.*)['\"]|([^|>].*))$", re.MULTILINE)
_BLOCK = re.compile(r"^(\s*)(?:message|error):\s*[|>]-?\n((?:\1\s+.*\n?)+)", re.MULTILINE)


VITEST_HIDES = (
    "Vitest's TAP reporters hide retries: a test that passed on retry is a plain pass; upload the"
    " report of its `json` reporter instead."
)


@dataclass(slots=True)
class Point:
    """A test point, until the next one shows that nothing more belongs to it."""

    is_ok: bool
    name: str
    directive: str
    reason: str
    keeper: TextKeeper
    has_children: bool = False
    has_failing_child: bool = False


@dataclass(slots=True)
class Level:
    """The document, or one subtest of it."""

    name: str = ""
    planned: int | None = None
    points: int = 0
    failing: int = 0


@dataclass(slots=True)
class TapReader:
    """The levels that are open, and the point that may still get its YAML."""

    ledger: Ledger
    levels: list[Level] = field(default_factory=lambda: [Level()])
    point: Point | None = None
    in_yaml: bool = False
    announced: dict[int, str] = field(default_factory=dict)  # subtests to come, by indentation
    closed: Level | None = None  # the subtest whose own point comes next
    bailed: str | None = None

    def take(self, line: str) -> None:
        """Take one line."""
        text = line.strip()
        indent = (len(line) - len(line.lstrip(" "))) // INDENT
        if self.in_yaml or (text == "---" and self.point is not None):
            self._yaml(line, text)
        elif text.startswith("# Subtest"):
            self.announced[min(indent, MAX_DEPTH)] = text.partition(":")[2].strip()
        elif text.startswith("Bail out!"):
            self.bailed = text.removeprefix("Bail out!").strip()
        elif not self._takes_point(text, indent) and self.point is not None and text:
            self.point.keeper.add(line.removeprefix("#") + "\n")

    def _takes_point(self, text: str, indent: int) -> bool:
        """Take a plan, a test point or the end of a subtest in braces."""
        if found := _PLAN.match(text):
            self._level(indent).planned = int(found.group(1)[:9])
        elif text == "}":
            self._close(len(self.levels) - 1)
        elif found := _POINT.match(text):
            self._point(found, indent)
        else:
            return False
        return True

    def _yaml(self, line: str, text: str) -> None:
        is_edge = text == ("..." if self.in_yaml else "---")
        if is_edge:
            self.in_yaml = not self.in_yaml
        elif self.point is not None:
            self.point.keeper.add(line + "\n")

    def _level(self, indent: int) -> Level:
        """The level of an indentation, opened or closed as needed."""
        depth = min(indent, MAX_DEPTH)
        if depth >= len(self.levels):
            self.flush()
            while depth >= len(self.levels):
                self.levels.append(Level(self._announced(len(self.levels))))
        elif depth < len(self.levels) - 1:
            self._close(depth + 1)
        return self.levels[depth]

    def _announced(self, depth: int) -> str:
        """What was said of a subtest: above it, as node does, or within it, as Perl does."""
        inner = self.announced.get(depth, "")
        return self.announced.pop(depth - 1, "") or inner

    def _close(self, depth: int) -> None:
        self.flush()
        while len(self.levels) > max(1, depth):
            self.closed = self.levels.pop()

    def _point(self, found: re.Match[str], indent: int) -> None:
        braced = found.group(6) is not None
        level = self._level(indent if not braced else len(self.levels) - 1)
        self.announced.pop(len(self.levels) - 1, None)  # it was said of this point
        self.flush()
        closed, self.closed = self.closed, None
        level.points += 1
        limit = self.ledger.limits.max_text
        directive = (found.group(4) or "").lower()
        name = found.group(3).strip()
        point = Point(
            found.group(1) is None, name, directive, found.group(5) or "", TextKeeper(limit)
        )
        if closed is not None and not braced:
            point.has_children = closed.points > 0
            point.has_failing_child = closed.failing > 0
        level.failing += not point.is_ok and directive not in ("todo", "skip")
        if braced:
            self.levels.append(Level(name))
        else:
            self.point = point

    def flush(self) -> None:
        """Put the last point in, now that nothing more belongs to it."""
        point, self.point = self.point, None
        if point is None:
            return
        diagnosis = point.keeper.text()
        is_sum = point.has_children and not _is_node_test(diagnosis)
        if is_sum and (point.is_ok or point.has_failing_child):
            return  # its subtests say it all
        around = [level.name for level in self.levels[1:] if level.name]
        named = Named(point.name, classname=WITHIN.join(around))
        self.ledger.put(named, [_execution(point, diagnosis, self.ledger)])

    def finish(self) -> None:
        """Put in what the script did not live to say."""
        self._close(1)
        self.flush()
        whole = self.levels[0]
        if self.bailed is not None:
            self._add_missing("(bail out)", f"Bail out! {self.bailed}")
        elif whole.planned is not None and whole.planned > whole.points:
            missing = whole.planned - whole.points
            self._add_missing(
                "(missing tests)", f"{whole.planned} tests were planned, {missing} did not report."
            )

    def _add_missing(self, name: str, message: str) -> None:
        said = failure(limit=self.ledger.limits.max_text, message=message)
        execution = ReportedExecution(Outcome.ERRORED, None, said, "aborted")
        self.ledger.put(Named(name), [execution])


def _is_node_test(diagnosis: str) -> bool:
    """Whether node:test wrote this point for a test with subtests, which it counts as a test."""
    return "duration_ms:" in diagnosis and "type: 'suite'" not in diagnosis


def _execution(point: Point, diagnosis: str, ledger: Ledger) -> ReportedExecution:
    found = _MS.search(diagnosis)
    duration = seconds_as_ms(float(found.group(1)) / 1000) if found else None
    if point.directive == "time":  # no other writer's
        ledger.notes.warn(VITEST_HIDES)
        duration = seconds_as_ms(point.reason.removesuffix("ms"))
        duration = None if duration is None else duration // 1000
    if point.directive in ("skip", "todo"):
        word = "todo" if point.directive == "todo" else None
        return ReportedExecution(Outcome.SKIPPED, duration, None, word)
    if point.is_ok:
        return ReportedExecution(Outcome.PASSED, duration)
    said = {m.group(1): m.group(2) or m.group(3) for m in _YAML.finditer(diagnosis)}
    block = _BLOCK.search(diagnosis)
    message = block.group(2).strip() if block else said.get("message") or said.get("error")
    first = next((line.strip() for line in diagnosis.split("\n") if line.strip()), "")
    told = failure(
        limit=ledger.limits.max_text,
        type=said.get("name"),
        message=message or first,
        trace=diagnosis,
        expected=said.get("expected") or said.get("wanted"),
        actual=said.get("actual") or said.get("found"),
    )
    return ReportedExecution(Outcome.FAILED, duration, told)


def read(source: Source, ledger: Ledger) -> Iterator[None]:
    """Read one TAP document; a broken plan or a bail-out is a failing case."""
    ledger.repeats = Repeats.NEVER
    reader = TapReader(ledger)
    for _, line in source.lines():
        reader.take(line)
        yield
    reader.finish()


def _recognises(head: Head) -> bool:
    start = head.text[:4096]
    return re.search(r"^(?:TAP version \d+|1\.\.\d+|(?:not )?ok\s+\d+\b)", start, re.M) is not None


FORMAT = Format("tap", _recognises, read)
