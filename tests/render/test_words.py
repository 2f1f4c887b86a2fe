"""Every sentence that a person reads, word for word."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.decide import Cause, State
from app.core.evidence import EvidenceKind, Fact, evidence
from app.render import words

AT = datetime(2026, 3, 2, 14, 5, tzinfo=UTC)
SHA = "4f2c1d9e" * 5
NARROW = "\u202f"

SENTENCES: list[tuple[EvidenceKind, dict[str, Fact], str]] = [
    (
        EvidenceKind.CONTRADICTED,
        {
            "how": "failed on attempt 1 and passed on attempt 2 of the same commit",
            "last_sha": SHA,
            "times": 2,
            "days": 2,
        },
        "Failed on attempt 1 and passed on attempt 2 of the same commit,"
        " twice on 2 days, last on 4f2c1d9.",
    ),
    (
        EvidenceKind.CONTRADICTED,
        {
            "how": "failed in one run and passed in another of the same commit",
            "last_sha": SHA,
            "times": 1200,
            "days": 5,
        },
        "Failed in one run and passed in another of the same commit,"
        " 1200 times on 5 days, last on 4f2c1d9.",
    ),
    (
        EvidenceKind.CONTRADICTED_ONCE,
        {"how": "failed and passed within attempt 1", "last_sha": SHA, "times": 1, "days": 1},
        "Failed and passed within attempt 1 (4f2c1d9); seen on one day only, two make it flaky.",
    ),
    (
        EvidenceKind.CONTRADICTED_HERE,
        {"how": "failed on attempt 1 and passed on attempt 3"},
        "Failed on attempt 1 and passed on attempt 3.",
    ),
    (
        EvidenceKind.RATE,
        {"rate": 0.021, "low": 0.012, "high": 0.034, "runs": 61, "branch": "main"},
        "Fails in 2.1 % (1.2\u20133.4 %) of runs on main, 61 runs seen.",
    ),
    (
        EvidenceKind.RATE,
        {"rate": 0.0, "low": 0.0, "high": 0.657, "runs": 1},
        "Fails in 0 % (0\u201366 %) of its runs for no fault of the code, 1 run seen.",
    ),
    (
        EvidenceKind.BROKEN_ON_BASE,
        {"since": SHA, "failed": 3, "branch": "main"},
        "Has failed on main since 4f2c1d9 (3 of 3 runs).",
    ),
    (
        EvidenceKind.PASSES_ON_BASE,
        {"passed": 1, "branch": "main"},
        "Passed in the last run on main.",
    ),
    (
        EvidenceKind.PASSES_ON_BASE,
        {"passed": 9, "branch": "main"},
        "Passed in the last 9 runs on main.",
    ),
    (
        EvidenceKind.FIRST_ON_BASE,
        {"passed": 1, "branch": "main"},
        "The first failure on main after 1 run that passed.",
    ),
    (
        EvidenceKind.FIRST_ON_BASE,
        {"passed": 40, "branch": "main"},
        "The first failure on main after 40 runs that passed.",
    ),
    (
        EvidenceKind.FAILS_AGAIN_ON_PR,
        {"times": 3},
        "Has failed on the last 3 pushes of this pull request, and never passed between.",
    ),
    (
        EvidenceKind.ADDED_HERE,
        {"runs": 50, "branch": "main"},
        "None of the last 50 runs on main has this case: it is new here.",
    ),
    (
        EvidenceKind.FEW_RUNS,
        {"runs": 0},
        "Never seen before, so there is nothing to compare with.",
    ),
    (
        EvidenceKind.FEW_RUNS,
        {"runs": 1},
        "Little is known of it yet: 1 run seen.",
    ),
    (
        EvidenceKind.FEW_RUNS,
        {"runs": 7},
        "Little is known of it yet: 7 runs seen.",
    ),
    (
        EvidenceKind.BROKEN_ON_BASE,
        {"since": SHA, "failed": 3, "runs": 4, "branch": "main"},
        "Has failed on main since 4f2c1d9 (3 of 4 runs).",
    ),
    (
        EvidenceKind.CULPRIT,
        {
            "passed": "77ab12c" + "0" * 33,
            "since": SHA,
            "commits": 3,
            "commit": SHA,
            "author": "ada",
            "p": 0.82,
            "second": "9f3c111" + "0" * 33,
            "second_p": 0.11,
        },
        "Broke after 77ab12c passed, most likely in 4f2c1d9 by ada (82 %),"
        " else 9f3c111 (11 %), of 3 commits.",
    ),
    (
        EvidenceKind.CULPRIT,
        {
            "passed": None,
            "since": SHA,
            "commits": 9,
            "commit": SHA,
            "author": "ada",
            "p": 0.6,
            "second": "9f3c111" + "0" * 33,
            "second_p": 0.2,
            "range": f"{'ab12cde' + '0' * 33}:0.100 {SHA}:0.600 {'9f3c111' + '0' * 33}:0.200 "
            f"{'77ab12c' + '0' * 33}:0.004",
        },
        "Broke most likely in 4f2c1d9 by ada (60 %), else 9f3c111 (20 %), else ab12cde (10 %),"
        " of 9 commits.",
    ),
    (
        EvidenceKind.OUTAGE,
        {"since": "2026-11-20T12:00+00:00", "cases": 43, "groups": 12},
        "Failed together with 43 other cases in 12 other places of the same job, in an outage that"
        " began at 2026-11-20 12:00 UTC.",
    ),
    (
        EvidenceKind.OUTAGE,
        {"since": "2026-11-20T12:00+00:00", "cases": 0, "groups": 0},
        "Failed in an outage that began at 2026-11-20 12:00 UTC.",
    ),
    (
        EvidenceKind.CULPRIT,
        {
            "passed": None,
            "since": SHA,
            "commits": 1,
            "commit": SHA,
            "author": None,
            "p": 0.97,
            "second": None,
            "second_p": None,
        },
        "Broke most likely in 4f2c1d9 (97 %).",
    ),
    (
        EvidenceKind.NEAR_CHANGE,
        {"paths": "shop/cart.py", "more": 1},
        "The change touches what lies near it: shop/cart.py.",
    ),
    (
        EvidenceKind.NEAR_CHANGE,
        {"paths": "shop/cart.py, shop/till.py", "more": 5},
        "The change touches what lies near it: shop/cart.py, shop/till.py and 3 files more.",
    ),
    (
        EvidenceKind.FAR_FROM_CHANGE,
        {"changed": 1},
        "The one file that the change touches lies far from it.",
    ),
    (
        EvidenceKind.FAR_FROM_CHANGE,
        {"changed": 4},
        "None of the 4 files that the change touches lies near it.",
    ),
    (
        EvidenceKind.FAILING_BESIDE,
        {"groups": 2, "cases": 9},
        "Failed together with 9 other cases in 2 other places of the same job.",
    ),
    (
        EvidenceKind.SAME_MESSAGE,
        {"times": 2},
        "Says what it said twice before when it failed for no fault of the code.",
    ),
    (
        EvidenceKind.FIRST_FAILURE,
        {"passes": 40},
        "Never failed before, in 40 runs that passed.",
    ),
    (
        EvidenceKind.OVER_RULE,
        {"failed": 7, "runs": 40, "days": 7, "line": 12},
        "Failed in 7 of 40 runs in the last 7 days, which the policy's rule on line 12 calls"
        " flaky.",
    ),
    (
        EvidenceKind.IN_A_ROW,
        {"times": 3, "line": 12},
        "Failed 3 runs in a row, which the policy's rule on line 12 calls flaky.",
    ),
    (EvidenceKind.EXEMPT, {}, "The policy exempts this test, so its failures are real."),
    (EvidenceKind.DISMISSED, {"by": "@ada"}, "@ada said that it is not flaky."),
]


@pytest.mark.parametrize(("kind", "facts", "sentence"), SENTENCES)
def test_a_piece_of_evidence_is_a_finished_sentence(
    kind: EvidenceKind, facts: dict[str, Fact], sentence: str
) -> None:
    assert words.evidence_sentence(evidence(kind, **facts)) == sentence


def test_every_kind_of_evidence_is_asserted_here_and_order_is_kept() -> None:
    reasons = [evidence(kind, **facts) for kind, facts, _ in SENTENCES]

    assert {kind for kind, _, _ in SENTENCES} == set(EvidenceKind)
    assert words.evidence_sentences(reasons) == tuple(sentence for _, _, sentence in SENTENCES)


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
            "No longer surely flaky: only one day's contradiction is left.",
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
