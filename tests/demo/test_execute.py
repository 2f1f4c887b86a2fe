"""Really running histories: order, dates, conclusions, re-runs, and the end of it all."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest

from app.core.errors import FlakeGuardError
from app.demo.causes import FLAKY, causes_shown
from app.demo.execute import LINT_JOB, TEST_JOB, Conclusion, FinishedRun, execute
from app.demo.history import build_history
from app.demo.records import History, PlannedRun, TruthState
from app.demo.script import Trouble

NOW = datetime(2026, 11, 21, 2, tzinfo=UTC)


def finished(history: History, folder: Path) -> list[FinishedRun]:
    return list(execute(history, folder, processes=2, on_progress=lambda done, of: None))


def only(history: History, *runs: PlannedRun) -> History:
    return replace(history, runs=runs)


def troubled(history: History, trouble: Trouble) -> PlannedRun:
    return next(run for run in history.runs if run.trouble is trouble)


def failures(report: bytes) -> set[str]:
    cases = ElementTree.fromstring(report).iter("testcase")
    bad = [case for case in cases if case.find("failure") is not None]
    return {f"{case.get('file')}::{case.get('name')}" for case in bad}


def conclusions(run: FinishedRun) -> dict[str, Conclusion]:
    return {job.name: job.conclusion for job in run.jobs}


def test_every_attempt_fails_by_its_circumstances_or_by_its_code(tmp_path: Path) -> None:
    history = build_history(now=NOW, size="small")
    seen: list[tuple[int, int]] = []

    runs = list(
        execute(history, tmp_path, processes=2, on_progress=lambda n, of: seen.append((n, of)))
    )

    for run in runs:
        tree = history.trees[run.run.head_sha]
        causes = causes_shown(run.attempt.circumstances, tree)
        by_weather = {FLAKY[cause] for cause in causes}
        report = run.jobs[0].report
        assert report is not None
        failed = failures(report)
        assert by_weather <= failed
        assert all(is_broken(history, case) for case in failed - by_weather)
    planned = sum(len(run.attempts) for run in history.runs)
    assert seen == [(n, planned) for n in range(1, planned + 1)]
    ends = [run.attempt.completed_at for run in runs]
    assert ends == sorted(ends)


def is_broken(history: History, case: str) -> bool:
    return history.truth[case].state in {TruthState.REGRESSED, TruthState.PR_BUG}


def test_the_regression_is_red_from_its_commit_to_its_fix(tmp_path: Path) -> None:
    history = build_history(now=NOW)
    titles = {commit.sha: commit.message for commit in history.commits}
    spell = [run for run in history.runs if run.pr is None]
    first = next(i for i, r in enumerate(spell) if "Simplify" in titles[r.head_sha])
    last = next(i for i, r in enumerate(spell) if "exactly fifty" in titles[r.head_sha])
    around = [replace(run, attempts=run.attempts[:1]) for run in spell[first - 1 : last + 1]]

    runs = finished(only(history, *around), tmp_path)

    broken = "tests/test_shipping.py::test_orders_of_exactly_fifty_ship_free"
    reports = [run.jobs[0].report for run in runs]
    red = [broken in failures(report) for report in reports if report is not None]
    assert red == [False, *[True] * (last - first), False]
    assert last - first >= 3


def test_one_attempt_run_twice_tells_the_same(tmp_path: Path) -> None:
    history = build_history(now=NOW)
    run = next(run for run in history.runs if len(run.attempts) > 1 and run.pr is None)

    one = finished(only(history, run), tmp_path / "one")
    other = finished(only(history, run), tmp_path / "other")

    assert [outcomes(attempt) for attempt in one] == [outcomes(attempt) for attempt in other]
    assert len(one) == 2


def outcomes(run: FinishedRun) -> tuple[object, ...]:
    report = run.jobs[0].report
    assert report is not None
    cases = ElementTree.fromstring(report).iter("testcase")
    said = [(case.get("file"), case.get("name"), [part.tag for part in case]) for case in cases]
    return (conclusions(run), said)


def test_the_report_is_dated_by_the_history_and_points_into_the_project(tmp_path: Path) -> None:
    history = build_history(now=NOW)

    calm = next(run for run in history.runs if len(run.attempts) == 1)

    run = finished(only(history, calm), tmp_path)[0]

    report = run.jobs[0].report
    assert report is not None
    suite = ElementTree.fromstring(report).find("testsuite")
    assert suite is not None
    dated = datetime.fromisoformat(suite.get("timestamp") or "")
    assert run.attempt.started_at <= dated <= run.attempt.completed_at
    assert suite.get("hostname") == "runner"
    for case in suite.iter("testcase"):
        assert (case.get("file") or "") in history.trees[run.run.head_sha]
        assert int(case.get("line") or "") > 0
    assert str(tmp_path).encode() not in report


def test_a_run_that_turns_green_is_not_run_again(tmp_path: Path) -> None:
    history = build_history(now=NOW)
    run = next(run for run in history.runs if len(run.attempts) > 1 and run.pr is None)
    green = replace(run.attempts[1], number=1)

    runs = finished(only(history, replace(run, attempts=(green, run.attempts[1]))), tmp_path)

    assert [attempt.conclusion for attempt in runs] == [Conclusion.SUCCESS]


def test_tests_that_cannot_be_collected_leave_no_report(tmp_path: Path) -> None:
    history = build_history(now=NOW)

    (run,) = finished(only(history, troubled(history, Trouble.BUILD)), tmp_path)

    assert conclusions(run) == {TEST_JOB: "failure", LINT_JOB: "success"}
    assert run.jobs[0].report is None


def test_a_lint_job_fails_beside_green_tests(tmp_path: Path) -> None:
    history = build_history(now=NOW)

    (run,) = finished(only(history, troubled(history, Trouble.LINT)), tmp_path)

    assert conclusions(run) == {TEST_JOB: "success", LINT_JOB: "failure"}
    assert run.conclusion is Conclusion.FAILURE
    assert run.jobs[1].report is None


def test_tests_that_never_end_are_timed_out(tmp_path: Path) -> None:
    history = build_history(now=NOW)

    (run,) = finished(only(history, troubled(history, Trouble.HANG)), tmp_path)

    assert conclusions(run) == {TEST_JOB: "timed_out", LINT_JOB: "success"}
    assert run.conclusion is Conclusion.TIMED_OUT
    assert run.jobs[0].report is None


def test_a_project_that_cannot_be_run_is_said(tmp_path: Path) -> None:
    history = build_history(now=NOW)
    run = history.runs[0]
    tree = {
        path: text for path, text in history.trees[run.head_sha].items() if "weather" not in path
    }

    with pytest.raises(FlakeGuardError, match=r"could not be run by .* said: .*ci\.weather"):
        finished(replace(history, runs=(run,), trees={run.head_sha: tree}), tmp_path)


@pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="looks for processes in /proc")
def test_closing_ends_every_process(tmp_path: Path) -> None:
    history = build_history(now=NOW)
    quick = next(run for run in history.runs if len(run.attempts) == 1)
    hang = troubled(history, Trouble.HANG)
    runs = execute(
        only(history, quick, hang), tmp_path, processes=2, on_progress=lambda n, of: None
    )

    next(runs)
    at_work = list(living_in(tmp_path))
    runs.close()

    assert len(at_work) == 1
    assert list(living_in(tmp_path)) == []


def living_in(folder: Path) -> Iterator[str]:
    """Processes of ours whose working directory lies in the folder."""
    for process in Path("/proc").iterdir():
        try:
            if (process / "cwd").readlink().is_relative_to(folder):
                yield (process / "cmdline").read_text()
        except OSError:
            continue
