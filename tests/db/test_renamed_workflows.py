"""A workflow that is called otherwise by now is the same; one of its name may be another."""

from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest

from app.clock import utc_now
from app.core.reports import Limits
from app.core.runs import Run, RunKey
from app.db import aliases, changes, expected, reruns, runs
from app.db.session import Engine, unit_of_work
from app.services.ingest.origins import Origin
from app.services.ingest.runs import ingest_report
from tests.db.shelf import REPO, Shelf, junit, passed

HOUR = timedelta(hours=1)
CI = ".github/workflows/ci.yml"


@pytest.fixture
def shelf(engine: Engine) -> Shelf:
    """Three runs of CI, oldest first, of which each brought a report."""
    made = Shelf(engine, utc_now())
    made.open()
    for number in (1, 2, 3):
        run = run_of(made, number, "CI", CI)
        report = BytesIO(junit(passed("adds")))
        origin = Origin(run, "test", None)
        ingest_report(engine, origin, "a.xml", report, now=made.now, limits=Limits())
    return made


def run_of(shelf: Shelf, number: int, workflow: str, path: str) -> Run:
    at = shelf.now - (10 - number) * HOUR
    run = replace(
        shelf.origin(0, at=shelf.now - 20 * HOUR).run,
        key=RunKey(REPO, number, 1),
        workflow=workflow,
        workflow_path=path,
        head_sha=f"sha{number}",
        started_at=at,
        ended_at=at,
    )
    with unit_of_work(shelf.engine) as session:
        runs.note_run(session, run)
    return run


def test_a_renamed_workflow_is_waited_for_and_missed_as_before(shelf: Shelf) -> None:
    renamed = run_of(shelf, 4, "Tests", CI)

    with unit_of_work(shelf.engine) as session:
        reporting = expected.reporting(session, REPO, [renamed])
        before = expected.brought_before(session, renamed)

    assert reporting == {"Tests"}
    assert ([one.variant for one in before.usual], before.looked_at) == (["test"], 3)


def test_of_another_file_of_that_name_no_report_is_missed(shelf: Shelf) -> None:
    other = run_of(shelf, 4, "CI", ".github/workflows/lint.yml")

    with unit_of_work(shelf.engine) as session:
        before = expected.brought_before(session, other)

    assert before.looked_at == 0


def test_a_renamed_workflow_goes_on_from_the_commit_that_it_tested_last(shelf: Shelf) -> None:
    renamed = run_of(shelf, 4, "Tests", CI)
    origin = Origin(renamed, "test", None)
    report = BytesIO(junit(passed("adds two")))
    ingest_report(shelf.engine, origin, "a.xml", report, now=shelf.now, limits=Limits())

    with unit_of_work(shelf.engine) as session:
        since = changes.on_default(session, renamed).since
        gone = aliases.gone(session, renamed)

    assert since == "sha3"
    assert [one.name for one in gone] == ["adds"]


def test_a_renamed_workflow_that_runs_is_busy(shelf: Shelf) -> None:
    under_way = replace(run_of(shelf, 4, "Tests", CI), key=RunKey(REPO, 5, 1), status="in_progress")
    with unit_of_work(shelf.engine) as session:
        runs.note_run(session, under_way)

        assert reruns.is_busy(session, REPO, 3, since=shelf.now - 20 * HOUR)
