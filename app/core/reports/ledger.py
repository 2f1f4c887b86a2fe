"""Where readers put what they find, and cases come out whole, within bounded memory.

Small reports are held in a compact form until their end is read. A report that would take more
memory than allowed is read twice instead: first only to learn which names repeat, then to hand
out every case as it comes, holding back the repeated ones until their last element.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from sys import getsizeof

from app.core.errors import BadInput
from app.core.outcomes import (
    CaseDetail,
    Outcome,
    PassedCases,
    PlainPass,
    ReportedCase,
    ReportedExecution,
)
from app.core.reports.limits import Limits
from app.core.reports.names import split_name
from app.core.reports.notes import Notes
from app.core.reports.repeats import Repeats, Sighting, cases_among, executions_of, sighting_of
from app.core.reports.texts import short_name
from app.core.reports.totals import Tally

GroupKey = tuple[str, str, str | None, str, bool, int]  # suite, class, file, variant, by file, part
Entry = PlainPass | Sighting | list[Sighting]
Group = dict[str, Entry]
Emit = Callable[[GroupKey, str, Entry], Iterator[ReportedCase]]

UNNAMED = "(unnamed)"
ENTRY_BYTES = 42  # a slot of a dict and its share of growing; measured on CPython 3.11
GROUP_BYTES = 420  # a small dict with its key
SIGHTING_BYTES = 140  # beside its texts
ALL_PLAIN = {PlainPass}
_CLOSING = frozenset("])}")  # a name that ends so may have parameters
_BRACKETS = "])}["
_DURATION = itemgetter(1)  # of an execution, in milliseconds


@dataclass(frozen=True, slots=True)
class Named:
    """Where a case stands in its report, as the report writes it."""

    name: str
    suite: str = ""
    classname: str = ""
    file: str | None = None  # relative to the repository where that can be told
    line: int | None = None
    variant: str = ""
    detail: CaseDetail | None = None
    part: int = 0  # what tells listings of one name apart that are no attempts of one another


class Ledger:
    """Cases under their names. Readers call `group`, `add` and `note`; the rest is ours."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.notes = Notes(limits.max_warnings)
        self.tally = Tally()
        self.repeats = Repeats.UNKNOWN
        self.names_need_file = False
        self.is_counting = False  # only names matter: the report is going to be read again
        self.listed = 0  # sightings; readers of plain groups count theirs in `listed` too
        self._groups: dict[GroupKey, Group] = {}
        self.held_bytes = 0
        self._counted = 0
        self._last: Group = {}
        self._says_alike = False
        self._folded: dict[tuple[tuple[str | bool | None, ...], str], dict[str, int]] = {}

    @property
    def is_heavy(self) -> bool:
        """Whether holding the cases takes more memory than is allowed."""
        return self.held_bytes > self.limits.max_held

    def group(
        self,
        suite: str,
        classname: str,
        file: str | None = None,
        *,
        variant: str = "",
        part: int = 0,
    ) -> Group:
        """The cases of one class, by name. A plain execution may be put in directly."""
        need_file = self.names_need_file or (file is not None and not classname)
        key = (suite, classname, file, variant, need_file, part)
        group = self._groups.get(key)
        if group is None:
            self.held_bytes += GROUP_BYTES + len(classname)
            group = self._groups[key] = {}
        self._last = group
        return group

    def add(self, group: Group, name: str, sighting: Sighting) -> None:
        """Put an execution under its name, beside the ones that are there."""
        self.listed += 1
        self.held_bytes += SIGHTING_BYTES + text_bytes(sighting)
        there = group.get(name)
        if there is None:
            group[name] = sighting
        elif isinstance(there, list):
            there.append(sighting)
        else:
            group[name] = [sighting_of(there, sighting.part), sighting]  # of the same suite

    def put(self, case: "Named", executions: Sequence[ReportedExecution]) -> None:
        """Put a case in with all its executions, its names made safe to keep."""
        limit = self.limits.max_name
        group = self.group(
            short_name(case.suite, limit),
            short_name(case.classname, limit),
            short_name(case.file, limit) if case.file else None,
            variant=short_name(case.variant, limit),
        )
        *earlier, last = executions
        self.add(
            group,
            short_name(case.name, limit) or UNNAMED,
            Sighting(last, tuple(earlier), case.line, case.detail, part=case.part),
        )

    def settle(self) -> None:
        """Called between pieces of the report: counts, and refuses what is beyond the limits."""
        new = self.listed - self._counted
        if not new:
            return
        self._counted = self.listed
        if self.listed > self.limits.max_cases:
            raise BadInput(
                f"The report lists more than {self.limits.max_cases:,} executions;"
                " split it, or raise REPORT_MAX_CASES."
            )
        sample = next(reversed(self._last), "")
        self.held_bytes += new * (ENTRY_BYTES + getsizeof(sample))

    def take_groups(self) -> dict[GroupKey, Group]:
        """What was put in since the last call; the ledger is empty afterwards."""
        taken, self._groups, self.held_bytes = self._groups, {}, 0
        return taken

    def give_back(self, key: GroupKey, name: str, entry: Entry) -> None:
        """Put in again what was taken too early."""
        self._groups.setdefault(key, {})[name] = entry

    def cases_of(self, key: GroupKey, group: Group) -> Iterator[ReportedCase]:
        """All cases of one group; the loop every case of every report goes through."""
        suite, classname, file, variant, need_file, _ = key
        new, tally, is_passed = tuple.__new__, self.tally, Outcome.PASSED
        passed = duration_ms = 0
        for name, entry in group.items():
            line, detail = None, None
            execution: ReportedExecution
            if type(entry) is PlainPass:
                execution = entry
            elif type(entry) is Sighting and not entry[1]:
                execution, _, line, detail, _, _ = entry
            else:
                yield from self.cases(key, name, entry)
                continue
            if execution[0] is is_passed:
                passed += 1
                duration_ms += execution[1] or 0
            else:
                tally.count_plain(execution)
            if name[-1] in _CLOSING or name[0] == "[":
                yield self._case(key, name, execution, (), line, detail)
                continue
            yield new(
                ReportedCase,
                (suite, classname, name, "", file, line, execution, (), variant, need_file, detail),
            )
        tally.count_passed(passed, duration_ms)

    def batches_of(self, key: GroupKey, group: Group) -> Iterator[ReportedCase | PassedCases]:
        """As `cases_of`, those that passed and say no more in one piece."""
        plain, rest = _parted(group)
        if plain:
            durations = [*map(_DURATION, plain.values())]
            self.tally.count_passed(len(plain), sum(filter(None, durations)))
            suite, classname, file, variant, need_file, _ = key
            yield PassedCases(suite, classname, file, variant, need_file, [*plain], durations)
        if rest:
            yield from self.cases_of(key, rest)

    def cases(self, key: GroupKey, name: str, entry: Entry) -> Iterator[ReportedCase]:
        """The cases one name stands for, counted."""
        sightings = entry if isinstance(entry, list) else [sighting_of(entry)]
        found = cases_among(sightings, self.repeats)
        if len(found) > 1 or len(sightings) > 1:
            self._warn_of_repeats(name, found, len(sightings))
        seen: dict[int, int] = {}
        turns: dict[int, int] = {}
        for place, (part, attempts) in enumerate(found):
            nth = seen[part] = seen.get(part, 0) + 1
            *earlier, last = executions_of(attempts)
            self.tally.count(last, earlier)
            on_purpose = self.repeats is Repeats.AGAIN
            turn = place if on_purpose else turns.setdefault(part, len(turns))
            where = (*key[:3], _variant(key[3], turn, on_purpose=on_purpose), *key[4:])
            title = name if on_purpose or nth == 1 else f"{name} #{nth}"
            tail = attempts[-1]
            yield self._case(where, title, last, tuple(earlier), tail.line, tail.detail)

    def _case(
        self,
        key: GroupKey,
        name: str,
        last: ReportedExecution,
        earlier: tuple[ReportedExecution, ...],
        line: int | None,
        detail: CaseDetail | None,
    ) -> ReportedCase:
        base, parameters = name, ""
        if name[-1] in _CLOSING or name[0] == "[":
            base, parameters = split_name(name)
            if base + parameters != name:
                parameters += self._apart(key, name, base + parameters)
        suite, classname, file, variant, need_file, _ = key
        where = (suite, classname, base, parameters, file, line)
        return ReportedCase(*where, last, earlier, variant, need_file, detail)

    def _apart(self, key: GroupKey, name: str, folded: str) -> str:
        """What keeps two names apart that became one when random parts were folded."""
        ordinals = self._folded.setdefault((key[:5], folded), {})
        nth = ordinals.setdefault(name, len(ordinals) + 1)
        return f" #{nth}" if nth > 1 else ""

    def _warn_of_repeats(
        self, name: str, found: list[tuple[int, tuple[Sighting, ...]]], n: int
    ) -> None:
        if self.repeats is not Repeats.UNKNOWN:
            return
        shown = name if len(name) <= 80 else name[:79] + "…"
        if len(found) == 1:
            self.notes.warn(
                f"“{shown}” is listed {n} times, failing first and passing last; the report does"
                " not say whether that is a retry, so it is taken for one."
            )
        elif len({s.execution.outcome for _, attempts in found for s in attempts}) > 1:
            self.notes.warn(
                f"“{shown}” is listed {n} times with different outcomes; the report does not say"
                " why, so they are taken for different cases of the same name."
            )
        elif not self._says_alike and len({part for part, _ in found}) < len(found):
            self._says_alike = True  # once: such names are many, or none
            self.notes.warn(
                f"“{shown}” and perhaps others are listed several times, ending alike; the report"
                " does not say whether those are retries, so they are taken for different cases of"
                " the same name."
            )


