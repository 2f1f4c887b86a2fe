"""The fields of an upload, and the run attempt that they mean."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import BadInput
from app.core.runs import BranchClass, Repository
from app.core.uploads import (
    FIELDS,
    Told,
    branch_class_of,
    missing,
    run_id_of,
    run_of,
    told,
    variant_of,
)

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SHOP = Repository(-9, "gitlab:acme/shop", "main", None)


def sentence_or(
    read: Callable[[dict[str, str]], tuple[Told, list[str]]], fields: dict[str, str]
) -> str | tuple[Told, list[str]]:
    """What was read, or the sentence that refuses it."""
    try:
        return read(fields)
    except BadInput as error:
        return str(error)


@given(fields=st.dictionaries(st.sampled_from(sorted(FIELDS)) | st.text(), st.text()))
def test_fields_are_read_or_refused_in_one_sentence(fields: dict[str, str]) -> None:
    said = sentence_or(told, fields)

    if isinstance(said, str):
        assert said.endswith(".")
        assert "\n" not in said
    else:
        unknown = [name for name, value in fields.items() if value.strip() and name not in FIELDS]
        assert len(said[1]) == len(unknown)
        run_of(SHOP, said[0], digest=b"x" * 32, actor="ci", now=NOW)


def test_nothing_told_is_nothing_known() -> None:
    assert told({}) == (Told(), [])
    assert told({"branch": "  ", "pr": ""}) == (Told(), [])


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-20T12:00:00Z", NOW),
        ("2026-11-20T13:00:00+01:00", NOW),
        ("2026-11-20T12:00:00", NOW),
        ("1795176000", NOW),
        ("2026-11-20", datetime(2026, 11, 20, tzinfo=UTC)),
    ],
)
def test_a_time_may_be_written_in_many_ways(text: str, moment: datetime) -> None:
    assert told({"at": text})[0].at == moment


@pytest.mark.parametrize(
    ("said", "variant"),
    [
        (Told(), "upload"),
        (Told(job="unit"), "unit"),
        (Told(suite="cart"), "cart"),
        (Told(job="unit", suite="cart"), "unit / cart"),
        (Told(job="unit", environment="staging"), "unit (staging)"),
        (Told(environment="staging"), "upload (staging)"),
    ],
)
def test_job_suite_and_environment_are_the_variant(said: Told, variant: str) -> None:
    assert variant_of(said) == variant


@pytest.mark.parametrize(
    ("said", "branch_class"),
    [
        (Told(branch="main"), BranchClass.DEFAULT),
        (Told(branch="main", pr=3), BranchClass.PULL_REQUEST),
        (Told(branch="topic"), BranchClass.OTHER),
        (Told(), BranchClass.OTHER),
        (Told(branch="gh-readonly-queue/main/pr-3-77ab"), BranchClass.MERGE_QUEUE),
    ],
)
def test_a_branch_has_a_class(said: Told, branch_class: BranchClass) -> None:
    assert branch_class_of(said, default_branch="main") is branch_class


def test_an_unknown_default_branch_is_no_branch() -> None:
    assert branch_class_of(Told(), default_branch="") is BranchClass.OTHER


@given(one=st.tuples(st.text(), st.text()), other=st.tuples(st.text(), st.text()))
def test_a_pipeline_on_one_commit_is_one_run_and_never_githubs(
    one: tuple[str, str], other: tuple[str, str]
) -> None:
    assert (run_id_of(*one) == run_id_of(*other)) is (one == other)
    assert -(2**62) <= run_id_of(*one) < 0


def test_without_a_pipeline_the_commit_and_without_that_the_content_is_the_run() -> None:
    def run_id(said: Told, digest: bytes) -> int:
        return run_of(SHOP, said, digest=digest, actor="ci", now=NOW).key.run_id

    by_commit = {run_id(Told(commit="77ab"), digest) for digest in (b"1", b"2")}
    by_content = {run_id(Told(), digest) for digest in (b"1", b"2")}

    assert (len(by_commit), len(by_content)) == (1, 2)


def test_what_is_missing_is_said_once_each() -> None:
    assert len(missing(Told())) == 2
    assert len(missing(Told(commit="77ab"))) == 1
    assert missing(Told(commit="77ab", branch="main")) == []
    assert missing(Told(commit="77ab", pr=3)) == []
