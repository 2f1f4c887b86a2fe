"""What a policy's terms make of judgements."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.core.decide import Cause, Finding, Standing, State
from app.core.evidence import EvidenceKind, evidence
from app.core.history.records import CaseSet
from app.core.policy.policy import Policy
from app.core.policy.reading import read_policy
from app.core.policy.rules import About
from app.core.scorer.counts import DAY, Counts, Tally
from app.core.terms import Terms

AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
CASE = "c1"
ABOUT = About("Cart::test_total", "shop/cart_test.py", frozenset({"smoke"}), "high")
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


def counts(*days_ago: int, ran: int = 40) -> Counts:
    """Counts of a job that ran the case so often, on some days, and failed it on some."""
    ran_by = CaseSet("s", {CASE: ABOUT.file})
    days = [(AT - timedelta(days=one)).timestamp() // DAY for one in days_ago]
    failed = Tally(tuple(sorted((int(day), 1) for day in days)))
    reports = {"linux": ((int(AT.timestamp()) // DAY, ran),)}
    return Counts(60, reports, {"linux": ran}, {"linux": ran_by}, {CASE: failed})


def state(
    found: Terms, one: Standing, seen: Counts | None = None, *, branch: str | None = "main"
) -> State:
    """How the case stands after a run on a branch."""
    seen = seen or counts(1, 2)
    held = found.holds(CASE, one, seen, branch=branch, at=AT)
    return found.standing(CASE, one, seen.holding(CASE, is_held=held), at=AT).state


@pytest.mark.parametrize(
    "text",
    [
        'exempted_tests: ["Cart::*"]',
        'exclude_paths: ["shop/**"]',
        'rules: [{file: "shop/**", exempt: true}]',
        "rules: [{tag: smoke, exempt: true}]",
        "rules: [{priority: High, exempt: true}]",
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
    there = found.finding(CASE, FLAKY, branch="release/2")
    assert (there.cause, there.evidence[0].facts) == (Cause.UNKNOWN, {"branch": "release/2"})
    assert state(found, standing()) is State.FLAKY
    assert state(found, standing(), branch="release/2") is State.SUSPECT


def test_an_exempt_branch_neither_begins_nor_ends_what_is_held() -> None:
    found = terms('rules: [{branch: "release/*", exempt: true}]')
    held = counts(1, 2).holding(CASE, is_held=True)

    assert state(found, standing(), held, branch="release/2") is State.FLAKY
    assert state(found, standing(0.6, state=State.SUSPECT), held, branch="main") is State.SUSPECT


def test_what_the_rule_of_one_branch_holds_is_not_undone_by_another_branch() -> None:
    found = terms("rules: [{branch: main, threshold: 0.05, days: 7}]")
    healthy = standing(0.2, state=State.HEALTHY)
    held, long_ago = (counts(*days).holding(CASE, is_held=True) for days in ((0, 1), (20,)))

    assert not found.holds(CASE, healthy, counts(0, 1), branch="topic", at=AT)
    assert found.holds(CASE, healthy, counts(0, 1), branch="main", at=AT)
    assert [found.holds(CASE, healthy, held, branch=one, at=AT) for one in ("topic", None)] == [
        True,
        True,
    ]
    assert not found.holds(CASE, healthy, long_ago, branch=None, at=AT)


def test_what_is_no_flake_stays_what_it_is() -> None:
    found = terms('exempted_tests: ["Cart::*"]')
    broken, new = standing(state=State.BROKEN), Finding(Cause.NEW, 0.1, ())

    assert state(found, broken) is State.BROKEN
    assert found.finding(CASE, new, branch="main") == new


def test_minima_are_kept() -> None:
    found = terms("min_occurrences: 50\nmin_recent_failures: 2\nlookback_days: 7")

    assert state(found, standing(), counts(1, 2, ran=49)) is State.SUSPECT
    assert state(found, standing(), counts(1, 2, ran=50)) is State.FLAKY
    assert state(found, standing(), counts(1, 8, ran=50)) is State.SUSPECT


def test_a_team_has_its_own_thresholds() -> None:
    text = "team_overrides: {web: {flaky_threshold: 0.97, warn_threshold: 0.96}}"

    assert state(terms(text, "@acme/web"), standing(0.98)) is State.FLAKY
    assert state(terms(text, "@acme/web"), standing(0.965)) is State.SUSPECT
    assert state(terms(text, "@acme/web"), standing(0.95)) is State.HEALTHY
    assert state(terms(text, "@acme/shop"), standing(0.95)) is State.FLAKY


def test_a_case_that_nobody_asked_about_is_judged_plainly() -> None:
    found = Terms(policy('exempted_tests: ["**"]'))

    assert found.standing(CASE, standing(), counts(1), at=AT) == standing()
    assert state(found, standing()) is State.FLAKY
    assert found.finding(CASE, FLAKY, branch="main") == FLAKY


@pytest.mark.parametrize(
    ("rule", "kind"),
    [
        ("threshold: 0.05, days: 7", EvidenceKind.OVER_RULE),
        ("consecutive_failures: 3", EvidenceKind.IN_A_ROW),
    ],
)
def test_a_rule_holds_what_the_scorer_does_not_and_says_so(rule: str, kind: EvidenceKind) -> None:
    found = terms(f"rules: [{{file: 'shop/**', {rule}}}]")
    seen = counts(0, 1)
    in_a_row = replace(seen, cases={CASE: replace(seen.cases[CASE], row=3, place=40)})
    healthy = standing(0.2, state=State.HEALTHY)

    assert found.holds(CASE, healthy, in_a_row, branch="main", at=AT)
    shown = found.standing(CASE, healthy, in_a_row.holding(CASE, is_held=True), at=AT)
    assert (shown.state, shown.evidence[0].kind) == (State.FLAKY, kind)


def test_a_rule_lets_go_and_holds_no_broken_case() -> None:
    found = terms("rules: [{threshold: 0.05, days: 7}]")

    assert state(found, standing(), counts(1, 20)) is State.SUSPECT
    assert state(found, standing(state=State.BROKEN), counts(0, 1)) is State.BROKEN


def test_of_several_rules_the_one_that_holds_is_named() -> None:
    found = terms(
        "rules:\n  - {branch: main, threshold: 0.9}\n  - {branch: 'release/*', threshold: 0.05}\n"
    )
    healthy, seen = standing(0.2, state=State.HEALTHY), counts(0, 1).holding(CASE, is_held=True)

    shown = found.standing(CASE, healthy, seen, at=AT)

    assert [one.facts["line"] for one in shown.evidence] == [3]
