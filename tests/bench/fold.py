"""Folding reports into rollups, against storing the same reports."""

from collections.abc import Iterator
from datetime import timedelta

from app.core.retention import DEFAULTS
from app.db import fold
from app.db.session import Engine, unit_of_work
from tests.bench.figures import Better, Figure, Scale, seconds_of
from tests.bench.ingest import ingest
from tests.bench.junit_files import junit
from tests.bench.servers import NOW, REPO_ID, database_server, fresh_database

REPORTS = {1_000: 60, 20_000: 12, 200_000: 3}
"""By cases: how many reports are folded together, as when a minute or five have brought them."""
WARM_UP = 2  # reports that bring the cases and the caches
AT_MOST = 0.3  # of the time that storing the same reports took


def run(scale: Scale) -> list[Figure]:
    """The ratio for each size: hours, and hours with their days."""
    figures: list[Figure] = []
    with database_server() as server:
        for size, reports in REPORTS.items():
            with fresh_database(server, f"fold_{size}") as engine:
                figures += _measured(engine, scale.of(size), reports=reports)
            with fresh_database(server, f"fold_one_{size}") as engine:
                figures += _alone(engine, scale.of(size))
    return figures


def _measured(engine: Engine, cases: int, *, reports: int) -> Iterator[Figure]:
    stored = _stored(engine, cases, reports=reports)
    hours = seconds_of(lambda: _fold(engine))
    days = seconds_of(lambda: _fold_days(engine))
    name = f"{reports} reports of {cases:,} cases"
    yield Figure(f"{name}, folding of ingest", hours / stored, "ratio", AT_MOST, Better.LESS)
    rate = f"{reports * cases / hours:,.0f} executions/s"
    yield Figure(f"{name}, folding into hours", hours, "s", note=rate)
    note = "once a day, for all of its hours"
    yield Figure(f"{name}, hours into their day", days, "s", note=note)


def _alone(engine: Engine, cases: int) -> Iterator[Figure]:
    stored = _stored(engine, cases, reports=1)
    hours = seconds_of(lambda: _fold(engine))
    note = "a report that nobody followed for five minutes; nothing to share the writing with"
    name = f"1 report of {cases:,} cases, folding of ingest"
    yield Figure(name, hours / stored, "ratio", note=note)


def _stored(engine: Engine, cases: int, *, reports: int) -> float:
    """Store reports, the first of them folded already; the seconds that the others took."""
    for number in range(WARM_UP):
        ingest(engine, junit(cases, shift=number), number=number + 1)
    _fold(engine)
    numbers = range(WARM_UP, WARM_UP + reports)
    return sum(ingest(engine, junit(cases, shift=n), number=n + 1) for n in numbers)


def _fold(engine: Engine) -> None:
    folded = 1
    while folded:
        with unit_of_work(engine) as session:
            folded = fold.fold_reports(session, REPO_ID, kept=DEFAULTS.hourly, now=NOW)


def _fold_days(engine: Engine) -> None:
    more = True
    while more:
        with unit_of_work(engine) as session:
            more = fold.fold_hours(
                session, REPO_ID, before=NOW + timedelta(days=1), kept=DEFAULTS.daily, now=NOW
            )
