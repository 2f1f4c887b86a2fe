"""What a pull request that changes the policy is told of it."""

from dataclasses import replace

from app.core.policy.comparing import Compared
from app.core.policy.names import ScorerName
from app.render.words.policy import would_decide

FOUND = Compared(("b",), ("a",), failures=11, excused_before=4, excused_after=3)
NOTHING = Compared((), (), failures=11, excused_before=4, excused_after=4)


def test_the_difference_names_cases_and_counts_failures() -> None:
    assert would_decide(FOUND, days=30) == (
        "This pull request changes .flakeguard.yml. Over the last 30 days it would have held for "
        "flaky: 1 case more (b), 1 case no longer (a). Of 11 failures 3 would have met a held "
        "case, instead of 4."
    )


def test_what_changes_nothing_is_said_so() -> None:
    assert would_decide(NOTHING, days=30).endswith(
        "Over the last 30 days it would have decided nothing otherwise."
    )


def test_the_same_cases_may_be_held_at_other_times() -> None:
    later = replace(NOTHING, excused_after=2)

    assert would_decide(later, days=30).endswith(
        "it would have held for flaky: the same cases, at other times. Of 11 failures 2 would have "
        "met a held case, instead of 4."
    )


def test_another_scorer_is_named_with_what_it_would_have_decided() -> None:
    other = replace(FOUND, scorer=ScorerName.FLAKE_RATE)

    assert would_decide(other, days=30).startswith(
        "This pull request changes .flakeguard.yml: flake-rate would judge from then on. Over the "
        "last 30 days it would have held for flaky: 1 case more (b)"
    )


def test_what_is_not_known_yet_is_said_so() -> None:
    assert would_decide(None, days=30) == (
        "This pull request changes .flakeguard.yml. What that would have decided is being worked "
        "out, and then stands here."
    )


def test_what_was_not_tried_is_named_and_nothing_is_claimed_then() -> None:
    acts = replace(NOTHING, untried=("mode",))
    more = replace(FOUND, untried=("mode", "quarantine_cap", "owners"))

    assert would_decide(acts, days=30) == (
        "This pull request changes .flakeguard.yml. Over the last 30 days it would have held the "
        "same cases for flaky. It also changes `mode`, which was not tried."
    )
    assert would_decide(more, days=30).endswith(
        "instead of 4. It also changes `mode`, `quarantine_cap` and `owners`, which was not tried."
    )
