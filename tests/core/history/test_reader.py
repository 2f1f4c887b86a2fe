"""Reading a history: what is known is kept, what is not is ignored, faults name their line."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import BadInput
from app.core.history.reader import records_of
from app.core.history.records import CaseSet, Header, Observation
from app.core.history.writer import case_set_line
from app.core.outcomes import Outcome
from app.core.priorities import Labels

HEADER = {"history": 1, "repository": "acme/shop", "default_branch": "main"}
CASES: dict[str, Any] = {
    "cases": "s1",
    "of": [{"case": "t1", "file": "a_test.py"}, {"case": "t2", "file": None}],
}
ROW = {
    "at": "2026-03-02T10:15:00Z",
    "run": 4711,
    "attempt": 1,
    "job": "linux",
    "sha": "9f3c",
    "branch": "feature-x",
    "pr": 812,
    "base": "77ab",
    "changed": ["shop/cart.py"],
    "trusted": True,
    "ran": "s1",
    "not_run": ["t2"],
    "results": {"t1": [["failed", "TimeoutError: no answer in 3 s"], ["passed", None]]},
}


def lines(*rows: object) -> list[bytes]:
    return [json.dumps(row).encode() + b"\n" for row in rows]


def fault(*rows: object) -> str:
    with pytest.raises(BadInput) as caught:
        list(records_of(lines(*rows)))
    return str(caught.value)


def test_a_history_is_read_record_by_record() -> None:
    header, cases, row = records_of(lines(HEADER, CASES, ROW | {"weather": "sunny"}))

    assert header == Header("acme/shop", "main")
    assert isinstance(cases, CaseSet)
    assert cases.files == {"t1": "a_test.py", "t2": None}
    assert isinstance(row, Observation)
    assert (row.run, row.attempt, row.job, row.code) == (4711, 1, "linux", "9f3c")
    assert (row.pr, row.base, row.changed) == (812, "77ab", ("shop/cart.py",))
    assert row.ran is cases
    assert row.not_run == {"t2"}
    assert [one.outcome for one in row.results["t1"]] == [Outcome.FAILED, Outcome.PASSED]


def test_labels_are_read_where_a_writer_knew_them() -> None:
    labelled = {"case": "t1", "file": None, "tags": ["smoke"], "priority": "high"}

    _, cases = records_of(lines(HEADER, {"cases": "s1", "of": [labelled, CASES["of"][1]]}))

    assert isinstance(cases, CaseSet)
    assert cases.labels == {"t1": Labels(frozenset({"smoke"}), "high")}
    assert json.loads(case_set_line(cases, {"t1": "t1", "t2": "t2"}, cases.labels))["of"] == [
        labelled,
        CASES["of"][1],
    ]


@pytest.mark.parametrize(
    ("first", "said"),
    [
        ({"run": 1}, 'Line 1 is no header; a history begins with {"history": 1, ...}.'),
        ({"history": 2}, "Line 1 says history version 2; this program reads 1."),
        ([], "Line 1 is not a JSON object; a history has one a line."),
        ({"history": 1, "repository": "a/b"}, "Line 1 has no text `default_branch`."),
    ],
)
def test_a_file_that_begins_otherwise_is_refused(first: object, said: str) -> None:
    assert fault(first) == said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"at": "yesterday"}, "has a time `at` that is not like 2026-03-02T10:15:00Z."),
        ({"ran": "s9"}, "uses the set of cases 's9', which no line before it gives."),
        ({"attempt": "one"}, "has no whole number `attempt`."),
        ({"trusted": "yes"}, "has `trusted` that is neither true nor false."),
        (
            {"results": {"t1": [["exploded", None]]}},
            "has an outcome 'exploded' of 't1'; known are passed, failed, errored, skipped.",
        ),
        ({"results": {"t1": []}}, "lists no executions for 't1'."),
        ({"results": {"t9": [["passed", None]]}}, "has a result of 't9', which is not in its set"),
        ({"not_run": "t2"}, "has `not_run` that is not a list of texts."),
        ({"not_run": ["t2", "t9"]}, "has 't9' in `not_run`, which is not in its set of cases."),
    ],
)
def test_the_line_of_a_fault_is_named(change: dict[str, object], said: str) -> None:
    assert fault(HEADER, CASES, ROW, ROW | change).startswith(f"Line 4 {said}")


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00"])
def test_a_time_that_utc_does_not_have_is_named_with_its_line(at: str) -> None:
    assert fault(HEADER, CASES, ROW | {"at": at}) == (
        "Line 3 has a time `at` that is no year from 1 to 9999 in UTC; write when the job finished."
    )


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([HEADER | {"repository": "a/\ud800"}], "Line 1 has half of a character in `repository`"),
        (
            [HEADER, CASES | {"of": [{"case": "t\ud800"}]}],
            "Line 2 has half of a character in `case`",
        ),
        ([HEADER, CASES, ROW | {"job": "\udfff"}], "Line 3 has half of a character in `job`"),
        ([HEADER, CASES, ROW | {"changed": ["\ud800"]}], "Line 3 has half of a character in `chan"),
        ([{"history": "\ud800"}], "Line 1 says history version '\\ud800'; this program reads 1."),
    ],
)
def test_a_name_that_no_terminal_could_show_is_refused_with_its_line(
    rows: list[object], said: str
) -> None:
    refused = fault(*rows)

    assert refused.startswith(said)
    assert refused.encode()


def test_half_a_character_in_a_message_is_replaced() -> None:
    results = {"t1": [["failed", "cut \ud83d here"], ["failed", "whole \U0001f600"]]}

    *_, row = records_of(lines(HEADER, CASES, ROW | {"results": results}))

    assert isinstance(row, Observation)
    assert [one.message for one in row.results["t1"]] == ["cut ? here", "whole \U0001f600"]


def test_what_is_not_json_is_named_with_its_line() -> None:
    with pytest.raises(BadInput, match=r"^Line 2 is not JSON; a history has one JSON object"):
        list(records_of([*lines(HEADER), b"{oops\n"]))


def test_an_empty_file_is_no_history() -> None:
    with pytest.raises(BadInput, match=r"^The file is empty"):
        list(records_of([]))


@given(st.lists(st.binary(max_size=60), max_size=4))
def test_no_bytes_whatever_raise_anything_else(tail: list[bytes]) -> None:
    with suppress(BadInput):
        list(records_of([*lines(HEADER, CASES), *tail]))
