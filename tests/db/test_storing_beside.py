"""What a report says beside its executions, kept with its run or its cases."""

import pytest

from app.clock import utc_now
from app.core.outcomes import CaseDetail, Outcome, ReportedCase, ReportedExecution
from app.db import cases
from app.db.session import Engine, unit_of_work
from tests.db.shelf import REPO, Shelf


@pytest.fixture
def shelf(engine: Engine) -> Shelf:
    made = Shelf(engine, utc_now())
    made.open()
    return made


def test_what_a_report_measures_is_kept_with_its_run_once(shelf: Shelf) -> None:
    told = "".join(
        f'{{"Action": "{action}", "Package": "p", "Output": "coverage: 45.3% of statements"}}\n'
        for action in ("output", "pass")
    )

    shelf.store(told.encode())
    shelf.store(told.encode() + b"\n")

    rows = shelf.rows("SELECT source, name, value, unit FROM measurement")
    assert [(row["name"], row["value"], row["unit"]) for row in rows] == [
        ("coverage.statements", 45.3, "percent")
    ]
    assert rows[0]["source"].endswith(" p")


def test_secrets_among_a_case_s_properties_are_masked(shelf: Shelf) -> None:
    said = (("db_password", "hunter2"), ("seen", "ghp_" + "a1" * 18), ("level", "smoke"))
    last = ReportedExecution(Outcome.PASSED)
    told = ReportedCase("u", "C", "n", "", None, None, last, detail=CaseDetail(properties=said))

    with unit_of_work(shelf.engine) as session:
        cases.add(session, REPO, [told], now=shelf.now, is_trusted=True)

    (row,) = shelf.rows("SELECT properties FROM case_")
    assert row["properties"] == {"db_password": "***", "seen": "***", "level": "smoke"}
