"""A case's standing: flaky, broken, suspect or healthy, by its verdicts."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.decide import FLAKY_DAYS, State, score, standing_of
from app.core.evidence import Evidence, EvidenceKind, evidence
from app.core.statistics import wilson_interval
from app.core.verdicts import Sighting
from tests.core.sightings import (
    FAILED,
    PASSED,
    PR,
    START,
    histories,
    judged,
    on_main,
    on_pr,
    seen,
    standing,
)


def test_a_case_that_was_never_seen_is_healthy() -> None:
    found = standing_of([], branch="main")

    assert (found.state, found.rate, found.rate_interval) == (State.HEALTHY, 0.0, (0.0, 1.0))
    assert found.evidence == ()
    assert (found.first_detected_at, found.last_flake_at, found.last_failure_at) == (None,) * 3


@pytest.mark.parametrize(
    ("story", "state"),
    [
        ("PPPP", State.HEALTHY),
        ("PPPS", State.HEALTHY),
        ("SSSS", State.HEALTHY),
        ("PPPF", State.HEALTHY),
        ("PFPF", State.HEALTHY),
        ("PPXP", State.SUSPECT),
        ("PXXP", State.FLAKY),
        ("PXPPX", State.FLAKY),
        ("PPFF", State.BROKEN),
        ("PFSF", State.BROKEN),
        ("FF", State.BROKEN),
        ("PPFFP", State.HEALTHY),
        ("PXFF", State.BROKEN),
    ],
)
def test_a_state_follows_from_what_the_default_branch_showed(story: str, state: State) -> None:
    found = standing(on_main(story))

    assert found.state is state


def test_contradicted_on_one_day_however_often_is_suspect() -> None:
    found = standing(
        *(on_pr("X", first_day=0.01 * number, number=number) for number in range(1, 5))
    )

    assert (found.state, found.flakes) == (State.SUSPECT, 4)
    assert found.score == pytest.approx(0.5)
    assert found.first_detected_at is None
    assert found.evidence == (
        evidence(
            EvidenceKind.CONTRADICTED_ONCE,
            times=4,
            days=1,
            how="failed on attempt 1 and passed on attempt 2 of the same commit",
            last_sha="pr4.0-head",
        ),
    )


def test_contradicted_on_two_days_is_flaky_and_says_since_when() -> None:
    history = [*on_main("PPP"), *on_pr("X", first_day=1.2), *on_pr("X", first_day=2.2, number=8)]

    found = standing(history)

    second = START + timedelta(days=2.2, hours=2)
    assert (found.state, found.flakes, found.failures) == (State.FLAKY, 2, 2)
    assert found.score == pytest.approx(0.96)
    assert (found.first_detected_at, found.last_flake_at) == (second, second)
    assert found.last_failure_at == second
    assert (found.rate, found.rate_interval, found.runs) == (0.0, wilson_interval(0, 3), 3)
    assert found.evidence == (
        evidence(
            EvidenceKind.CONTRADICTED,
            times=2,
            days=2,
            how="failed on attempt 1 and passed on attempt 2 of the same commit",
            last_sha="pr8.0-head",
        ),
        evidence(
            EvidenceKind.RATE,
            rate=0.0,
            low=wilson_interval(0, 3)[0],
            high=wilson_interval(0, 3)[1],
            runs=3,
            branch="main",
        ),
    )


def test_the_last_flake_is_the_one_whose_contradiction_came_last() -> None:
    old_code = [seen(FAILED, code="old"), seen(PASSED, code="old", attempt=2, day=5)]
    new_code = [seen(FAILED, code="new", day=2), seen(PASSED, code="new", attempt=2, day=2.1)]

    found = standing(old_code, new_code)

    assert found.last_flake_at == START + timedelta(days=5)
    assert found.first_detected_at == START + timedelta(days=5)


def test_a_broken_case_says_from_which_commit_on() -> None:
    found = standing(on_main("PPPFFF"))

    assert found.broken_since == "main3-head"
    assert found.evidence[0] == evidence(
        EvidenceKind.BROKEN_ON_BASE, since="main3-head", failed=3, branch="main"
    )


def test_a_case_that_passes_again_is_broken_no_more() -> None:
    found = standing(on_main("PPFFFP"))

    assert (found.state, found.broken_since) == (State.HEALTHY, None)


def test_a_case_broken_in_one_job_alone_is_broken() -> None:
    found = standing(on_main("PPFF", variant="linux"), on_main("PPPP", variant="windows"))

    assert (found.state, found.broken_since) == (State.BROKEN, "main2-head")


def test_failures_on_pull_requests_break_nothing() -> None:
    found = standing(on_main("PPP"), on_pr("FFFFF", first_day=3))

    assert (found.state, found.score) == (State.HEALTHY, score(0))


@given(passes=st.integers(0, 6), failures=st.integers(2, 30))
def test_failing_always_from_one_commit_on_is_broken_and_never_flaky(
    passes: int, failures: int
) -> None:
    story = "P" * passes + "F" * failures

    found = standing(on_main(story), on_pr("FFF", first_day=len(story)))

    assert found.state is State.BROKEN
    assert found.score <= 0.5
    assert found.broken_since == f"main{passes}-head"


@given(
    before=st.text("PXF", max_size=25),
    elsewhere=st.text("PXF", max_size=6),
)
def test_whatever_a_case_was_before_it_turns_out_broken_when_it_fails_for_good(
    before: str, elsewhere: str
) -> None:
    history = [*on_pr(elsewhere), *on_main("P" + before + "F" * 120)]

    found = standing(history)

    assert found.state is State.BROKEN


@given(histories(), histories(is_trusted=False, codes="vwxyz"))
def test_untrusted_code_changes_nothing(ours: list[Sighting], theirs: list[Sighting]) -> None:
    assert standing([*ours, *theirs]) == standing(ours)


@given(histories(), histories(is_trusted=False))
def test_a_fork_that_runs_our_commits_too_changes_nothing(
    ours: list[Sighting], theirs: list[Sighting]
) -> None:
    known = {(one.code, one.variant) for one in ours}
    same = [one for one in theirs if (one.code, one.variant) in known]

    assert standing([*ours, *same]) == standing(ours)


@given(histories())
def test_skips_change_nothing_where_something_else_was_seen(history: list[Sighting]) -> None:
    decided = [one for one in history if one.outcome in {PASSED, FAILED}]
    skips = [replace(one, outcome=one.outcome.SKIPPED, nth=9) for one in decided]

    assert standing([*decided, *skips]) == standing(decided)


@given(histories(), st.permutations(["linux", "windows"]))
def test_what_variants_are_called_changes_nothing(
    history: list[Sighting], names: list[str]
) -> None:
    called = dict(zip(["windows", "linux"], names, strict=True))
    renamed = standing([replace(one, variant=called[one.variant]) for one in history])

    original = standing(history)
    assert (renamed.state, renamed.score, renamed.flakes, renamed.failures) == (
        original.state,
        original.score,
        original.flakes,
        original.failures,
    )
    assert (renamed.rate, renamed.rate_interval, renamed.runs) == (
        original.rate,
        original.rate_interval,
        original.runs,
    )


@given(histories())
def test_numbers_agree_with_one_another(history: list[Sighting]) -> None:
    found = standing(history)

    low, high = found.rate_interval
    assert 0 <= low <= found.rate <= high <= 1
    assert 0 < found.score < 1
    assert found.flakes <= found.failures
    assert (found.state is State.BROKEN) == (found.broken_since is not None)
    assert (found.first_detected_at is None) == (found.score < score(FLAKY_DAYS))
    assert found.last_flake_at is None or found.last_flake_at <= max(one.at for one in history)


@given(st.integers(0, 40))
def test_more_days_with_a_contradiction_never_lower_the_score(days: int) -> None:
    assert score(days) <= score(days + 1) < 1


def test_the_score_starts_at_the_prior_and_one_day_leaves_it_even() -> None:
    assert [round(score(days), 4) for days in range(4)] == [0.04, 0.5, 0.96, 0.9983]


@given(histories(), st.integers(41, 60))
def test_one_more_contradicted_day_never_lowers_the_score(
    history: list[Sighting], day: int
) -> None:
    more = [
        seen(FAILED, day=day, code="new", branch=PR, pr=99, run=99),
        seen(PASSED, day=day, code="new", branch=PR, pr=99, run=99, attempt=2),
    ]

    before, after = standing(history), standing([*history, *more])

    assert after.score >= before.score
    assert after.flakes == before.flakes + 1


def test_the_rate_leaves_the_time_of_a_break_out() -> None:
    verdicts, found = judged(on_main("PPPFFFFPPF"))

    assert len(verdicts) == 10
    assert (found.rate, found.runs) == (1 / 6, 6)
    assert found.evidence == (_rate(hits=1, runs=6),)


def _rate(*, hits: int, runs: int) -> Evidence:
    low, high = wilson_interval(hits, runs)
    return evidence(
        EvidenceKind.RATE, rate=hits / runs, low=low, high=high, runs=runs, branch="main"
    )
