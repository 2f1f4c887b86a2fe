"""Report bytes to committed executions and occurrences, against raw COPY of the same rows."""

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from io import BytesIO
from itertools import count
from typing import Any, BinaryIO

from app.core.reports import Limits
from app.db.session import Engine
from app.services.ingest.origins import Origin
from app.services.ingest.runs import ingest_report
from tests.bench.figures import Better, Figure, Scale, seconds_of
from tests.bench.junit_files import junit
from tests.bench.servers import NOW, SHA, a_run, database_server, fresh_database

SIZES = (1_000, 20_000, 200_000)
ROUNDS = {1_000: 15, 20_000: 4, 200_000: 2}
BLOCKS = 5  # of rounds: on which core a connection is served is decided once, and decides much
WARM_UP = 2  # rounds of each that bring the case set and the caches
TABLES = ("execution", "occurrence")
AT_LEAST = 0.7  # of raw COPY; the aim is 0.9


@dataclass(frozen=True, slots=True)
class Copied:
    """The rows of one report as COPY gives and takes them."""

    table: str
    pieces: Sequence[bytes]


def run(scale: Scale) -> list[Figure]:
    """The ratio for each size, with the seconds it was made of."""
    figures = []
    with database_server() as server:
        for size in SIZES:
            cases = scale.of(size)
            with (
                fresh_database(server, f"ours_{size}") as ours,
                fresh_database(server, f"raw_{size}") as raw,
            ):
                figures += list(_compared(ours, raw, cases, rounds=ROUNDS[size]))
    return figures


def _compared(ours: Engine, raw: Engine, cases: int, *, rounds: int) -> Iterator[Figure]:
    took, copied = [], []
    numbers = count(1)
    for _ in range(BLOCKS):
        for engine in (ours, raw):
            engine.dispose()  # the next connection is a new one
        for turn in range(WARM_UP + rounds):
            number = next(numbers)
            seconds = ingest(ours, junit(cases, shift=number), number=number)
            rows = [_dumped(ours, table, number) for table in TABLES]
            raw_seconds = seconds_of(partial(_copy, raw, rows))
            if turn >= WARM_UP:
                took.append(seconds)
                copied.append(raw_seconds)
    whole, bare = statistics.median(took), statistics.median(copied)
    ratio = statistics.median(b / a for a, b in zip(took, copied, strict=True))
    yield Figure(f"{cases:,} cases, of raw COPY", ratio, "ratio", AT_LEAST, Better.MORE)
    yield Figure(f"{cases:,} cases, ingest", whole, "s", note=f"{cases / whole:,.0f} cases/s")
    yield Figure(f"{cases:,} cases, raw COPY", bare, "s", note=f"{cases / bare:,.0f} cases/s")


def ingest(
    engine: Engine,
    report: bytes | BinaryIO,
    *,
    number: int,
    at: datetime | None = None,
    sha: str = SHA,
) -> float:
    """Store one report as a run of its own; the seconds it took."""
    at = at or NOW + timedelta(seconds=number)
    origin = Origin(run=a_run(engine, number, at=at, sha=sha), variant="unit", job=None)
    file = BytesIO(report) if isinstance(report, bytes) else report
    stored = []

    def act() -> None:
        stored.append(ingest_report(engine, origin, "junit.xml", file, now=at, limits=Limits()))

    seconds = seconds_of(act)
    assert stored[0].is_read
    return seconds


def _dumped(engine: Engine, table: str, run_id: int) -> Copied:
    """A run's rows of one table, in the order in which they were stored."""
    query = (
        f"COPY (SELECT {table}.* FROM {table} JOIN report USING (repo_id, report_id)"
        f" WHERE report.run_id = {run_id} ORDER BY {table}.tableoid, {table}.ctid)"
        " TO STDOUT (FORMAT BINARY)"
    )
    connection: Any = engine.raw_connection()
    try:
        with connection.cursor() as cursor, cursor.copy(query) as copy:
            pieces = [bytes(piece) for piece in copy]
        connection.rollback()
    finally:
        connection.close()
    return Copied(table, _grouped(pieces))


def _grouped(pieces: Sequence[bytes], size: int = 65_536) -> list[bytes]:
    whole = b"".join(pieces)
    return [whole[at : at + size] for at in range(0, len(whole), size)]


def _copy(engine: Engine, rows: Sequence[Copied]) -> None:
    connection: Any = engine.raw_connection()
    try:
        with connection.cursor() as cursor:
            for one in rows:
                with cursor.copy(f"COPY {one.table} FROM STDIN (FORMAT BINARY)") as copy:
                    for piece in one.pieces:
                        copy.write(piece)
        connection.commit()
    finally:
        connection.close()
