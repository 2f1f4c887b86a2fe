"""A series of runs judged by nothing but their reports: executions in, standings out."""

import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.core.decide import Standing, State, standing_of
from app.core.identity import case_id
from app.core.outcomes import Outcome, ReportedCase
from app.core.runs import BranchClass
from app.core.verdicts import Sighting, verdicts_of

FIRST_DAY = datetime(2000, 1, 1, tzinfo=UTC)  # of a series none of whose reports names a time
BETWEEN_RUNS = timedelta(days=1)  # from a run to the next one, where reports name no time
BETWEEN_ATTEMPTS = timedelta(hours=1)  # from an attempt to the next one, likewise
NO_REPOSITORY = 0  # case ids are made for a repository; a series has none

# An execution as one number: run, variant, outcome, place in its report.
_RUN_BITS, _VARIANT_BITS, _OUTCOME_BITS, _NTH_BITS = 24, 20, 2, 16
_OUTCOMES = tuple(Outcome)
_CODE_OF_OUTCOME = {outcome: number for number, outcome in enumerate(_OUTCOMES)}
_MOST_NTH = (1 << _NTH_BITS) - 1
_VARIANT_SHIFT = _OUTCOME_BITS + _NTH_BITS
_RUN_SHIFT = _VARIANT_SHIFT + _VARIANT_BITS

_NAME = re.compile(
    r"^(?P<run>(?P<code>[^#]+?)(?:#.*?)?)(?:\.attempt(?P<attempt>\d{1,6}))?(?:\.zip)?$",
    re.IGNORECASE,
)
_WORST = (State.BROKEN, State.FLAKY, State.SUSPECT, State.HEALTHY)


@dataclass(frozen=True, slots=True)
class RunName:
    """What the name of a folder or archive of reports says of its run."""

    run: str  # attempts of one run share it
    code: str  # runs of equal code share it
    attempt: int  # from 1


@dataclass(frozen=True, slots=True)
class SeriesRun:
    """One attempt at one code; `at` is None where its reports name no time."""

    code: str  # equal text, equal code
    shown: str  # what people call the code
    run_id: int
    attempt: int
    at: datetime | None


@dataclass(frozen=True, slots=True)
class JudgedCase:
    """One case of the series, as it stands after the last run."""

    name: str  # raw
    standing: Standing


def run_name(name: str) -> RunName:
    """Read `CODE`, `CODE#RUN`, `CODE.attempt2` or `CODE#RUN.attempt2`, each perhaps `.zip`."""
    found = _NAME.match(name)
    if found is None:
        return RunName(run=name, code=name, attempt=1)
    return RunName(run=found["run"], code=found["code"], attempt=max(1, int(found["attempt"] or 1)))


def dated(runs: Iterable[SeriesRun]) -> list[tuple[SeriesRun, datetime]]:
    """Every run with its time: one that names none follows the run before it, a day later.

    A further attempt at the same run follows an hour later.
    """
    with_times: list[tuple[SeriesRun, datetime]] = []
    for run in runs:
        at = run.at
        if at is None and with_times:
            before, then = with_times[-1]
            at = then + (BETWEEN_ATTEMPTS if before.run_id == run.run_id else BETWEEN_RUNS)
        with_times.append((run, at or FIRST_DAY))
    return with_times


class Series:
    """The executions of many runs, held in eight bytes each until they are judged."""

    def __init__(self) -> None:
        self.executions = 0
        self._names: dict[bytes, str] = {}
        self._seen: dict[bytes, array[int]] = {}
        self._variants: dict[str, int] = {}

    def add(self, run: int, variant: str, case: ReportedCase) -> None:
        """Take what one report of a run says of a case; `run` counts from 0."""
        raw_id = case_id(NO_REPOSITORY, case)
        seen = self._seen.get(raw_id)
        if seen is None:
            seen = self._seen[raw_id] = array("Q")
            named = "::".join(part for part in (case.classname, case.name) if part)
            self._names[raw_id] = named + case.parameters
        whole = f"{variant} {case.variant}" if case.variant else variant
        number = self._variants.setdefault(whole, len(self._variants))
        place = run << _RUN_SHIFT | number << _VARIANT_SHIFT
        for nth, execution in enumerate(case.executions, start=1):
            outcome = _CODE_OF_OUTCOME[execution.outcome]
            seen.append(place | outcome << _NTH_BITS | min(nth, _MOST_NTH))
            self.executions += 1

    def judged(self, runs: Iterable[SeriesRun], *, branch: str) -> list[JudgedCase]:
        """Judge every case, worst first; `runs` are those that `add` numbered.

        Each run is taken for one of the default branch, which is called `branch`.
        """
        with_times = dated(runs)
        variants = list(self._variants)
        steady: dict[int, Standing] = {}  # by number of passes: all else is equal in these
        cases = []
        for raw_id, seen in self._seen.items():
            if any(_outcome(one).is_failing for one in seen):
                verdicts = verdicts_of(_sightings(seen, with_times, variants))
                standing = standing_of(verdicts, branch=branch)
            else:
                passes = _passes(seen, with_times)
                if passes not in steady:
                    verdicts = verdicts_of(_sightings(seen, with_times, variants))
                    steady[passes] = standing_of(verdicts, branch=branch)
                standing = steady[passes]
            cases.append(JudgedCase(self._names[raw_id], standing))
        return sorted(cases, key=_worst_first)


def _worst_first(case: JudgedCase) -> tuple[int, float, float, str]:
    standing = case.standing
    return (_WORST.index(standing.state), -standing.score, -standing.rate, case.name)


def _outcome(one: int) -> Outcome:
    return _OUTCOMES[one >> _NTH_BITS & (1 << _OUTCOME_BITS) - 1]


def _variant(one: int) -> int:
    return one >> _VARIANT_SHIFT & (1 << _VARIANT_BITS) - 1


def _passes(seen: Iterable[int], runs: Sequence[tuple[SeriesRun, datetime]]) -> int:
    """How many verdicts these executions come to, when all that are no skips passed."""
    return len(
        {
            (runs[one >> _RUN_SHIFT][0].code, _variant(one))
            for one in seen
            if _outcome(one) is Outcome.PASSED
        }
    )


def _sightings(
    seen: Iterable[int], runs: Sequence[tuple[SeriesRun, datetime]], variants: Sequence[str]
) -> Iterator[Sighting]:
    for one in seen:
        run, at = runs[one >> _RUN_SHIFT]
        yield Sighting(
            at=at,
            outcome=_outcome(one),
            code=run.code,
            head_sha=run.shown,
            variant=variants[_variant(one)],
            branch_class=BranchClass.DEFAULT,
            pr_number=None,
            is_trusted=True,
            run_id=run.run_id,
            attempt=run.attempt,
            nth=one & _MOST_NTH,
        )
