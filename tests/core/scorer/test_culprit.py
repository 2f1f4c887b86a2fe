"""Who broke the default branch: the first failing commit, unless the case flakes or lies far."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.scorer.culprit import Ran, suspects

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


@given(st.lists(runs, min_size=1, max_size=12), st.floats(min_value=0, max_value=1))
def test_suspicion_is_a_probability(commits: list[Ran], flake_rate: float) -> None:
    found = suspects(commits, flake_rate=flake_rate)

    assert [one.commit for one in found] == [one.commit for one in commits]
    assert all(0 <= one.p <= 1 for one in found)
    assert sum(one.p for one in found) <= 1 + 1e-9
