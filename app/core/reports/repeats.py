"""What it means that a report lists one case several times: retries, or something else."""

from collections.abc import Sequence
from enum import StrEnum
from itertools import groupby
from typing import NamedTuple
from zlib import crc32

from app.core.outcomes import CaseDetail, Failure, Outcome, PlainPass, ReportedExecution

SHORT_CHARS = 200  # of a message, when there is no room for more


class Sighting(NamedTuple):
    """One element of a report that names a case, with what it says of it."""

    execution: ReportedExecution
    earlier: tuple[ReportedExecution, ...] = ()  # attempts told inside the element
    line: int | None = None
    detail: CaseDetail | None = None
    is_bare: bool = False  # says nothing but that the case was there
    part: int = 0  # which of several suites of the same name


def sighting_of(entry: PlainPass | Sighting, part: int = 0) -> Sighting:
    """An entry as a sighting; a plain pass is one of the suite that has this part."""
    if isinstance(entry, Sighting):
        return entry
    return Sighting(ReportedExecution(*entry), is_bare=True, part=part)


class Repeats(StrEnum):
    """How a runner's reports repeat a case."""

    ATTEMPTS = "attempts"  # names are unique: listed again is executed again
    BARE_RERUNS = "bare reruns"  # pytest: all but the last were failed and rerun
    AFTER_FAILURE = "after failure"  # executed again only when it failed; else another case
    UNKNOWN = "unknown"  # as above where that explains every element, and it is said
    AGAIN = "again"  # executed several times on purpose (--repeat-each), each on its own
    NEVER = "never"  # the runner writes retries otherwise: other cases of the same name


Attempts = tuple[Sighting, ...]  # one case's sightings, oldest first

_FAILING = (Outcome.FAILED, Outcome.ERRORED)
_RANK = {Outcome.ERRORED: 3, Outcome.FAILED: 2, Outcome.SKIPPED: 1, Outcome.PASSED: 0}


def part_of(told: str) -> int:
    """The part for what tells cases of one name apart where their suites do not."""
    return crc32(told.encode("utf-8", "replace"))


def _failed(sighting: Sighting) -> bool:
    return sighting.execution.outcome in _FAILING


def _joined(first: str | None, second: str | None) -> str | None:
    said = [text for text in (first, second) if text]
    return "\n\n".join(said) or None


def shortened(sighting: Sighting) -> Sighting:
    """The sighting with no more than the beginning of each message."""

    def short(execution: ReportedExecution) -> ReportedExecution:
        told = execution.failure
        if told is None:
            return execution
        message = told.message and told.message[:SHORT_CHARS]
        return execution._replace(failure=Failure(told.type, message))

    earlier = tuple(short(execution) for execution in sighting.earlier)
    return sighting._replace(execution=short(sighting.execution), earlier=earlier)


def merged(first: ReportedExecution, second: ReportedExecution) -> ReportedExecution:
    """Two elements about one execution as one: the graver outcome, both texts."""
    graver, other = (first, second)
    if _RANK[second.outcome] > _RANK[first.outcome]:
        graver, other = second, first
    if graver.failure is None or other.failure is None:
        return graver._replace(failure=graver.failure or other.failure)
    a, b = first.failure or Failure(), second.failure or Failure()
    both = Failure(
        graver.failure.type or other.failure.type,
        _joined(a.message, b.message),
        _joined(a.trace, b.trace),
        a.expected or b.expected,
        a.actual or b.actual,
        _joined(a.output, b.output),
    )
    return graver._replace(failure=both)


def _pytest_attempts(sightings: Sequence[Sighting]) -> Attempts:
    """Bare elements before the last execution are its failed reruns.

    A test that fails and whose teardown breaks too, or with several failing subtests, has
    several elements that say something; they are about one execution.
    """
    telling = next((i for i, s in enumerate(sightings) if not s.is_bare), len(sightings) - 1)
    last = sightings[telling]
    for more in sightings[telling + 1 :]:
        last = last._replace(execution=merged(last.execution, more.execution))
    reruns = tuple(
        bare._replace(execution=bare.execution._replace(outcome=Outcome.FAILED, word="rerun"))
        for bare in sightings[:telling]
    )
    return (*reruns, last)


def _chains(sightings: Sequence[Sighting]) -> list[Attempts]:
    """Split where a sighting cannot be a retry: the one before it did not fail."""
    chains: list[list[Sighting]] = []
    for sighting in sightings:
        if chains and _failed(chains[-1][-1]):
            chains[-1].append(sighting)
        else:
            chains.append([sighting])
    return [tuple(chain) for chain in chains]


def _within_part(sightings: Sequence[Sighting], repeats: Repeats) -> list[Attempts]:
    match repeats:
        case Repeats.ATTEMPTS:
            return [tuple(sightings)]
        case Repeats.BARE_RERUNS:
            return [_pytest_attempts(sightings)]
        case Repeats.AFTER_FAILURE:
            return _chains(sightings)
        case Repeats.UNKNOWN:
            chains = _chains(sightings)
            is_retry = len(chains) == 1 and not _failed(sightings[-1])
            return chains if is_retry else [(one,) for one in sightings]
        case Repeats.NEVER | Repeats.AGAIN:
            return [(one,) for one in sightings]


def cases_among(sightings: Sequence[Sighting], repeats: Repeats) -> list[tuple[int, Attempts]]:
    """The cases that sightings of one name stand for, each with the part it was listed in."""
    return [
        (part, attempts)
        for part, same_part in groupby(sightings, key=lambda sighting: sighting.part)
        for attempts in _within_part(list(same_part), repeats)
    ]


def executions_of(attempts: Attempts) -> tuple[ReportedExecution, ...]:
    """All executions of one case, oldest first."""
    return tuple(
        execution for sighting in attempts for execution in (*sighting.earlier, sighting.execution)
    )
