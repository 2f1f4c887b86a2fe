"""What `flakeguard backtest` shows on a terminal: names that stay whole, and all that differs."""

from datetime import timedelta

import pytest

from app.commands import backtest_report
from app.core.decide import Cause
from app.core.history.records import Header
from app.core.policy.names import ScorerName
from app.core.scorer.policies import scorer_of
from app.core.scorer.replay import Flag, Replay, replay
from app.core.scorer.summary import Summary
from app.render.words import backtest as words_backtest
from tests.core.scorer.world import START, World, names, pushes, rerun

LONG = "shop/checkout/payment_test.py::TestPaymentGateway::test_a_refund_is_booked_once_per_order"


def replayed() -> Replay:
    """Six days in which a case with a long name fails alone on two, and passes in the re-run."""
    world, fails = World({**names(), LONG: "shop/checkout/payment_test.py"}), {15, 50}
    reports = [*pushes(6), *(rerun(one) for one in pushes(6) if one.run in fails)]
    seen = [
        world.observation(one, [LONG] if one.run in fails and one.attempt == 1 else [])
        for one in sorted(reports, key=lambda one: one.at)
    ]
    scorer = scorer_of(ScorerName.EVIDENCE)
    return replay([Header("acme/shop", "main"), *seen], scorer, reports=0, checkpoints=0)


def compared(cases: int) -> list[tuple[str, Replay]]:
    """Three that held one case, each a day later than the one before; the first, others too."""
    replays = [(name, Replay(scorer_of(ScorerName.EVIDENCE))) for name in ("old", "new", "mine")]
    for number, (name, done) in enumerate(replays):
        done.began_at = done.ended_at = START
        for case in range(cases if name == "old" else 1):
            done.flags[f"{LONG}[{case:02}]"] = [Flag(START + timedelta(days=number))]
    return replays


@pytest.mark.parametrize(("columns", "is_table"), [(80, False), (140, True)])
def test_a_long_name_is_whole_on_a_narrow_terminal(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    columns: int,
    *,
    is_table: bool,
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))

    backtest_report.show([("evidence", replayed())])

    shown = capsys.readouterr().out.splitlines()
    listed = [
        LONG,
        "  flaky, score 0.98, fails in 2.7 % (0.7\u20139.3 %)",
        "  held 2026-03-06 to now",
    ]
    assert (shown[2:5] == listed) is not is_table
    assert any("fails in \u2503" in line for line in shown) is is_table


def test_judges_that_are_compared_name_each_case_of_which_they_differ(
    capsys: pytest.CaptureFixture[str],
) -> None:
    replays = compared(11)
    replays[1][1].flags["shared"] = replays[2][1].flags["shared"] = [Flag(START)]

    backtest_report.show(replays)

    shown = capsys.readouterr().out.splitlines()
    assert shown[shown.index("Held by old alone (10):") :] == [
        "Held by old alone (10):",
        *(f"  {LONG}[{case:02}]" for case in range(1, 11)),
        "Held by new alone: none.",
        "Held by mine alone: none.",
        "Held by new and mine alone (1):",
        "  shared",
        "Held by each, but not at the same times (1):",
        f"  {LONG}[00]",
    ]


def test_more_cases_than_a_person_reads_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    backtest_report.show(compared(30))

    shown = capsys.readouterr().out.splitlines()
    begins = shown.index("Held by old alone (29):")
    assert shown[begins + 20 : begins + 22] == [f"  {LONG}[20]", "  9 more; --json lists all."]


def test_numbers_read_alike_wherever_they_stand_and_no_score_is_a_certainty() -> None:
    summary = Summary(
        failures=9_320,
        causes={Cause.NEW: 9_320},
        hidden={Cause.NEW: 2_281},
        hidden_by_case={"a": 2_281},
        held=1_200,
        held_now=0,
        spans=1_200,
        step_days=0,
        steps=(),
    )

    said = [
        words_backtest.held(summary, failed=4_000),
        words_backtest.hidden(summary),
        words_backtest.case_line(state="flaky", score=0.9996, rate="1 % (0\u20132 %)", hidden=0),
        words_backtest.case_line(state="healthy", score=0.0004, rate="1 % (0\u20132 %)", hidden=0),
    ]

    assert said == [
        "4\u202f000 cases failed at least once; "
        "1\u202f200 would have been held for flaky, none still is.",
        "Holding them would have hidden 2\u202f281 of 9\u202f320 failures: 2\u202f281 new.",
        "flaky, score > 0.99, fails in 1 % (0\u20132 %)",
        "healthy, score < 0.01, fails in 1 % (0\u20132 %)",
    ]
