"""What a policy's terms make of judgements."""

from datetime import UTC, datetime, timedelta

import pytest

from app.core.decide import Cause, Finding, Standing, State
from app.core.evidence import EvidenceKind, evidence
from app.core.policy.policy import Policy
from app.core.policy.reading import read_policy
from app.core.policy.rules import About
from app.core.terms import Terms
from app.core.told import Failed, Told

AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
CASE = "c1"
ABOUT = About("Cart::test_total", "shop/cart_test.py", frozenset({"smoke"}))
FLAKY = Finding(Cause.FLAKY, 0.97, (evidence(EvidenceKind.CONTRADICTED_HERE, how="on a retry"),))


def policy(text: str) -> Policy:
    found = read_policy(text).policy
    assert found is not None
    return found


def terms(text: str, *owners: str) -> Terms:
    return Terms(policy(text), {CASE: ABOUT}, {CASE: owners})


def standing(score: float = 0.95, *, state: State = State.FLAKY, runs: int = 40) -> Standing:
    return Standing(
        state=state,
        score=score,
        rate=0.1,
        rate_interval=(0.05, 0.2),
        runs=runs,
        failures=3,
        flakes=2,
        first_detected_at=AT,
        last_flake_at=AT,
        last_failure_at=AT,
        broken_since=None,
        evidence=(),
    )


def told(*days_ago: int) -> Told:
    failed = (AT - timedelta(days=one) for one in days_ago)
    return Told(recent=tuple(Failed(one.timestamp(), 1, 1, "linux", "a" * 40) for one in failed))


def state(found: Terms, one: Standing, failed: Told | None = None) -> State:
    return found.standing(CASE, one, failed or told(1, 2), at=AT).state


@pytest.mark.parametrize(
    "text",
    [
        'exempted_tests: ["Cart::*"]',
        'exclude_paths: ["shop/**"]',
        'rules: [{file: "shop/**", exempt: true}]',
        "rules: [{tag: smoke, exempt: true}]",
    ],
)
def test_an_exempt_case_is_never_held_and_its_failures_are_real(text: str) -> None:
    found = terms(text)

    said = found.finding(CASE, FLAKY, branch="main")

    assert state(found, standing()) is State.HEALTHY
    assert (said.cause, said.p_flaky) == (Cause.UNKNOWN, 0.97)
    kinds = [one.kind for one in said.evidence]
    assert kinds == [EvidenceKind.EXEMPT, EvidenceKind.CONTRADICTED_HERE]


def test_a_case_that_is_exempt_on_one_branch_is_excused_on_others() -> None:
    found = terms('rules: [{branch: "release/*", exempt: true}]')

    assert found.finding(CASE, FLAKY, branch="main") == FLAKY
    assert found.finding(CASE, FLAKY, branch="release/2").cause is Cause.UNKNOWN
    assert state(found, standing()) is State.FLAKY


def test_what_is_no_flake_stays_what_it_is() -> None:
    found = terms('exempted_tests: ["Cart::*"]')
    broken, new = standing(state=State.BROKEN), Finding(Cause.NEW, 0.1, ())

    assert state(found, broken) is State.BROKEN
    assert found.finding(CASE, new, branch="main") == new


def test_minima_are_kept() -> None:
    found = terms("min_occurrences: 50\nmin_recent_failures: 2\nlookback_days: 7")

    assert state(found, standing(runs=49)) is State.SUSPECT
    assert state(found, standing(runs=50)) is State.FLAKY
    assert state(found, standing(runs=50), told(1, 8)) is State.SUSPECT


def test_a_team_has_its_own_thresholds() -> None:
    text = "team_overrides: {web: {flaky_threshold: 0.97, warn_threshold: 0.96}}"

    assert state(terms(text, "@acme/web"), standing(0.98)) is State.FLAKY
    assert state(terms(text, "@acme/web"), standing(0.965)) is State.SUSPECT
    assert state(terms(text, "@acme/web"), standing(0.95)) is State.HEALTHY
    assert state(terms(text, "@acme/shop"), standing(0.95)) is State.FLAKY


def test_a_case_that_nobody_asked_about_is_judged_plainly() -> None:
    found = Terms(policy('exempted_tests: ["**"]'))

    assert found.standing(CASE, standing(), told(1), at=AT) == standing()
    assert found.finding(CASE, FLAKY, branch="main") == FLAKY
