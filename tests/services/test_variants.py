"""Whose a variant is, remembered: by many who ask at once, beyond retention, and once a report."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO
from time import sleep

import pytest
from sqlalchemy import event, text

from app.clock import utc_now
from app.core.artifacts import BoundArtifact
from app.core.reports import Limits
from app.core.runs import Artifact, BranchClass, Run, RunKey
from app.db import runs, variants
from app.db.session import Engine, unit_of_work
from app.services.ingest.origins import Origin
from app.services.ingest.runs import ingest_report
from app.services.ingest.variants import looked_up, variant_of
from tests.db.shelf import REPO, Shelf, junit, passed

MANY = 6
WAITING = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
REPORT = junit(passed("adds"))


@pytest.fixture
def shelf(engine: Engine) -> Shelf:
    made = Shelf(engine, utc_now())
    made.open()
    return made


def run_of(shelf: Shelf, number: int, workflow: str, file: str | None = None, **more: str) -> Run:
    """A run of the default branch, of a commit of its own, known to the database."""
    run = replace(
        shelf.origin(0).run,
        key=RunKey(REPO, number, 1),
        workflow=workflow,
        workflow_path=None if file is None else f".github/workflows/{file}",
        head_sha=more.get("sha", f"sha{number}"),
        branch_class=BranchClass(more.get("line", "default")),
    )
    with unit_of_work(shelf.engine) as session:
        runs.note_run(session, run)
    return run


def asking(shelf: Shelf, run: Run) -> Callable[[], str]:
    def ask() -> str:
        with unit_of_work(shelf.engine) as session:
            return variant_of(session, run, "test")

    return ask


def at_once(shelf: Shelf, asked: list[Callable[[], str]]) -> list[str]:
    """What they hear who all found nothing there, and then wait for each other."""
    with ThreadPoolExecutor(len(asked)) as pool:
        with unit_of_work(shelf.engine) as session:
            variants.lock(session, REPO)
            heard = [pool.submit(one) for one in asked]
            while session.execute(WAITING).scalar_one() < len(asked):
                assert not any(one.done() for one in heard), "somebody did not wait"
                sleep(0.01)
        return [one.result() for one in heard]


def test_of_many_workflows_that_ask_at_once_one_comes_first(shelf: Shelf) -> None:
    ours = [run_of(shelf, one, f"w{one}", f"w{one}.yml", sha="a") for one in range(1, MANY + 1)]

    heard = at_once(shelf, [asking(shelf, one) for one in ours])

    led = {f"w{one} / test" for one in range(1, MANY + 1)}
    assert len(set(heard)) == MANY
    assert heard.count("test") == 1
    assert set(heard) - {"test"} < led
    assert [asking(shelf, one)() for one in ours] == heard


def test_many_runs_of_one_workflow_that_come_first_at_once_have_one_job(shelf: Shelf) -> None:
    ours = [run_of(shelf, one, "CI", "ci.yml") for one in range(1, MANY + 1)]

    heard = at_once(shelf, [asking(shelf, one) for one in ours])

    assert set(heard) == {"test"}
    assert shelf.count("variant") == 1


def test_a_variant_stays_its_workflow_s_when_nothing_of_it_is_kept(shelf: Shelf) -> None:
    asking(shelf, run_of(shelf, 1, "CI", "ci.yml", sha="a"))()
    asking(shelf, run_of(shelf, 2, "nightly", "nightly.yml", sha="a"))()
    with unit_of_work(shelf.engine) as session:
        session.execute(text("DELETE FROM run"))

    found = [
        asking(shelf, run_of(shelf, number, name, f"{name}.yml", sha="b"))()
        for number, name in ((3, "nightly"), (4, "ci"))
    ]

    assert found == ["nightly / test", "test"]


def test_what_was_stored_before_its_job_had_a_name_of_its_own_is_not_stored_again(
    shelf: Shelf,
) -> None:
    """Nor are the attempts of one run two jobs."""
    nightly = run_of(shelf, 1, "nightly", "nightly.yml")
    origin = Origin(nightly, "test", None)
    ingest_report(shelf.engine, origin, "a.xml", BytesIO(REPORT), now=shelf.now, limits=Limits())
    asking(shelf, run_of(shelf, 2, "CI", "ci.yml"))()

    again = asking(shelf, replace(nightly, key=replace(nightly.key, attempt=2)))()
    next_one = asking(shelf, run_of(shelf, 3, "nightly", "nightly.yml"))()

    assert (again, next_one) == ("test", "nightly / test")


def test_where_two_come_to_test_one_line_the_older_keeps_the_name(shelf: Shelf) -> None:
    """A nightly run may come before the first of the default branch's own."""
    on_pull = asking(shelf, run_of(shelf, 1, "CI", "ci.yml", line="pull_request"))()
    nightly = asking(shelf, run_of(shelf, 2, "nightly", "nightly.yml"))()

    on_main = asking(shelf, run_of(shelf, 3, "CI", "ci.yml"))()
    next_night = asking(shelf, run_of(shelf, 4, "nightly", "nightly.yml"))()

    assert (on_pull, nightly, on_main, next_night) == ("test", "test", "test", "nightly / test")


