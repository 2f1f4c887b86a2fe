"""Every kind of evidence, with the sentence that a person is to read of it."""

from app.core.evidence import EvidenceKind, Fact
from tests.render.views import SHA

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
        EvidenceKind.CONTRADICTED,
        {
            "how": "failed on attempt 1 and passed on attempt 2 of the same commit",
            "last_sha": SHA,
            "times": 4,
            "days": 4,
            "mixed": 1,
        },
        "Contradicted 4 times on 4 days, last on 4f2c1d9, when it failed on attempt 1 and passed on"
        " attempt 2 of the same commit.",
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
        "Fails in 2.1 % (1.2\u20133.4 %) of 61 executions on main.",
    ),
    (
        EvidenceKind.RATE,
        {"rate": 0.0, "low": 0.0, "high": 0.657, "runs": 1},
        "Fails in 0 % (0\u201366 %) of 1 execution for no fault of the code.",
    ),
    (
        EvidenceKind.BROKEN_ON_BASE,
        {"since": SHA, "failed": 3, "branch": "main"},
        "Has failed on main since 4f2c1d9 (3 of 3 executions).",
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
        "Failed before, and never passed between.",
    ),
    (
        EvidenceKind.STREAK,
        {"sources": 3},
        "Failed for 3 pull requests and commits in a row in this job, this one included.",
    ),
    (
        EvidenceKind.STREAK,
        {"sources": 13, "more": 1},
        "Failed for at least 13 pull requests and commits in a row in this job, this one included.",
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
        "Little is known of it yet: 1 execution seen.",
    ),
    (
        EvidenceKind.FEW_RUNS,
        {"runs": 7},
        "Little is known of it yet: 7 executions seen.",
    ),
    (
        EvidenceKind.BROKEN_ON_BASE,
        {"since": SHA, "failed": 3, "runs": 4, "branch": "main"},
        "Has failed on main since 4f2c1d9 (3 of 4 executions).",
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
        EvidenceKind.CULPRIT,
        {
            "passed": None,
            "since": SHA,
            "commits": 2,
            "commit": SHA,
            "author": None,
            "p": 0.9999922,
            "second": SHA[::-1],
            "second_p": 0.0000074,
        },
        f"Broke most likely in 4f2c1d9 (> 99 %), else {SHA[::-1][:7]} (< 0.1 %), of 2 commits.",
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
        EvidenceKind.SAME_CROWD,
        {"cases": 7},
        "Nearly the same 7 cases failed for a moment together on another day.",
    ),
    (
        EvidenceKind.EARLIER_PUSH,
        {},
        "An earlier push of this pull request failed it too.",
    ),
    (
        EvidenceKind.FAILS_ELSEWHERE,
        {"sources": 4},
        "Failed for 4 other pull requests or commits within a day, and nothing has explained that"
        " yet.",
    ),
    (
        EvidenceKind.SAID_ELSEWHERE,
        {"sources": 2},
        "Failed for a moment with the same message for 2 other pull requests or commits, half a day"
        " ago or more.",
    ),
    (
        EvidenceKind.SAME_MESSAGE,
        {"times": 2},
        "Says what it said twice before when it failed for no fault of the code.",
    ),
    (
        EvidenceKind.OTHER_MESSAGE,
        {"times": 3},
        "Says something that none of its 3 earlier flakes said.",
    ),
    (
        EvidenceKind.FIRST_FAILURE,
        {"passes": 40},
        "Never failed before, in 40 executions that passed.",
    ),
    (
        EvidenceKind.FAILED_BEFORE,
        {"failed": 3, "runs": 61, "rate": 0.049, "low": 0.017, "high": 0.135},
        "Failed before in 3 of 61 executions, 4.9 % (1.7\u201314 %), for whatever reason.",
    ),
    (
        EvidenceKind.FAILS_NOT_ON_BASE,
        {"commit": SHA, "branch": "main"},
        "Does not fail on main, which this job tested last at 4f2c1d9.",
    ),
    (
        EvidenceKind.OVER_RULE,
        {"failed": 7, "runs": 40, "days": 7, "line": 12},
        "Failed in 7 of 40 executions in the last 7 days, which the policy's rule on line 12 calls"
        " flaky.",
    ),
    (
        EvidenceKind.IN_A_ROW,
        {"times": 3, "line": 12},
        "Failed in 3 executions in a row, which the policy's rule on line 12 calls flaky.",
    ),
    (EvidenceKind.EXEMPT, {}, "The policy exempts this test, so its failures are real."),
    (
        EvidenceKind.EXEMPT,
        {"branch": "release/2"},
        "The policy exempts this test on release/2, so its failures are real.",
    ),
    (EvidenceKind.DISMISSED, {"by": "@ada"}, "@ada said that it is not flaky."),
]
