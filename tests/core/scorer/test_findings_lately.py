"""What a finding says of who failed the case lately, and of what its failures said."""

from dataclasses import replace
from datetime import timedelta

from app.core.history.records import Execution
from app.core.outcomes import Outcome
from app.core.scorer import facts
from app.core.scorer.update import update
from tests.core.scorer.world import CASE, World, finding, held, pushes


def test_what_a_later_push_of_the_same_pull_request_mended_is_likelier_its_bug() -> None:
    world, reports = World(), pushes(4)
    world.play(reports[:38], lambda _: [])
    world.see(replace(reports[38], pr=900), [CASE])
    world.see(replace(reports[39], pr=900))

    own = finding(world, replace(reports[40], pr=900), [CASE])
    other = finding(world, replace(reports[40], pr=901), [CASE])

    assert facts.EarlierPush() in own.facts
    assert facts.EarlierPush() not in other.facts
    assert own.p_flaky < other.p_flaky


def test_another_message_than_its_flakes_had_is_told() -> None:
    world, reports = World(), pushes(8)
    failing = {13, 43}
    world.play(reports[:80], lambda one: [CASE] if one.run in failing and one.attempt == 1 else [])
    other = (Execution(Outcome.FAILED, "KeyError: 'total'"),)
    seen = replace(world.observation(reports[80]), results={CASE: other})

    _, said = update(world.state, seen)

    (found,) = said.findings
    assert facts.OtherMessage(2) in found.facts
    assert found.p_flaky < finding(world, reports[80], [CASE]).p_flaky


def test_what_fails_many_others_in_a_day_is_broken_though_older_code_passes_between() -> None:
    world = World()
    report = held(world)
    shown = [finding(world, replace(report, run=990, code="p0", pr=990), [CASE])]
    for number in range(1, 7):
        late = replace(report, at=report.at + timedelta(hours=number))
        world.see(replace(late, run=900 + number, code=f"p{number}", pr=900 + number), [CASE])
        world.see(replace(late, run=950 + number, code=f"q{number}", pr=950 + number))
        shown.append(finding(world, replace(late, run=990, code="p0", pr=990), [CASE]))

    assert shown[0].p_flaky > 0.95
    assert shown[-1].p_flaky < 0.6
    assert facts.FailsElsewhere(6) in shown[-1].facts
    assert facts.FailsElsewhere(2) not in shown[2].facts


def test_what_other_changes_failed_so_half_a_day_ago_tells_of_a_flake() -> None:
    world, reports = World(), pushes(9)
    world.play(reports[:40], lambda _: [])
    first = replace(reports[40], pr=900)
    early = finding(world, replace(reports[41], pr=901), [CASE])
    world.see(first, [CASE])
    for report in reports[41:44]:
        world.see(report)

    soon = finding(world, replace(reports[44], at=first.at + timedelta(hours=3), pr=901), [CASE])
    late = finding(world, replace(reports[80], pr=901), [CASE])
    own = finding(world, replace(reports[80], pr=900), [CASE])

    assert facts.SaidElsewhere(1) in late.facts
    assert late.p_flaky > early.p_flaky
    assert not any(isinstance(one, facts.SaidElsewhere) for one in (*soon.facts, *own.facts))
