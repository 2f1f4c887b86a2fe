"""One failure's causes against each other: what makes a flake likelier, and what less likely."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from app.core.decide import Cause
from app.core.scorer.messages import unseen, weight, weight_at_once
from app.core.scorer.odds import AGAIN, AGAIN_MOST, Circumstances, again_of, judged
from app.core.scorer.state import CaseState, Weather

ALONE = Circumstances(
    others=0,
    beside=0,
    ran=500,
    of_group=1,
    together=1,
    same_crowds=0,
    other_crowds=0,
    is_without_crowd=False,
    is_first_crowd=False,
    is_near=False,
    bug_times=1.0,
    on_pr=True,
    is_pushed_again=False,
    base_failures=0,
    elsewhere=0,
    said_elsewhere=0,
    of_day=40.0,
    failed_before=False,
    in_a_row=0,
    of_code=0,
    is_retried=False,
)
WEATHER = Weather(reports=900, executions=450_000, failed=60, flaky=6)

cases = st.builds(
    lambda odds, flakes, passes: CaseState(
        "tests",
        0.0,
        belief=CaseState("tests", 0.0).belief._replace(odds=(odds,) * 7),
        episodes=flakes / 2,
        flakes=flakes,
        executions=flakes + passes,
    ),
    st.floats(1e-4, 1e3),
    st.integers(0, 40),
    st.integers(20, 5_000),
)
arounds = st.builds(
    lambda others, each, in_a_row, *, is_near, on_pr: replace(
        ALONE, others=others, beside=others * each, in_a_row=in_a_row, is_near=is_near, on_pr=on_pr
    ),
    st.integers(0, 6),
    st.integers(1, 30),
    st.integers(0, 3),
    is_near=st.booleans(),
    on_pr=st.booleans(),
)


def p_of(known: CaseState | None, around: Circumstances) -> float:
    _, p_flaky = judged(known, around, 1.0, WEATHER)
    return p_flaky


@given(cases | st.none(), arounds)
def test_what_tells_of_a_bug_makes_a_flake_less_likely(
    known: CaseState | None, around: Circumstances
) -> None:
    before = p_of(known, around)
    worse = (
        replace(around, others=around.others + 1, beside=around.beside + 5),
        replace(around, in_a_row=around.in_a_row + 1),
        replace(around, of_code=around.in_a_row + 1),
        replace(around, base_failures=1),
        replace(around, is_pushed_again=True),
        replace(around, elsewhere=3),
        replace(around, of_group=3, together=3),
    )

    assert 0.0 < before < 1.0
    assert all(p_of(known, one) < before for one in worse)


@given(cases | st.none(), arounds)
def test_the_more_others_fail_a_case_the_likelier_it_is_broken(
    known: CaseState | None, around: Circumstances
) -> None:
    on_base = [p_of(known, replace(around, base_failures=number)) for number in range(1, 8)]
    elsewhere = [p_of(known, replace(around, elsewhere=number)) for number in range(3, 10)]

    assert on_base == sorted(on_base, reverse=True)
    assert elsewhere == sorted(elsewhere, reverse=True)


@given(cases | st.none(), arounds)
def test_a_crowd_that_came_before_makes_a_flake_likelier_and_another_one_less(
    known: CaseState | None, around: Circumstances
) -> None:
    crowd = replace(around, of_group=6, together=6)

    assert p_of(known, replace(crowd, same_crowds=1)) > p_of(known, crowd)
    assert p_of(known, replace(crowd, same_crowds=3)) >= p_of(known, replace(crowd, same_crowds=1))
    assert p_of(known, replace(crowd, other_crowds=2)) < p_of(known, crowd)
    assert p_of(known, replace(crowd, is_first_crowd=True)) <= p_of(known, crowd)


@given(cases | st.none(), arounds)
def test_a_pass_in_the_same_report_makes_a_flake_likelier(
    known: CaseState | None, around: Circumstances
) -> None:
    assert p_of(known, replace(around, is_retried=True)) > p_of(known, around)


@given(cases, arounds)
def test_a_failure_with_nothing_beside_it_is_no_outage(
    known: CaseState, around: Circumstances
) -> None:
    cause, _ = judged(known, replace(around, others=0, beside=0), 1.0, WEATHER)

    assert cause is not Cause.OUTAGE


@given(cases | st.none(), arounds)
def test_a_commit_that_touches_near_the_case_is_likelier_its_bug(
    known: CaseState | None, around: Circumstances
) -> None:
    commit = replace(around, on_pr=False, is_near=False)

    assert p_of(known, replace(commit, is_near=True)) < p_of(known, commit)


@given(cases | st.none(), arounds)
def test_a_change_of_the_part_that_the_case_lies_in_is_likelier_its_bug(
    known: CaseState | None, around: Circumstances
) -> None:
    far = replace(around, is_near=False)

    shown = [p_of(known, replace(far, bug_times=times)) for times in (0.5, 1.0, 2.0, 10.0)]

    assert shown == sorted(shown, reverse=True)
    assert shown[0] > shown[-1]


@given(cases, arounds)
def test_what_others_showed_with_the_same_message_makes_a_flake_likelier(
    known: CaseState, around: Circumstances
) -> None:
    assert p_of(known, replace(around, said_elsewhere=1)) > p_of(known, around)


@given(cases | st.none())
def test_the_fewer_cases_share_a_changes_bugs_the_likelier_a_failure_is_one(
    known: CaseState | None,
) -> None:
    shown = [p_of(known, replace(ALONE, ran=ran)) for ran in (20, 100, 500, 2_500)]

    assert shown == sorted(shown)
    assert shown[0] < shown[-1]


def test_a_case_that_only_pushes_mended_is_less_surely_flaky_than_one_that_never_failed_so() -> (
    None
):
    """Of two cases as probably flaky, the one whose earlier failures may be bugs meets more."""
    believed = CaseState("tests", 0.0).belief._replace(odds=(0.02,) * 7)
    shown = CaseState("tests", 0.0, belief=believed, executions=300)
    rate = (shown.flakes + 0.5) / (shown.executions + 100)
    mended = shown._replace(flakes=1, executions=round(1.5 / rate) - 100)

    assert p_of(mended, ALONE) < p_of(shown, ALONE)


@given(st.integers(0, 60), st.floats(0.0, 60.0))
def test_a_flake_fails_again_as_often_as_its_case_did(flakes: int, episodes: float) -> None:
    known = CaseState("tests", 0.0, flakes=flakes, episodes=episodes)

    assert AGAIN <= again_of(known) <= AGAIN_MOST
    assert again_of(known._replace(flakes=flakes + 5)) >= again_of(known)


def at_once(sign: str, known: CaseState, *, is_lone: bool = False, again: bool = False) -> float:
    """The weight of a message where common causes said "common" and "own", too."""
    common = {"common": 3, "own": 1}
    return weight_at_once(sign, known, common, is_lone=is_lone, is_repeated=again)


@given(st.integers(1, 200))
def test_a_message_of_common_causes_is_no_flakes_where_its_own_say_another(
    count: int,
) -> None:
    own = {"own": count}
    known = CaseState("tests", 0.0, messages=own)

    assert at_once("common", known) <= weight("new", own, {})
    assert at_once("common", CaseState("tests", 0.0)) == weight("common", {}, {"common": 3})
    assert at_once("own", known) == weight("own", own, {"own": 1})
    assert at_once("", known) == 1.0


def test_an_own_message_says_most_where_the_case_fails_alone() -> None:
    known = CaseState("tests", 0.0, messages={"own": 2, "rare": 1})

    assert at_once("own", known, is_lone=True) > at_once("own", known) > 1.0


def test_what_may_have_been_flakes_said_so_and_another_message_is_another_bugs() -> None:
    hinted = CaseState("tests", 0.0, hints={"hint": 1.0}, episodes=0.5)
    sure = hinted._replace(episodes=2.0)

    assert at_once("hint", sure, is_lone=True) > at_once("hint", hinted, is_lone=True) > 1.0
    assert at_once("hint", hinted) == 1.0
    assert at_once("other", hinted, is_lone=True) < 1.0


def test_what_the_same_change_failed_before_is_no_hint_of_a_flake() -> None:
    hinted = CaseState("tests", 0.0, hints={"hint": 1.0}, episodes=0.5)
    sure = hinted._replace(episodes=2.0)

    assert at_once("hint", hinted, is_lone=True, again=True) == 1.0
    assert at_once("hint", sure, is_lone=True, again=True) > 1.0


@given(st.integers(1, 200))
def test_the_more_flakes_said_the_same_the_less_likely_is_another_message(count: int) -> None:
    alike, unlike = {"own": count}, {f"own {number}": 1 for number in range(count)}

    assert unseen({"own": count + 1}) <= unseen(alike) <= unseen(unlike)


@given(st.integers(1, 500))
def test_what_a_retry_in_the_same_report_passed_is_a_flake_however_few_cases_there_are(
    ran: int,
) -> None:
    found, p_flaky = judged(None, replace(ALONE, ran=ran, is_retried=True), 1.0, Weather())

    assert found is Cause.FLAKY
    assert p_flaky > 0.7
