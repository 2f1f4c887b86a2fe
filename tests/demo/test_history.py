"""The six weeks of the shop, as data."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.demo.causes import Cause, causes_shown
from app.demo.history import build_history
from app.demo.project import changed_files
from app.demo.records import Event, History, TruthState
from app.demo.script import Trouble

NOW = datetime(2026, 11, 21, 2, tzinfo=UTC)
HOURS = 24 * 365 * 5
MOMENTS = st.integers(0, HOURS).map(lambda hours: NOW - timedelta(hours=hours))


def test_the_history_has_the_size_of_six_weeks_of_a_small_team() -> None:
    history = build_history(now=NOW)

    on_main = [run for run in history.runs if run.event is Event.PUSH]
    attempts = [attempt for run in history.runs for attempt in run.attempts]
    assert len(on_main) == 40
    assert len(history.pulls) == 12
    assert sum(len(pull.pushes) == 2 for pull in history.pulls) == 7
    assert 75 <= len(attempts) <= 95


def test_the_short_history_is_a_part_of_it() -> None:
    history = build_history(now=NOW, size="small")

    assert sum(run.event is Event.PUSH for run in history.runs) == 8
    assert len(history.pulls) == 3
    assert sum(pull.is_fork for pull in history.pulls) == 1


def test_the_same_seed_tells_the_same_history_and_another_one_another() -> None:
    assert build_history(now=NOW, seed=5) == build_history(now=NOW, seed=5)
    assert build_history(now=NOW, seed=5) != build_history(now=NOW, seed=6)


def test_what_each_case_is_stands_in_the_truth() -> None:
    truth = build_history(now=NOW).truth

    states = [what.state for what in truth.values()]
    assert states.count(TruthState.FLAKY) == 9
    assert states.count(TruthState.HEALTHY) > 50
    assert {case: (what.state, what.cause) for case, what in truth.items() if _is_broken(what)} == {
        "tests/test_shipping.py::test_orders_of_exactly_fifty_ship_free": (
            TruthState.REGRESSED,
            "Simplify the parcel's price",
        ),
        "tests/test_coupons.py::test_a_share_comes_before_an_amount": (
            TruthState.PR_BUG,
            "Let coupons stack",
        ),
        "tests/test_coupons.py::test_coupons_stack": (TruthState.PR_BUG, "Let coupons stack"),
    }


def _is_broken(what: object) -> bool:
    return getattr(what, "state", None) in {TruthState.REGRESSED, TruthState.PR_BUG}


def test_pull_requests_end_in_every_way() -> None:
    pulls = build_history(now=NOW).pulls

    ends = {pull.branch: (pull.merged_at is not None, pull.closed_at is not None) for pull in pulls}
    assert ends["gift-wrapping"] == (True, True)
    assert ends["tax-per-line"] == (False, True)
    assert ends["stacked-coupons"] == (False, False)
    assert ends["low-bulbs"] == (False, False)
    assert [pull.branch for pull in pulls if pull.is_fork] == ["zloty"]
    assert [pull.number for pull in pulls] == sorted({pull.number for pull in pulls})


def test_some_red_jobs_are_no_cases_fault() -> None:
    runs = build_history(now=NOW).runs

    troubles = [run.trouble for run in runs if run.trouble is not None]
    assert sorted(troubles) == [Trouble.BUILD, Trouble.HANG, Trouble.LINT]


def test_every_commit_says_truly_what_it_changed() -> None:
    history = build_history(now=NOW)

    for before, commit in zip(history.commits, history.commits[1:], strict=False):
        assert commit.parent == before.sha
        assert commit.at > before.at
        assert commit.changed == changed_files(history.trees[before.sha], history.trees[commit.sha])
        assert commit.changed


def test_every_run_names_code_that_is_there() -> None:
    history = build_history(now=NOW)
    on_main = {commit.sha: commit for commit in history.commits}

    for run in history.runs:
        assert run.head_sha in history.trees
        if run.base_sha is not None:
            assert run.head_sha not in on_main
            assert on_main[run.base_sha].at < run.at
    assert len({run.run_id for run in history.runs}) == len(history.runs)


@settings(max_examples=15)
@given(now=MOMENTS, seed=st.integers(0, 10**6))
@example(now=NOW, seed=22892)  # not every run that is re-run was struck by the weather
def test_everything_happens_within_the_six_weeks_before_now(now: datetime, seed: int) -> None:
    history = build_history(now=now, seed=seed)

    times = [run.at for run in history.runs]
    assert times == sorted(times)
    assert times[0] >= now - timedelta(days=43)
    for run in history.runs:
        edges = [
            edge
            for attempt in run.attempts
            for edge in (attempt.at, attempt.started_at, attempt.completed_at)
        ]
        assert edges == sorted(edges)
        assert run.at <= edges[0]
        assert edges[-1] < now


@settings(max_examples=15)
@given(now=MOMENTS, seed=st.integers(0, 10**6))
def test_every_cause_comes_and_goes_on_the_same_code_on_three_days(
    now: datetime, seed: int
) -> None:
    history = build_history(now=now, seed=seed)

    days = days_of_proof(history)

    assert all(len(days[cause]) >= 3 for cause in Cause)


def days_of_proof(history: History) -> dict[Cause, set[date]]:
    """The days on which one attempt of trusted code meets a cause and another does not."""
    days: dict[Cause, set[date]] = defaultdict(set)
    for run in history.runs:
        tree = history.trees[run.head_sha]
        met = [causes_shown(attempt.circumstances, tree) for attempt in run.attempts]
        if len(met) > 1 and run.head_repo == "acme/shop":
            for cause in met[0] ^ met[1]:
                days[cause].add(run.at.date())
    return days
