"""A change of policy, tried on cases that failed lately."""

from app.core.policy.comparing import Compared, Past, compared, holds
from app.core.policy.names import ScorerName
from app.core.policy.policy import Policy, default_policy
from app.core.policy.reading import read_policy
from app.core.policy.rules import About
from app.render.words.policy import would_decide


def policy(text: str) -> Policy:
    found = read_policy(text).policy
    assert found is not None
    return found


def past(name: str, score: float, *, failures: int = 4, is_broken: bool = False) -> Past:
    return Past(
        About(name, file=f"tests/{name}.py"),
        ("@acme/web",),
        is_broken=is_broken,
        score=score,
        runs=50,
        failures=failures,
    )


CASES = [past("a", 0.97), past("b", 0.85, failures=3), past("c", 0.99, is_broken=True)]


def test_the_difference_names_cases_and_counts_failures() -> None:
    found = compared(default_policy(), policy("flaky_threshold: 0.8\nexempted_tests: [a]"), CASES)

    assert found == Compared(("b",), ("a",), failures=11, excused_before=4, excused_after=3)
    assert would_decide(found, days=30) == (
        "This pull request changes .flakeguard.yml. Over the last 30 days it would have held for "
        "flaky: 1 case more (b), 1 case no longer (a). Of 11 failures 3 would have met a held "
        "case, instead of 4."
    )


def test_what_changes_nothing_is_said_so() -> None:
    found = compared(default_policy(), policy("comment: never"), CASES)

    assert found.is_nothing
    assert would_decide(found, days=30).endswith(
        "Over the last 30 days it would have decided nothing otherwise."
    )


def test_another_scorer_starts_anew() -> None:
    found = compared(default_policy(), policy("scorer: flake-rate"), CASES)

    assert found.scorer is ScorerName.FLAKE_RATE
    assert not found.is_nothing
    assert "flake-rate would judge from then on." in would_decide(found, days=30)


def test_teams_rules_and_minima_count() -> None:
    assert not holds(policy("team_overrides: {web: {flaky_threshold: 1}}"), CASES[0])
    assert holds(policy("rules: [{file: 'tests/**', threshold: 0.05}]"), CASES[1])
    assert not holds(policy("min_recent_failures: 5"), CASES[0])
    assert not holds(policy("rules: [{threshold: 0}]"), CASES[2])
