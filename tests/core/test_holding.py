"""May a case be held? Every reason against it, one by one."""

from dataclasses import replace
from typing import Any

import pytest

from app.core.decide import Standing, State
from app.core.holding import Basis, HoldingRules, WhyNot, why_not_held, why_not_proposed
from app.render.words.decisions import WHY_NOT

FLAKY = Standing(
    state=State.FLAKY,
    score=0.96,
    rate=0.05,
    rate_interval=(0.02, 0.1),
    runs=60,
    failures=3,
    flakes=3,
    first_detected_at=None,
    last_flake_at=None,
    last_failure_at=None,
    broken_since=None,
    evidence=(),
)
WIDE = Basis(runs=3, shas=3, places=2, on_branch=True)
RULES = HoldingRules(activates=True)


def proposed(
    rules: HoldingRules = RULES,
    standing: Standing | None = FLAKY,
    basis: Basis = WIDE,
    **given: Any,  # noqa: ANN401 -- fields of a dataclass
) -> WhyNot | None:
    asked = {"is_trusted": True, "changes_case": False} | given
    return why_not_proposed(rules, standing, basis, **asked)


def held(rules: HoldingRules = RULES, **given: Any) -> WhyNot | None:  # noqa: ANN401 -- fields of a dataclass
    asked: dict[str, Any] = {"score": 0.96, "labels": frozenset(), "held": 0, "held_today": 0}
    return why_not_held(rules, **(asked | given))


def test_a_flaky_case_with_a_wide_basis_is_proposed_and_held() -> None:
    assert proposed() is None
    assert held() is None


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"standing": None}, WhyNot.NOT_FLAKY_ENOUGH),
        ({"standing": replace(FLAKY, state=State.BROKEN)}, WhyNot.BROKEN),
        ({"standing": replace(FLAKY, state=State.SUSPECT)}, WhyNot.NOT_FLAKY_ENOUGH),
        ({"standing": replace(FLAKY, score=0.89)}, WhyNot.NOT_FLAKY_ENOUGH),
        ({"basis": replace(WIDE, runs=1)}, WhyNot.ONE_RUN),
        ({"basis": replace(WIDE, shas=1)}, WhyNot.ONE_COMMIT),
        ({"basis": Basis(5, 5, 1, on_branch=False)}, WhyNot.ONE_PULL_REQUEST),
        ({"rules": replace(RULES, is_exempt=True)}, WhyNot.EXEMPT),
        ({"rules": replace(RULES, is_observing=True)}, WhyNot.OBSERVING),
        ({"is_trusted": False}, WhyNot.UNTRUSTED),
        ({"changes_case": True}, WhyNot.CHANGED_HERE),
        ({"changes_case": None}, WhyNot.CHANGE_UNKNOWN),
    ],
)
def test_a_case_is_not_proposed_when(said: dict[str, Any], why: WhyNot) -> None:
    assert proposed(**said) is why


def test_flakes_of_the_branches_alone_are_basis_enough() -> None:
    assert proposed(basis=Basis(2, 2, 1, on_branch=True)) is None


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"rules": replace(RULES, activates=False)}, WhyNot.NOT_AUTOMATIC),
        ({"score": 0.69}, WhyNot.NOT_SURE_ENOUGH),
        ({"rules": replace(RULES, labels_required=("ci",))}, WhyNot.LABELS),
        ({"held": 20}, WhyNot.CAP),
        ({"held_today": 5}, WhyNot.CAP_A_DAY),
    ],
)
def test_a_case_is_not_held_without_asking_when(said: dict[str, Any], why: WhyNot) -> None:
    assert held(**said) is why


def test_labels_that_are_asked_for_are_all_needed() -> None:
    rules = replace(RULES, labels_required=("ci", "ok"))

    assert held(rules, labels=frozenset({"ci"})) is WhyNot.LABELS
    assert held(rules, labels=frozenset({"ci", "ok", "more"})) is None
    assert held(rules, labels=frozenset({"CI", "Ok"})) is None


def test_every_reason_has_its_sentence() -> None:
    assert set(WHY_NOT) == set(WhyNot)
