"""The 500th run of a large suite against the 10th: a run costs its reports and its failures."""

import statistics
from datetime import timedelta

from app.db.session import Engine, unit_of_work
from app.services.judging.evaluate import evaluate
from tests.bench.figures import Better, Figure, Scale, peak_memory, seconds_of
from tests.bench.ingest import ingest
from tests.bench.junit_files import junit
from tests.bench.servers import NOW, a_run, database_server, fresh_database, repository

CASES = 20_000
FAILING_EVERY = 1_000  # 20 failing cases a run, at other places each time
EARLY, LATE = 10, 500  # the runs that are compared, each the middle of WINDOW runs
WINDOW = 9
RUNS_A_DAY = 8
AT_MOST = 1.2
MB = 1024 * 1024


def run(scale: Scale) -> list[Figure]:
    """Seconds of ingest and of evaluation, and the process's peak memory, early and late.

    A smaller scale has fewer cases, and as many runs.
    """
    with database_server() as server, fresh_database(server, "growth") as engine:
        return _grown(engine, scale.of(CASES))


def _grown(engine: Engine, cases: int) -> list[Figure]:
    windows = {number: _window(number) for number in (EARLY, LATE)}
    took: dict[int, list[tuple[float, float]]] = {EARLY: [], LATE: []}
    peaks: dict[int, int] = {}
    for number in range(1, LATE + WINDOW // 2 + 1):
        seconds = _one_run(engine, cases, number)
        for which, window in windows.items():
            if number in window:
                took[which].append(seconds)
                peaks[which] = peak_memory()
    early, late = _medians(took[EARLY]), _medians(took[LATE])
    return [
        Figure(
            f"run {LATE} of run {EARLY}, ingest and evaluate, {cases:,} cases",
            sum(late) / sum(early),
            "ratio",
            AT_MOST,
            Better.LESS,
        ),
        Figure(
            "ingest alone", late[0] / early[0], "ratio", note=f"{early[0]:.3f} s, {late[0]:.3f} s"
        ),
        Figure(
            "evaluation alone",
            late[1] / early[1],
            "ratio",
            note=f"{early[1]:.3f} s, {late[1]:.3f} s",
        ),
        Figure(
            "peak memory",
            peaks[LATE] / peaks[EARLY],
            "ratio",
            AT_MOST,
            Better.LESS,
            f"{peaks[EARLY] // MB} MB, {peaks[LATE] // MB} MB",
        ),
    ]


def _window(middle: int) -> range:
    return range(middle - WINDOW // 2, middle + WINDOW // 2 + 1)


def _medians(took: list[tuple[float, float]]) -> tuple[float, float]:
    ingesting, evaluating = zip(*took, strict=True)
    return statistics.median(ingesting), statistics.median(evaluating)


def _one_run(engine: Engine, cases: int, number: int) -> tuple[float, float]:
    """Store and evaluate one run; the seconds each took."""
    report = junit(cases, shift=number, failing_every=FAILING_EVERY)
    at = NOW + timedelta(days=1) * number / RUNS_A_DAY
    ingesting = ingest(engine, report, number=number, at=at, sha=f"{number:040x}")
    found = a_run(engine, number, at=at, sha=f"{number:040x}")

    def act() -> None:
        with unit_of_work(engine) as session:
            evaluate(session, repository(), found, now=at, request_id="bench")

    return ingesting, seconds_of(act)
