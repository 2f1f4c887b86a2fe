"""Who broke the default branch: the first failing commit, unless the case flakes or lies far."""

from collections.abc import Iterator, Sequence
from itertools import pairwise, product
from math import prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.scorer.culprit import BREAKS, FAILS_BROKEN, MENDS, NEAR_TIMES, Ran, suspects

runs = st.builds(
    Ran,
    st.text(min_size=1, max_size=3),
    st.integers(min_value=0, max_value=4),
    st.integers(min_value=0, max_value=4),
    st.booleans(),
)


def test_the_only_commit_between_a_pass_and_a_failure_broke_it() -> None:
    (found,) = suspects([Ran("b", failures=1)], flake_rate=0.0)

    assert found.commit == "b"
    assert found.p > 0.99


def test_commits_that_no_run_saw_share_the_suspicion() -> None:
    found = suspects([Ran("b"), Ran("c"), Ran("d", failures=2)], flake_rate=0.0)

    assert [one.commit for one in found] == ["b", "c", "d"]
    assert [one.p for one in found] == pytest.approx([1 / 3] * 3, abs=0.01)


def test_a_commit_that_touches_what_lies_near_is_suspected_more() -> None:
    far, near = suspects([Ran("b"), Ran("c", failures=1, is_near=True)], flake_rate=0.0)

    assert near.p > 0.9 > far.p


def test_the_first_failure_of_a_flaky_case_may_be_a_flake() -> None:
    commits = [Ran("b", failures=1, passes=3), Ran("c", failures=4), Ran("d", failures=4)]

    first, second, _ = suspects(commits, flake_rate=0.1)

    assert second.p > 0.9 > first.p


def test_one_failure_of_a_case_that_often_flakes_accuses_nobody() -> None:
    (found,) = suspects([Ran("b", failures=1)], flake_rate=0.3)

    assert found.p < 0.01


def test_no_commits_have_no_suspects() -> None:
    assert suspects([], flake_rate=0.1) == ()


def test_a_pass_amid_a_break_does_not_clear_who_broke_it() -> None:
    commits = [Ran("b", failures=3), Ran("c", failures=3), Ran("d", passes=1), Ran("e", failures=1)]

    found = suspects(commits, flake_rate=0.001)

    assert found[0].p > 0.9
    assert sum(one.p for one in found) > 0.99


def test_several_passes_tell_that_it_was_mended_and_broke_anew() -> None:
    passed = [Ran("c", passes=1), Ran("d", passes=1), Ran("e", passes=1)]

    found = suspects([Ran("b", failures=3), *passed, Ran("f", failures=3)], flake_rate=0.001)

    assert found[-1].p > 0.9


def test_of_a_hundred_commits_that_nothing_ran_each_is_as_suspect_as_the_next() -> None:
    commits = [*(Ran(f"c{number}") for number in range(99)), Ran("last", failures=2)]

    found = suspects(commits, flake_rate=0.001)

    assert len(found) == 100
    assert [one.p for one in found] == pytest.approx([0.01] * 100, abs=0.002)


def breaks(one: Ran) -> float:
    return BREAKS * (NEAR_TIMES if one.is_near else 1.0)


def ways(commits: Sequence[Ran], flake_rate: float) -> Iterator[tuple[tuple[bool, ...], float]]:
    """Every way in which the commits may have left the case broken or not, and how likely."""
    for broken in product((False, True), repeat=len(commits)):
        turns = [
            (1 - mends if now else mends) if before else (breaks(one) if now else 1 - breaks(one))
            for (before, now), one in zip(pairwise((False, *broken)), commits, strict=True)
            for mends in [MENDS if one.passes else 0.0]
        ]
        shown = [
            fails**one.failures * (1 - fails) ** one.passes
            for is_broken, one in zip(broken, commits, strict=True)
            for fails in [FAILS_BROKEN if is_broken else flake_rate]
        ]
        yield broken, prod(turns) * prod(shown)


def counted(commits: Sequence[Ran], flake_rate: float) -> list[float]:
    """By commit: the share of all ways in which what is broken at the end is so since it."""
    found, whole = [0.0] * len(commits), 0.0
    for broken, likely in ways(commits, flake_rate):
        whole += likely
        if broken[-1]:
            since = max((at + 1 for at, one in enumerate(broken) if not one), default=0)
            found[since] += likely
    return [one / whole for one in found]


@settings(max_examples=60)
@given(
    st.lists(runs, min_size=1, max_size=8),
    st.floats(min_value=1e-4, max_value=0.9),
)
def test_suspicion_is_what_counting_every_way_gives(commits: list[Ran], rate: float) -> None:
    found = suspects(commits, flake_rate=rate)

    assert [one.p for one in found] == pytest.approx(counted(commits, rate), abs=1e-9)


@given(st.integers(0, 2_000), st.integers(0, 2_000), st.floats(min_value=0, max_value=1))
def test_no_number_of_runs_is_too_large(failures: int, passes: int, rate: float) -> None:
    found = suspects([Ran("b", failures, passes), Ran("c", 1), Ran("d", 0, 1)], flake_rate=rate)

    assert 0 <= sum(one.p for one in found) <= 1 + 1e-9


@given(st.lists(runs, min_size=1, max_size=12), st.floats(min_value=0, max_value=1))
def test_suspicion_is_a_probability(commits: list[Ran], flake_rate: float) -> None:
    found = suspects(commits, flake_rate=flake_rate)

    assert [one.commit for one in found] == [one.commit for one in commits]
    assert all(0 <= one.p <= 1 for one in found)
    assert sum(one.p for one in found) <= 1 + 1e-9
