"""A check run from its opening to its end."""

from dataclasses import replace

import pytest

from app.core.decide import Cause
from app.core.policy.names import CheckConclusion
from app.core.publishing import CheckStatus
from app.render.check import check_run
from app.render.run_view import RunFacts, run_view
from app.render.view import Conclusion, JobLine
from app.render.words import check as words_check
from tests.render.views import case, facts, job

NOTHING = facts(passed=0, public_url=None)
GAP = JobLine("test", "The report a came with the last 5 runs of CI and not with this one.", "u")


def test_a_check_run_is_queued_until_something_begins() -> None:
    check = check_run(run_view(replace(NOTHING, waiting_for=("CI",), is_started=False)))

    assert (check.status, check.conclusion) == (CheckStatus.QUEUED, None)
    assert check.title == "CI is queued"
    assert check.summary == "Waiting for CI; this is updated when more is known."


def test_it_says_what_is_known_while_more_is_to_come() -> None:
    found = replace(facts(case("a"), jobs=(job(),)), waiting_for=("CI", "Nightly"))

    check = check_run(run_view(found))

    assert (check.status, check.conclusion) == (CheckStatus.IN_PROGRESS, None)
    assert check.title == "CI and Nightly are running · so far: 1 failure needs you"
    assert "Waiting for CI and Nightly; this is updated when more is known." in check.summary


def test_what_passed_so_far_is_no_result() -> None:
    check = check_run(run_view(replace(facts(), waiting_for=("CI",))))

    assert check.title == "CI is running"
    assert "passed" not in check.summary


def test_where_nothing_was_tested_it_ends_with_the_reason_and_never_as_a_success() -> None:
    ending = (words_check.nothing_tested_title(["CI"]), words_check.nothing_tested(["CI"]))

    check = check_run(run_view(replace(NOTHING, ending=ending)))

    assert (check.title, check.conclusion) == ("Nothing was tested: CI was skipped", "neutral")
    assert check.summary == (
        "CI was skipped on this commit, by a condition or a path filter, so there is no report "
        "and nothing to say of its tests."
    )


EXCUSED = facts(case("a", Cause.FLAKY), jobs=(job(),))


@pytest.mark.parametrize(
    ("found", "neutral", "fail"),
    [
        (facts(), Conclusion.SUCCESS, Conclusion.SUCCESS),
        (EXCUSED, Conclusion.NEUTRAL, Conclusion.SUCCESS),
        (facts(case("a"), jobs=(job(),)), Conclusion.NEUTRAL, Conclusion.FAILURE),
        (facts(without_report=(job("lint"),)), Conclusion.NEUTRAL, Conclusion.FAILURE),
        (replace(EXCUSED, gaps=(GAP,)), Conclusion.NEUTRAL, Conclusion.FAILURE),
        (replace(facts(), gaps=(GAP,)), Conclusion.NEUTRAL, Conclusion.FAILURE),
    ],
)
def test_the_policy_says_how_it_ends(
    found: RunFacts, neutral: Conclusion, fail: Conclusion
) -> None:
    assert run_view(found).conclusion is neutral
    assert run_view(replace(found, check=CheckConclusion.FAIL)).conclusion is fail


def test_little_history_is_said_where_something_failed() -> None:
    red = run_view(replace(facts(case("a"), jobs=(job(),)), runs_seen=3))
    green = run_view(replace(facts(), runs_seen=3))

    assert red.warnings == (
        "3 runs seen of main so far: what is new and what is known rests on little history yet.",
    )
    assert green.warnings == ()


def test_many_workflows_are_named_in_part() -> None:
    assert words_check.together(["a"]) == "a"
    assert words_check.together(["a", "b", "c"]) == "a, b and c"
    assert words_check.together(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"