def _variant(variant: str, turn: int, *, on_purpose: bool) -> str:
    if not turn:
        return variant
    return f"{variant} {'repeat' if on_purpose else 'part'} {turn + 1}".strip()


def _parted(group: Group) -> tuple[Group, Group]:
    """Those that passed and say no more, and whose names can hold no parameters; the others."""
    rest: Group = {}
    if set(map(type, group.values())) != ALL_PLAIN:  # as of few groups; asking is quicker
        rest = {name: entry for name, entry in group.items() if type(entry) is not PlainPass}
    plain = _without(group, rest)
    names = "".join(plain)
    if any(map(names.__contains__, _BRACKETS)):  # as of few classes
        odd = {name for name in plain if name[-1] in _CLOSING or name[0] == "["} | rest.keys()
        rest = {name: entry for name, entry in group.items() if name in odd}
        plain = _without(group, rest)
    return plain, rest


def _without(group: Group, some: Group) -> Group:
    others = group.copy() if some else group
    for name in some:
        del others[name]
    return others


def text_bytes(sighting: Sighting) -> int:
    """About how much memory the texts of a sighting take."""
    size = 0
    for execution in (*sighting.earlier, sighting.execution):
        if execution.failure is not None:
            size += 150 + sum(map(getsizeof, filter(None, execution.failure)))
    if sighting.detail is not None:
        size += 300 + sum(len(k) + len(v) + 120 for k, v in sighting.detail.properties)
    return size
