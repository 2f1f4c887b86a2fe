"""What flakes cost, and how right we were: the figures, by hand."""

from dataclasses import replace
from uuid import UUID

import pytest

from app.core.accuracy import Correction, Feedback, accuracy_of
from app.core.costs import Cost, Failure, RerunJob, costs_of, rates_in
from app.core.plan import Hidden
from app.render.words.plan import calibration_said, cost_said, hidden_said

ONE, TWO = UUID(int=1), UUID(int=2)


def failure(
    case: UUID, run: int, *, attempt: int = 1, pr: int | None = None, is_flake: bool = True
) -> Failure:
    return Failure(case, run, attempt, "test", pr, is_flake)


def test_a_rerun_is_shared_by_all_cases_that_failed_before_it() -> None:
    failures = [failure(ONE, 7), failure(TWO, 7), failure(ONE, 8)]
    jobs = [RerunJob(7, 1, 10.0, ("ubuntu",)), RerunJob(8, 1, 4.0, ("mac",))]

    found = costs_of(failures, jobs, rates=rates_in(["ubuntu=0.01", "*=0.1"]))

    one, two = found.cases[ONE], found.cases[TWO]
    assert (one.failed_runs, one.reruns, one.minutes) == (2, 1.5, 9.0)
    assert one.money == pytest.approx(0.05 + 0.4)
    assert (two.failed_runs, two.reruns, two.minutes, two.money) == (1, 0.5, 5.0, 0.05)
    assert (found.whole.failed_runs, found.whole.reruns, found.whole.minutes) == (2, 2.0, 14.0)


def test_labels_and_rates_do_not_mind_capitals() -> None:
    jobs = [RerunJob(7, 1, 10.0, ("self-hosted", "Linux", "X64"))]

    found = costs_of([failure(ONE, 7)], jobs, rates=rates_in([" LINUX =0.01"]))

    assert found.whole.money == pytest.approx(0.1)
    assert found.whole.unrated == 0.0


def test_minutes_without_a_rate_cost_what_nobody_knows() -> None:
    jobs = [RerunJob(7, 1, 10.0, ("ubuntu",)), RerunJob(8, 1, 4.0, ("mac",))]
    failures = [failure(ONE, 7), failure(TWO, 8)]

    found = costs_of(failures, jobs, rates=rates_in(["ubuntu=0.01"]))
    free = costs_of(failures, jobs, rates=rates_in(["ubuntu=0.01", "*=0"]))
    unset = costs_of(failures, jobs, rates={})

    assert (found.whole.minutes, found.whole.unrated) == (14.0, 4.0)
    assert cost_said(found.whole) == (
        "2 failed runs, 2 re-runs, 14 job minutes (4 without a rate), 0.10 of money"
    )
    assert cost_said(found.cases[TWO]) == "1 failed run, 1 re-run, 4 job minutes without a rate"
    assert cost_said(free.cases[TWO]) == "1 failed run, 1 re-run, 4 job minutes, 0.00 of money"
    assert cost_said(unset.cases[TWO]) == "1 failed run, 1 re-run, 4 job minutes"


def test_what_was_no_flake_takes_its_share_away_and_costs_nothing() -> None:
    failures = [failure(ONE, 7), failure(TWO, 7, is_flake=False)]

    found = costs_of(failures, [RerunJob(7, 1, 10.0, ())], rates={})

    assert TWO not in found.cases
    assert (found.whole.minutes, found.whole.money) == (5.0, None)


def test_a_case_that_flaked_in_two_jobs_of_a_run_counts_once() -> None:
    twice = [failure(ONE, 7), Failure(ONE, 7, 1, "other", None, True)]

    found = costs_of(twice, [RerunJob(7, 1, 10.0, ())], rates={})

    assert (found.cases[ONE].failed_runs, found.cases[ONE].minutes) == (1, 10.0)


def test_a_pull_request_is_rescued_when_nothing_failed_but_flakes() -> None:
    failures = [
        failure(ONE, 7, pr=12),
        failure(ONE, 8, pr=13),
        failure(TWO, 8, pr=13, is_flake=False),
        failure(ONE, 9),
        replace(failure(ONE, 10, pr=14), is_red=False),
    ]

    found = costs_of(failures, [], rates={})

    assert (found.whole.rescued, found.cases[ONE].rescued) == ({12}, {12})


def test_precision_and_calibration_come_from_what_turned_out() -> None:
    right = [Feedback(Correction.PROVEN_FIX, 0.95)] * 3
    wrong = [Feedback(Correction.NOT_FLAKY, 0.95), Feedback(Correction.TURNED_BROKEN, 0.5)]

    found = accuracy_of([*right, *wrong])

    assert (found.right, found.wrong, found.precision) == (3, 2, 0.6)
    low, high = found.precision_interval
    assert low < 0.6 < high
    assert found.brier == pytest.approx((3 * 0.05**2 + 0.95**2 + 0.5**2) / 5)
    assert [(one.low, one.count, one.right) for one in found.calibration] == [
        (0.4, 1, 0.0),
        (0.8, 4, 0.75),
    ]
    assert [calibration_said(one) for one in found.calibration] == [
        "Where 0.4 to 0.6 was shown (0.50 on average): 0 of 1 case flaky, 0 % (95 %: 0 % to 79 %).",
        "Where 0.8 to 1.0 was shown (0.95 on average): 3 of 4 cases flaky, 75 % "
        "(95 %: 30 % to 95 %).",
    ]


def test_nothing_corrected_says_nothing() -> None:
    found = accuracy_of([])

    assert (found.precision, found.brier, found.calibration) == (None, None, ())


def test_what_was_lost_and_hidden_is_said_in_numbers_that_agree_with_their_nouns() -> None:
    assert cost_said(Cost(failed_runs=1, reruns=1.0, minutes=1.2)) == (
        "1 failed run, 1 re-run, 1 job minute"
    )
    assert cost_said(Cost(3, 1.5, 12, 0.104, {4})) == (
        "3 failed runs, 1.5 re-runs, 12 job minutes, 0.10 of money, 1 pull request rescued"
    )
    assert hidden_said(Hidden(2, 1)) == (
        "Holding it would have excused 2 flakes, and hidden 1 failure that was no flake."
    )
    assert hidden_said(Hidden(1, 0)) == "Holding it would have excused 1 flake and hidden nothing."
