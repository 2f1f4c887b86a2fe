"""What a report says beside its executions, kept with its run or its cases."""

import pytest

from app.clock import utc_now
from app.core.outcomes import CaseDetail, Outcome, ReportedCase, ReportedExecution
from app.db import cases
from app.db.session import Engine, unit_of_work
from tests.db.shelf import REPO, Shelf, junit, passed


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


def test_what_is_named_like_a_report_and_is_none_is_said_beside_the_reports(shelf: Shelf) -> None:
    members = {
        "junit.xml": junit(passed("adds")),
        "results.json": b'{"lint": []}',
        "a/TEST-b.xml": b"<checkstyle/>",
        "notes.json": b"{}",
    }

    for _ in range(2):  # a re-delivered artifact says it once
        shelf.store_zip(members)

    (row,) = shelf.rows("SELECT path, warnings, refusal FROM report")
    assert row["refusal"] is None
    assert [one for one in row["warnings"] if "named like" in one] == [
        "“results.json” in the archive and 1 more are named like reports, but of no format we read;"
        " they were left out."
    ]