def test_the_younger_takes_its_other_lines_along(shelf: Shelf) -> None:
    asking(shelf, run_of(shelf, 1, "CI", "ci.yml"))()
    asking(shelf, run_of(shelf, 2, "e2e", "e2e.yml", line="pull_request"))()

    found = [
        asking(shelf, run_of(shelf, number, "e2e", "e2e.yml", line=line))()
        for number, line in ((3, "default"), (4, "pull_request"))
    ]

    assert found == ["e2e / test"] * 2


def test_the_path_is_learned_from_the_name_and_the_name_from_the_path(shelf: Shelf) -> None:
    told = [("CI", None), ("CI", "ci.yml"), ("Tests", "ci.yml"), ("Tests", None)]

    found = [
        asking(shelf, run_of(shelf, number, name, file))()
        for number, (name, file) in enumerate(told, start=1)
    ]

    assert found == ["test"] * 4
    [row] = shelf.rows("SELECT workflow, workflow_path FROM variant")
    assert dict(row) == {"workflow": "Tests", "workflow_path": ".github/workflows/ci.yml"}


def test_a_workflow_without_a_name_is_called_as_its_file(shelf: Shelf) -> None:
    asking(shelf, run_of(shelf, 1, "CI", "ci.yml"))()

    found = asking(shelf, run_of(shelf, 2, ".github/workflows/e2e.yml", "e2e.yml"))()

    assert found == "e2e.yml / test"


def test_a_job_that_is_called_as_another_s_variant_is_nobody_else_s(shelf: Shelf) -> None:
    """A called workflow's jobs are led by the calling job's name."""

    def variant(run: Run, told: str) -> str:
        with unit_of_work(shelf.engine) as session:
            return variant_of(session, run, told)

    ci = run_of(shelf, 1, "CI", "ci.yml", sha="a")
    nightly = run_of(shelf, 2, "nightly", "nightly.yml", sha="a")

    found = [variant(ci, "test"), variant(ci, "nightly / test"), variant(nightly, "test")]

    assert found == ["test", "nightly / test", "nightly.yml / test"]


def test_what_a_renamed_workflow_s_job_was_called_is_its_own_still(shelf: Shelf) -> None:
    def variant(run: Run, told: str) -> str:
        with unit_of_work(shelf.engine) as session:
            return variant_of(session, run, told)

    variant(run_of(shelf, 1, "CI", "ci.yml", sha="a"), "test")
    variant(run_of(shelf, 2, "nightly", "nightly.yml", sha="a"), "test")
    called = variant(run_of(shelf, 3, "CI", "ci.yml", line="pull_request"), "nightly / test")

    renamed = variant(run_of(shelf, 4, "By night", "nightly.yml", line="pull_request"), "test")
    again = variant(run_of(shelf, 5, "CI", "ci.yml", line="pull_request"), "nightly / test")

    assert (called, renamed, again) == ("nightly / test", "nightly / test", "CI / nightly / test")


def test_where_nothing_changed_it_is_one_look_for_all_artifacts(
    shelf: Shelf, engine: Engine
) -> None:
    run = run_of(shelf, 1, "CI", "ci.yml")
    asking(shelf, run)()
    artifacts = [bound(number, told) for number, told in enumerate(("test", "lint", "test"))]
    said: list[str] = []

    def note(connection: object, cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        found = looked_up(engine, run, artifacts)
    finally:
        event.remove(engine, "before_cursor_execute", note)

    assert [(one.variant, one.is_placed) for one in found] == [
        ("test", True),
        ("lint", False),
        ("test", True),
    ]
    assert [one.split()[0] for one in said] == ["SELECT"]


def test_artifacts_that_are_looked_up_go_by_their_workflow_s_name(
    shelf: Shelf, engine: Engine
) -> None:
    asking(shelf, run_of(shelf, 1, "CI", "ci.yml", sha="a"))()
    nightly = run_of(shelf, 2, "nightly", "nightly.yml", sha="a")
    asking(shelf, nightly)()

    [found] = looked_up(engine, nightly, [bound(1, "test")])

    assert (found.variant, found.is_placed) == ("nightly / test", True)


def bound(number: int, told: str) -> BoundArtifact:
    artifact = Artifact(number, f"results-{told}", 10, utc_now(), is_expired=False)
    return BoundArtifact(artifact, None, told)
