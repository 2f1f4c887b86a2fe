"""What is remembered of a case for sentences: of several kinds of contradiction, the truth."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from app.core.evidence import EvidenceKind
from app.core.history.records import CaseSet, Execution, Observation
from app.core.outcomes import Outcome
from app.core.reasoning import contradicted
from app.core.scorer.said import Contradicted
from app.core.told import Told
from app.render import words

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SHA = "4f2c1d9" * 5
FAILED = (Execution(Outcome.FAILED, "AssertionError: 1 != 2"),)
RERUN = "failed on attempt 1 and passed on attempt 2 of the same commit"


def seen(day: int, *, attempt: int = 1) -> Observation:
    """The job's report of a day, of a run of its own."""
    return Observation(
        at=START + timedelta(days=day),
        run=day,
        attempt=attempt,
        job="linux",
        code=SHA,
        branch="main",
        pr=None,
        base=None,
        changed=None,
        is_trusted=True,
        ran=CaseSet("all", {"a": None}),
        not_run=frozenset(),
        results={"a": FAILED},
    )


def after(*ways: str) -> Told:
    """A case that failed once a day, and what contradicted that: `main` or `same`."""
    told = Told()
    for day, by in enumerate(ways):
        told = told.failed(seen(day), sha=SHA, executions=1)
        at = seen(day).at.timestamp()
        one = Contradicted("a", at, day, "linux", SHA, by, "alone")
        told = told.contradicted(one, seen(day, attempt=2))
    return told


def sentence(told: Told) -> str:
    return words.evidence_sentence(contradicted(told))


def test_what_was_contradicted_in_one_way_is_told_plainly() -> None:
    assert sentence(after("same", "same")) == (
        "Failed on attempt 1 and passed on attempt 2 of the same commit, twice on 2 days, last on"
        " 4f2c1d9."
    )


@pytest.mark.parametrize(
    "ways", [("main", "main", "main", "same"), ("same", "main", "main", "same")]
)
def test_of_several_ways_only_the_last_is_told_as_such(ways: tuple[str, ...]) -> None:
    assert sentence(after(*ways)) == (
        "Contradicted 4 times on 4 days, last on 4f2c1d9, when it failed on attempt 1 and passed on"
        " attempt 2 of the same commit."
    )


def test_it_comes_back_from_what_is_stored() -> None:
    for told in (after("same", "same"), after("main", "same")):
        assert Told.from_json(json.loads(json.dumps(told.to_json()))) == told


def test_what_was_stored_before_the_ways_were_kept_claims_none_of_them_for_all() -> None:
    stored = after("same", "same").to_json()
    del stored["is_mixed"], stored["failing_reports"]

    told = Told.from_json(json.loads(json.dumps(stored)))

    assert contradicted(told).facts["mixed"] == 1
    assert (told.how, told.failing_reports) == (RERUN, 2)
    assert contradicted(told).kind is EvidenceKind.CONTRADICTED
