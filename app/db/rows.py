"""Executions and occurrences in the form in which COPY takes them: packed, one row at a time.

Nearly every row of a report is a passing execution that differs from its neighbours in its case
and its duration only. Everything else of such a row is packed once, so the row costs no more than
putting three pieces of bytes together.
"""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import add
from struct import Struct
from sys import byteorder
from typing import BinaryIO, NamedTuple

from app.core.identity import CaseIds
from app.core.outcomes import Failure, Outcome, PassedCases, ReportedCase, ReportedExecution
from app.core.retention import KeepUntil
from app.core.signatures import signature

OUTCOME_CODES = {Outcome.PASSED: 1, Outcome.FAILED: 2, Outcome.ERRORED: 3, Outcome.SKIPPED: 4}
"""How outcomes are stored; never renumbered."""

COPY_EXECUTIONS = (
    b"COPY execution (repo_id, report_id, at, keep_until, nth, outcome, setup_ms, teardown_ms,"
    b" word, variant, case_id, duration_ms) FROM STDIN (FORMAT BINARY)"
)
COPY_OCCURRENCES = (
    b"COPY occurrence (repo_id, report_id, at, keep_until, case_id, nth, signature,"
    b" variant, type, message, trace, expected, actual, output) FROM STDIN (FORMAT BINARY)"
)
EXECUTION_FIELDS, OCCURRENCE_FIELDS = 12, 14

PIECE = 16 * 1024  # bytes of rows put together before they are sent
FIRST_PIECE = 6 * 1024  # fewer at first, so that PostgreSQL has something to do ...
GROWTH = 8  # ... and each an eighth larger than the one before
WAITING_MOST = 1024 * 1024  # characters of failures' texts that wait to be packed
UNSUMMED_MOST = 256 * 1024  # bytes of ids that wait to be summed
ATTACHED_MOST = 10_000  # attachments kept of one report
SMALLINT_MOST = 2**15 - 1
INTEGER_MOST = 2**31 - 1
DURATIONS_KEPT = 50_000  # packed durations kept for the next row that has the same
NOTHING_MORE = (None, None, None)  # an execution's word, set-up and tear-down
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)  # PostgreSQL's
MICROSECOND = timedelta(microseconds=1)

_COUNT = Struct("!h")
_SMALL = Struct("!ih")
_INTEGER = Struct("!ii")
_BIG = Struct("!iq")
_LENGTH = Struct("!i")
_NULL = _LENGTH.pack(-1)
_ID_LENGTH = _LENGTH.pack(16)


@dataclass(frozen=True, slots=True)
class Sink:
    """Where one report's executions go."""

    repo_id: int
    report_id: int
    at: datetime
    keep: KeepUntil


class Occurrence(NamedTuple):
    """A failing execution whose texts are to be packed."""

    raw_id: bytes
    nth: int
    failure: Failure
    variant: bytes


class Durations(dict[int | None, bytes]):
    """Durations in milliseconds, packed."""

    def __missing__(self, duration_ms: int | None) -> bytes:
        packed = _integer(duration_ms)
        if len(self) < DURATIONS_KEPT:
            self[duration_ms] = packed
        return packed


DURATIONS = Durations()


