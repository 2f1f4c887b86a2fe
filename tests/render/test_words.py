"""The title, the sentences beside the evidence, and how figures are written, word for word."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.decide import Cause, State
from app.render import words
from tests.render.views import SHA

AT = datetime(2026, 3, 2, 14, 5, tzinfo=UTC)
NARROW = "\u202f"


@pytest.mark.parametrize(
    ("counts", "title"),
    [
        ((2, 3, 1, 0), "2 failures need you · 3 known flaky · 1 broken on main"),
        ((1, 0, 0, 0), "1 failure needs you"),
        ((1200, 0, 0, 2), f"1{NARROW}200 failures need you · 2 passed on a second try"),
        ((0, 3, 1, 0), "Nothing needs you · 3 known flaky · 1 broken on main"),
        ((0, 0, 0, 1), "Nothing needs you · 1 passed on a second try"),
        ((0, 0, 0, 0), "All 120 cases passed"),
    ],
)
def test_the_title_is_the_verdict(counts: tuple[int, int, int, int], title: str) -> None:
    needs_you, flaky, broken, rescued = counts

    said = words.check_title(
        needs_you=needs_you,
        flaky=flaky,
        broken=broken,
        rescued=rescued,
        branch="main",
        passed=120,
    )

    assert said == title


def test_a_commit_without_a_case_failed_nothing() -> None:
    said = words.check_title(needs_you=0, flaky=0, broken=0, rescued=0, branch="main", passed=0)

    assert said == "Nothing failed"


@pytest.mark.parametrize(
    ("conclusion", "has_report", "sentence"),
    [
        ("timed_out", True, "The job e2e timed out; no failing case explains that."),
        ("timed_out", False, "The job e2e timed out; no failing case explains that."),
        (
            "failure",
            False,
            "The job e2e failed and left no test report: a build error, or a lost runner?",
        ),
        (
            "startup_failure",
            False,
            "The job e2e failed and left no test report: a build error, or a lost runner?",
        ),
        ("failure", True, "The job e2e failed, and none of its cases explains that."),
    ],
)
def test_a_red_job_that_nothing_explains(conclusion: str, has_report: bool, sentence: str) -> None:
    assert words.job_unexplained("e2e", conclusion, has_report=has_report) == sentence


def test_a_refused_report() -> None:
    assert words.report_refused("a/junit.xml", "The report is empty.") == (
        "The report a/junit.xml could not be read, so what it says is not counted:"
        " The report is empty."
    )


def test_decisions_name_who_made_them() -> None:
    assert words.quarantined_by("@ada", AT) == "Quarantined by @ada until 2026-03-02."
    assert words.dismissed_by("@ada") == "Marked as not flaky by @ada."


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (State.FLAKY, "Turned flaky."),
        (
            State.BROKEN,
            "Turned broken: it now fails on the default branch, and that is no flake.",
        ),
        (State.HEALTHY, "Healthy again."),
        (
            State.SUSPECT,
            "No longer surely flaky: what ran since leaves it in doubt.",
        ),
    ],
)
def test_a_thread_says_what_a_case_became(state: State, sentence: str) -> None:
    assert words.became(state) == sentence


def test_people_are_told_why_nothing_happened() -> None:
    assert words.not_allowed("ada", "shop/cart") == (
        "@ada may not write to shop/cart, so nothing was changed."
    )
    assert words.nothing_to_act_on() == (
        "Nothing here is in a state for that any more; nothing was changed."
    )


def test_causes_and_states_have_words() -> None:
    assert words.CAUSE_WORDS == {
        Cause.FLAKY: "known flaky",
        Cause.BROKEN: "broken on the default branch",
        Cause.NEW: "new with this change",
        Cause.OUTAGE: "part of an outage",
        Cause.UNKNOWN: "not seen often enough to tell",
    }
    assert words.STATE_WORDS == {
        State.HEALTHY: "healthy",
        State.SUSPECT: "suspect",
        State.FLAKY: "flaky",
        State.BROKEN: "broken",
    }


@pytest.mark.parametrize(
    ("sha", "shown"),
    [
        (SHA, "4f2c1d9"),
        ("4f2c1d9", "4f2c1d9"),
        ("build-2026-03-02", "build-2026-03-02"),
        ("", ""),
    ],
)
def test_a_commit_is_shortened_and_nothing_else(sha: str, shown: str) -> None:
    assert words.short(sha) == shown


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (0.0, "0 %"),
        (0.0000001, "< 0.1 %"),
        (0.0005, "0.1 %"),
        (0.021, "2.1 %"),
        (0.1, "10 %"),
        (0.344, "34 %"),
        (1.0, "100 %"),
    ],
)
def test_a_share_is_read_as_a_percentage(share: float, shown: str) -> None:
    assert words.percent(share) == shown


@given(st.floats(1e-9, 1))
def test_what_happened_is_never_shown_as_nothing(share: float) -> None:
    assert words.percent(share) not in {"0 %", "0.0 %"}


@pytest.mark.parametrize(
    ("p", "shown"), [(0.0004, "< 0.01"), (0.5, "0.50"), (0.96, "0.96"), (0.9999, "> 0.99")]
)
def test_a_probability_is_never_shown_as_certain(p: float, shown: str) -> None:
    assert words.probability(p) == shown


@pytest.mark.parametrize(
    ("number", "shown"), [(0, "0 runs"), (1, "1 run"), (12345, f"12{NARROW}345 runs")]
)
def test_things_are_counted(number: int, shown: str) -> None:
    assert words.counted(number, "run") == shown


def test_times_and_days() -> None:
    assert [words.times(number) for number in (1, 2, 3)] == ["once", "twice", "3 times"]
    assert (words.day(AT), words.minute(AT)) == ("2026-03-02", "2026-03-02 14:05 UTC")
