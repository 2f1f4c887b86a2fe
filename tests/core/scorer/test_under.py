"""A scorer under a policy: what is held, and what is not."""

from datetime import datetime, timedelta

import pytest

from app.core.decide import Cause, State
from app.core.history.records import Observation
from app.core.policy.policy import default_policy
from app.core.policy.reading import read_policy
from app.core.scorer.policies import Evidence, Scorer
from app.core.scorer.replay import replay
from app.core.scorer.said import Said
from app.core.scorer.summary import summary_of
from app.core.scorer.under import Under, under
from tests.core.scorer.world import START, Report, World, pushes, rerun

CASE, OTHER = "case3-1", "case7-2"


def policed(text: str) -> Scorer:
    """The scorer of a policy file."""
    policy = read_policy(text).policy
    assert policy is not None
    return under(policy)


def in_a_row(scorer: Scorer) -> list[tuple[int, bool]]:
    """After which run a case was held and released that four commits in a row fail."""
    world, moved = World(), []
    for run in range(1, 40):
        report = Report(START + timedelta(hours=2 * run), run, f"c{run}")
        scorer, said = scorer.observe(world.observation(report, [CASE] if 10 <= run < 14 else []))
        moved += [(run, change.is_flaky) for change in said.changes]
    return moved


def observed() -> list[Observation]:
    """Six days in which two cases fail alone, and are re-run."""
    world = World()
    failing = {15: [CASE], 50: [CASE], 20: [OTHER], 60: [OTHER]}
    reports = [*pushes(6), *(rerun(one) for one in pushes(6) if one.run in failing)]
    return [
        world.observation(one, failing.get(one.run, []) if one.attempt == 1 else [])
        for one in sorted(reports, key=lambda one: (one.at, one.attempt))
    ]


def held(scorer: Scorer) -> tuple[list[tuple[str, bool]], Scorer, list[Said]]:
    """Who was held and released in those days."""
    moved, said = [], []
    for seen in observed():
        scorer, told = scorer.observe(seen)
        moved += [(change.case, change.is_flaky) for change in told.changes]
        said.append(told)
    return moved, scorer, said


def test_a_policy_of_defaults_is_the_bare_scorer() -> None:
    assert isinstance(under(default_policy()), Evidence)
    assert isinstance(policed("min_occurrences: 2"), Under)


def test_the_bare_scorer_and_one_under_a_policy_that_changes_nothing_agree() -> None:
    plain, _, _ = held(under(default_policy()))
    under_it, _, _ = held(policed("comment: never"))

    assert plain == under_it == [(CASE, True), (OTHER, True)]


@pytest.mark.parametrize(
    "text",
    [
        f"exempted_tests: [{CASE}]",
        "exempted_tests: ['tests/case3/**']",
        "exclude_paths: ['tests/case3/*']",
        "rules: [{file: 'tests/case3/**', exempt: true}]",
    ],
)
def test_an_exempt_case_is_never_held_and_its_failures_are_no_flakes(text: str) -> None:
    moved, scorer, said = held(policed(text))

    assert moved == [(OTHER, True)]
    found = [one for told in said for one in told.findings if one.case == CASE]
    assert Cause.FLAKY not in {one.cause for one in found}
    assert len(found) == 2
    states = {one.case: one.state for one in scorer.judged(START + timedelta(days=6))}
    assert states == {CASE: State.HEALTHY, OTHER: State.FLAKY}


def test_what_is_asked_beyond_the_score_holds_a_case_back() -> None:
    assert held(policed("min_recent_failures: 3"))[0] == []
    assert held(policed("min_recent_failures: 2\nlookback_days: 1"))[0] == []
    assert held(policed("min_occurrences: 1000"))[0] == []
    assert held(policed("flaky_threshold: 1"))[0] == []


def test_a_teams_own_threshold_holds_for_the_cases_it_owns() -> None:
    moved, _, _ = held(
        policed(
            "owners: {tests/case3/: '@acme/pay'}\nteam_overrides: {pay: {min_recent_failures: 3}}"
        )
    )
    higher, _, _ = held(
        policed("owners: {tests/case3/: '@acme/pay'}\nteam_overrides: {pay: {flaky_threshold: 1}}")
    )

    assert moved == higher == [(OTHER, True)]


def test_a_rule_holds_by_the_share_of_failing_runs() -> None:
    rule = "rules: [{file: 'tests/case3/**', threshold: 0.02, days: 30}, {exempt: true}]"

    assert held(policed(rule))[0][:1] == [(CASE, True)]
    assert OTHER not in dict(held(policed(rule))[0])
    assert held(policed(rule.replace("0.02", "0.9")))[0] == []


def test_a_rule_holds_after_so_many_failures_in_a_row_and_lets_go() -> None:
    moved = in_a_row(policed("scorer: flake-rate\nrules: [{consecutive_failures: 3}]"))

    assert moved[0] == (12, True)
    assert [is_flaky for _, is_flaky in moved] == [True, False]


def test_no_rule_holds_what_the_default_branch_fails_from_one_commit_on() -> None:
    assert in_a_row(policed("rules: [{consecutive_failures: 3, threshold: 0.2}]")) == []


def test_of_a_branch_only_its_runs_fall_under_its_rule() -> None:
    moved, _, _ = held(policed("rules: [{branch: 'topic-*', exempt: true}]"))

    on_main = {one.run for one in pushes(6) if one.pr is None}
    assert {15, 60} <= on_main
    assert 50 not in on_main
    assert dict(moved) == {OTHER: True}


def test_a_held_case_hides_nothing_on_a_branch_on_which_it_is_exempt() -> None:
    exempt = "{branch: 'topic-*', exempt: true}, "

    def hidden(text: str) -> dict[str, int]:
        done = replay(observed(), policed(text), reports=0, checkpoints=0)
        return dict(summary_of(done).hidden_by_case)

    assert hidden("rules: [{threshold: 0.001}]")[CASE] == 1  # in run 50, of a topic
    assert CASE not in hidden(f"rules: [{exempt}{{threshold: 0.001}}]")


def test_untrusted_code_moves_nothing_under_a_policy_either() -> None:
    scorer: Scorer = policed("rules: [{consecutive_failures: 1}]")
    world = World()
    at: datetime = START + timedelta(hours=1)

    scorer, said = scorer.observe(
        world.observation(Report(at, 1, "x", pr=9, is_trusted=False), [CASE])
    )

    assert said.changes == ()
    assert [one.case for one in said.findings] == [CASE]
    assert scorer.judged(at) == []