class Rows:
    """Packs one report's rows; texts of failures go to `texts`, to be copied afterwards.

    They wait until `finish`, so that executions need not wait for their signatures.
    A trace and an output are stored with the first failure of the report that has its signature;
    the others have their own type and message, and their signature leads to the text.
    """

    def __init__(self, sink: Sink, texts: BinaryIO) -> None:
        self.id_sum = 0  # of all cases: names their set, whatever order they come in
        self._unsummed: list[bytes] = []
        self._unsummed_bytes = 0
        self.failures = 0
        self.attached: list[tuple[bytes, str, str]] = []  # case id, name, path or link
        self._ids = CaseIds(sink.repo_id)
        self._texts = texts
        self._waiting: list[Occurrence] = []
        self._waiting_size = 0
        self._told: set[bytes] = set()  # signatures whose texts are stored
        same = _BIG.pack(8, sink.repo_id) + _BIG.pack(8, sink.report_id) + _moment(sink.at)
        self._passing = _COUNT.pack(EXECUTION_FIELDS) + same + _moment(sink.keep.passing)
        self._failing = _COUNT.pack(EXECUTION_FIELDS) + same + _moment(sink.keep.failing)
        self._occurrence = _COUNT.pack(OCCURRENCE_FIELDS) + same + _moment(sink.keep.failing)
        self._plain: dict[tuple[Outcome, str], bytes] = {}  # all of a plain row but its end

    def executions(self, cases: Iterable[ReportedCase | PassedCases]) -> Iterator[bytes]:
        """Every execution's row, many in one piece."""
        pieces: list[bytes] = []
        size, enough = 0, FIRST_PIECE
        for case in cases:
            if type(case) is PassedCases:
                piece = self._passed(case)
            else:
                assert isinstance(case, ReportedCase)
                piece = self._rows_of(case)
            pieces.append(piece)
            size += len(piece)
            if size >= enough:
                yield b"".join(pieces)
                size, enough = 0, min(enough + enough // GROWTH, PIECE)
                pieces.clear()
        if pieces:
            yield b"".join(pieces)

    def _count(self, ids: bytes) -> None:
        self._unsummed.append(ids)
        self._unsummed_bytes += len(ids)
        if self._unsummed_bytes > UNSUMMED_MOST:
            self._sum_up()

    def _sum_up(self) -> None:
        self.id_sum += _sum(b"".join(self._unsummed))
        self._unsummed, self._unsummed_bytes = [], 0

    def _passed(self, cases: PassedCases) -> bytes:
        """The rows of cases that passed: all the same but for case and duration."""
        start = self._plain_start(Outcome.PASSED, cases.variant)
        ids = self._ids.of_passed(cases)
        self._count(b"".join(ids))
        ends = [*map(add, ids, map(DURATIONS.__getitem__, cases.durations))]
        return start + start.join(ends)

    def _plain_start(self, outcome: Outcome, variant: str) -> bytes:
        """The row, up to the case's id, of a first execution with nothing more to say."""
        start = self._plain.get((outcome, variant))
        if start is None:
            start = self._start(1, ReportedExecution(outcome), _text(variant))
            self._plain[outcome, variant] = start
        return start

    def _start(self, nth: int, execution: ReportedExecution, variant: bytes) -> bytes:
        outcome, _, _, word, setup_ms, teardown_ms = execution
        same = self._failing if outcome.is_failing else self._passing
        return b"".join(
            (
                same,
                _SMALL.pack(2, min(nth, SMALLINT_MOST)),
                _SMALL.pack(2, OUTCOME_CODES[outcome]),
                _integer(setup_ms),
                _integer(teardown_ms),
                _text(word),
                variant,
                _ID_LENGTH,
            )
        )

    def _rows_of(self, case: ReportedCase) -> bytes:
        """All executions of one case."""
        raw_id = self._ids.of(case)
        self._count(raw_id)
        if case.detail is not None and len(self.attached) < ATTACHED_MOST:
            self.attached += [(raw_id, name, place) for name, place in case.detail.artifacts]
        variant = _text(case.variant)
        if not case.earlier and case.last[3:] == NOTHING_MORE:
            start = self._plain_start(case.last.outcome, case.variant)
            return self._row(start, 1, raw_id, case.last, variant)
        return b"".join(
            self._row(self._start(nth, execution, variant), nth, raw_id, execution, variant)
            for nth, execution in enumerate(case.executions, start=1)
        )

    def _row(
        self, start: bytes, nth: int, raw_id: bytes, execution: ReportedExecution, variant: bytes
    ) -> bytes:
        outcome, duration_ms, failure, *_ = execution
        if outcome.is_failing:
            self._wait(Occurrence(raw_id, nth, failure or Failure(), variant))
        return start + raw_id + DURATIONS[duration_ms]

    def _wait(self, occurrence: Occurrence) -> None:
        self.failures += 1
        self._waiting.append(occurrence)
        self._waiting_size += sum(map(len, filter(None, occurrence.failure)))
        if self._waiting_size > WAITING_MOST:
            self._pack_texts()

    def finish(self) -> None:
        """Do what waited until the last execution was packed."""
        self._pack_texts()
        self._sum_up()

    def _pack_texts(self) -> None:
        self._texts.writelines(map(self._occurrence_row, self._waiting))
        self._waiting, self._waiting_size = [], 0

    def _occurrence_row(self, occurrence: Occurrence) -> bytes:
        raw_id, nth, failure, variant = occurrence
        type_, message, trace, expected, actual, output = failure
        mark = signature(failure)
        if mark in self._told:
            message = message or _first_line(trace)
            trace = output = None
        elif trace or output:
            self._told.add(mark)
        return b"".join(
            (
                self._occurrence,
                _ID_LENGTH,
                raw_id,
                _SMALL.pack(2, min(nth, SMALLINT_MOST)),
                _LENGTH.pack(len(mark)),
                mark,
                variant,
                _text(type_),
                _text(message),
                _text(trace),
                _text(expected),
                _text(actual),
                _text(output),
            )
        )


def _sum(ids: bytes) -> int:
    """The sum of ids as numbers, high and low halves apart: whole they would be slow to make."""
    halves = array("Q", ids)
    if byteorder == "little":
        halves.byteswap()
    return (sum(halves[::2]) << 64) + sum(halves[1::2])


def _moment(moment: datetime) -> bytes:
    return _BIG.pack(8, (moment - EPOCH) // MICROSECOND)


def _integer(value: int | None) -> bytes:
    return _NULL if value is None else _INTEGER.pack(4, min(value, INTEGER_MOST))


def _text(text: str | None) -> bytes:
    """A text as UTF-8; NULL when there is none. PostgreSQL takes no NUL and no lone surrogate."""
    if not text:
        return _NULL
    raw = text.replace("\0", "\ufffd").encode(errors="replace")
    return _LENGTH.pack(len(raw)) + raw


def _first_line(text: str | None) -> str | None:
    return text.strip().partition("\n")[0] if text else None
