"""The memory of a worker that stores a report of 200 000 cases."""

import subprocess
import sys
from tempfile import NamedTemporaryFile

from tests.bench.figures import Better, Figure, Scale
from tests.bench.junit_files import junit
from tests.bench.servers import database_server, database_url, fresh_database

CASES = 200_000
MOST_MB = 300.0  # of the whole process
MB = 1024 * 1024

MEASURED = """
import sys
import jobs.worker
from app.db.session import engine_for
from tests.bench.figures import peak_memory
from tests.bench.ingest import ingest
engine = engine_for(sys.argv[1], pool_size=2)
before = peak_memory()
with open(sys.argv[2], "rb") as file:
    ingest(engine, file, number=int(sys.argv[3]))
print(before, peak_memory())
"""
"""Everything that a worker has loaded, and one report, read from its file as from a download."""


def run(scale: Scale) -> list[Figure]:
    """The peak for a new set of cases, and for one that is known."""
    cases = scale.of(CASES)
    figures = []
    with (
        database_server() as server,
        fresh_database(server, "memory"),
        NamedTemporaryFile(suffix=".xml") as file,
    ):
        file.write(junit(cases))
        file.flush()
        for number, name in ((1, "new cases"), (2, "known cases")):
            before, peak = _peak(database_url(server, "memory"), file.name, number)
            figures.append(
                Figure(
                    f"worker, {cases:,} {name}",
                    peak / MB,
                    "MB",
                    MOST_MB,
                    Better.LESS,
                    f"{before / MB:.0f} MB before",
                )
            )
    return figures


def _peak(url: str, path: str, number: int) -> tuple[int, int]:
    """Bytes before and at most while a process of its own stores the file."""
    said = subprocess.run(
        [sys.executable, "-c", MEASURED, url, path, str(number)],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    before, peak = said.split()
    return int(before), int(peak)
