"""What comes beside reports: attachments with their places, coverage totals; each once."""

import io
import zipfile
from datetime import timedelta
from uuid import UUID

import pytest

from app.clock import utc_now
from app.core.attachments import Kind
from app.db import artifacts
from app.db.session import Engine, unit_of_work
from tests.db.shelf import REPO, Shelf, junit, passed

SHOT = "cart-adds/test-failed-1.png"
JUNIT = junit(
    '<testcase classname="Cart" name="adds"><failure message="no"/>'
    f"<system-out>[[ATTACHMENT|test-results/{SHOT}]]</system-out></testcase>",
    passed("takes"),
)
COBERTURA = b"""<?xml version="1.0"?><coverage lines-valid="120" lines-covered="90"
 line-rate="0.75" branches-covered="0" branches-valid="0" branch-rate="0"/>"""


@pytest.fixture
def shelf(engine: Engine) -> Shelf:
    made = Shelf(engine, utc_now())
    made.open()
    return made


def case_of(shelf: Shelf, name: str) -> UUID:
    found: UUID = shelf.rows("SELECT case_id FROM case_ WHERE name = :name", name=name)[0][
        "case_id"
    ]
    return found


def test_an_attachment_that_a_report_names_is_found_in_the_archive(shelf: Shelf) -> None:
    shelf.store_zip({"junit.xml": JUNIT, SHOT: b"png"})

    with unit_of_work(shelf.engine) as session:
        found = artifacts.of_case(session, REPO, case_of(shelf, "adds"), now=shelf.now)

    assert [(one.kind, one.archive, one.path, one.size_bytes) for one in found] == [
        (Kind.SCREENSHOT, "results", SHOT, 3)
    ]


def test_an_archive_handed_in_twice_lists_every_attachment_once(shelf: Shelf) -> None:
    members = {"junit.xml": JUNIT, SHOT: b"png", "logs/server.log": b"began", "a/trace.zip": b"x"}

    shelf.store_zip(members)
    shelf.store_zip(members)

    with unit_of_work(shelf.engine) as session:
        found = artifacts.of_run(session, REPO, 1, now=shelf.now)
    assert [(one.kind, one.path, one.case_id is None) for one in found] == [
        (Kind.LOG, "logs/server.log", True),
        (Kind.SCREENSHOT, SHOT, False),
        (Kind.TRACE, "a/trace.zip", True),
    ]


def test_recorded_traces_are_no_archives_of_reports_however_many_there_are(shelf: Shelf) -> None:
    trace = io.BytesIO()
    with zipfile.ZipFile(trace, "w") as archive:
        archive.writestr("trace.network", "{}")
    traces = {f"case-{number}/trace.zip": trace.getvalue() for number in range(30)}

    known = shelf.store_zip({"junit.xml": JUNIT, **traces})

    assert [one.is_read for one in known] == [True]
    assert shelf.count("artifact") == 31


def test_each_kind_goes_in_its_own_time_but_never_within_a_week_of_receipt(shelf: Shelf) -> None:
    shelf.store_zip({"junit.xml": JUNIT, SHOT: b"png", "v.webm": b"v", "server.log": b"l"})

    rows = shelf.rows("SELECT kind, keep_until - at AS kept FROM artifact ORDER BY kind")

    assert {row["kind"]: row["kept"] for row in rows} == {
        "log": timedelta(days=30),
        "screenshot": timedelta(days=7),
        "video": timedelta(days=14),
    }


def test_what_has_expired_is_shown_no_more(shelf: Shelf) -> None:
    shelf.store_zip({"junit.xml": JUNIT, SHOT: b"png"})

    with unit_of_work(shelf.engine) as session:
        later = shelf.now + timedelta(days=8)
        found = artifacts.of_case(session, REPO, case_of(shelf, "adds"), now=later)

    assert found == []


def test_coverage_beside_a_report_becomes_measurements_of_the_run_once(shelf: Shelf) -> None:
    members = {"junit.xml": JUNIT, "coverage/cobertura.xml": COBERTURA}
    shelf.store_zip(members)
    shelf.store_zip(members)

    with unit_of_work(shelf.engine) as session:
        found = artifacts.measured(
            session, REPO, "coverage.lines.covered", since=shelf.now - timedelta(days=1)
        )

    assert [(one.run_id, one.source, one.value, one.unit) for one in found] == [
        (1, "coverage/cobertura.xml", 90.0, "lines")
    ]
    assert shelf.count("measurement") == 2


def test_a_coverage_file_that_cannot_be_read_costs_no_test(shelf: Shelf) -> None:
    known = shelf.store_zip({"junit.xml": JUNIT, "coverage.xml": COBERTURA[:-2]})

    assert [one.is_read for one in known] == [True]
    assert shelf.count("measurement") == 0
    assert shelf.count("execution") == 2
