"""A case's id: the same whatever job reports it, another when the case is another."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.identity import (
    ID_BYTES,
    IDENTITY_VERSION,
    CaseIds,
    RememberedIds,
    case_id,
    fold_parameters,
)
from app.core.outcomes import Outcome, PassedCases, ReportedCase, ReportedExecution
from app.core.reports.names import split_name

PASSED = ReportedExecution(Outcome.PASSED, 12)
CASE = ReportedCase("pytest", "tests.test_a", "test_x", "[1]", "tests/test_a.py", 3, PASSED)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


def test_an_id_is_a_uuid_s_sixteen_bytes_and_stays_for_ever() -> None:
    assert IDENTITY_VERSION == 1
    assert len(case_id(7, CASE)) == ID_BYTES
    assert str(UUID(bytes=case_id(7, CASE))) == "bd81532f-c8a0-1f29-8136-9d2ce91a7eeb"


@pytest.mark.parametrize(
    "other",
    [
        CASE._replace(line=9),
        CASE._replace(file="moved/test_a.py"),
        CASE._replace(variant="windows"),
        CASE._replace(last=ReportedExecution(Outcome.FAILED)),
    ],
)
def test_what_may_change_does_not_change_the_id(other: ReportedCase) -> None:
    assert case_id(7, other) == case_id(7, CASE)


@pytest.mark.parametrize(
    "other",
    [
        CASE._replace(suite="unit"),
        CASE._replace(classname="tests.test_b"),
        CASE._replace(name="test_y"),
        CASE._replace(parameters="[2]"),
        CASE._replace(names_need_file=True),
    ],
)
def test_another_case_has_another_id(other: ReportedCase) -> None:
    assert case_id(7, other) != case_id(7, CASE)


@given(st.lists(st.lists(TEXTS, min_size=5, max_size=5), max_size=8), st.booleans())
def test_ids_made_in_a_row_are_the_ones_made_alone(rows: list[list[str]], by_file: bool) -> None:
    cases = [
        CASE._replace(
            suite=row[0],
            classname=row[1],
            name=row[2],
            parameters=row[3],
            file=row[4] or None,
            names_need_file=by_file,
        )
        for row in rows
    ]
    ids = CaseIds(7)

    assert [ids.of(case) for case in cases] == [case_id(7, case) for case in cases]


def test_the_same_case_of_another_repository_is_another_case() -> None:
    assert case_id(7, CASE) != case_id(8, CASE)


@given(st.lists(TEXTS, min_size=4, max_size=4), st.lists(TEXTS, min_size=4, max_size=4))
def test_fields_do_not_flow_into_one_another(one: list[str], two: list[str]) -> None:
    a = CASE._replace(suite=one[0], classname=one[1], name=one[2], parameters=one[3])
    b = CASE._replace(suite=two[0], classname=two[1], name=two[2], parameters=two[3])

    assert (case_id(1, a) == case_id(1, b)) == (one == two)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[<X object at 0x7f3a12bc9d10>]", "[<X object at <address>>]"),
        ("[6f1c2d3e-0000-4abc-8def-0123456789ab]", "[<uuid>]"),
        ("[2026-01-02T03:04:05.678Z-a]", "[<time>-a]"),
        ("[2026-01-02 03:04]", "[<time>]"),
        ("[1790000000]", "[<time>]"),
        ("[1790000000123-x]", "[<time>-x]"),
        ("[/tmp/pytest-of-ci/pytest-3/test_x0]", "[<path>]"),
        ("[/var/folders/ab/cd/T/x]", "[<path>]"),
        (r"[C:\Users\ci\AppData\Local\Temp\x.txt]", "[<path>]"),
        ("[com.acme.Cart@5e91993f]", "[com.acme.Cart@<hash>]"),
        ("(int[]@1b2c3d4, 3)", "(int[]@<hash>, 3)"),
        ("[Cart$$Lambda$14/0x0000000800066840@7c30a502]", "[Cart$$Lambda$14/<address>@<hash>]"),
        ("[ann@example.com, ann@decade7.org]", "[ann@example.com, ann@decade7.org]"),
        ("[shop@12345]", "[shop@12345]"),
        ("[0x10-12345-1.5-abc]", "[0x10-12345-1.5-abc]"),
        ("[2024-02-29]", "[2024-02-29]"),
        ("[2147483647]", "[2147483647]"),
        ("[deadbeefcafe]", "[deadbeefcafe]"),
        ("[/etc/hosts]", "[/etc/hosts]"),
    ],
)
def test_only_random_parts_are_folded(text: str, expected: str) -> None:
    assert fold_parameters(text) == expected


@given(st.text(max_size=200))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold_parameters(fold_parameters(text)) == fold_parameters(text)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("test_add[1-2]", ("test_add", "[1-2]")),
        ("test_add[a[0]]", ("test_add", "[a[0]]")),
        ("test_add[[]", ("test_add", "[[]")),
        ("run(String)[2]", ("run(String)", "[2]")),
        ("Add(1,2)", ("Add", "(1,2)")),
        ("testFoo()", ("testFoo()", "")),
        ("adds (slowly)", ("adds (slowly)", "")),
        ("[1] first", ("[1] first", "")),
        ("[slow]", ("[slow]", "")),
        ("plain", ("plain", "")),
        (")", (")", "")),
        ("", ("", "")),
    ],
)
def test_parameters_stand_behind_the_name(name: str, expected: tuple[str, str]) -> None:
    assert split_name(name) == expected


@given(st.text(alphabet="ab []()1", max_size=30))
def test_name_and_parameters_are_the_whole_name(name: str) -> None:
    assert "".join(split_name(name)) == name


def test_ids_that_are_remembered_are_the_ones_digested() -> None:
    names = [f"test_{number}" for number in range(50)]
    cases = PassedCases("pytest", "tests.test_a", "tests/test_a.py", "", False, names, [1] * 50)
    by_file = cases._replace(names_need_file=True)
    elsewhere = by_file._replace(file="tests/test_b.py")

    for passed in (cases, by_file, elsewhere):
        alone = [
            case_id(7, CASE._replace(name=name, parameters="", file=passed.file,
                                     names_need_file=passed.names_need_file))
            for name in names
        ]  # fmt: skip
        assert [CaseIds(7).of_passed(passed) for _ in range(2)] == [alone, alone]
    assert CaseIds(8).of_passed(cases) != CaseIds(7).of_passed(cases)


def test_what_was_not_met_for_long_is_forgotten() -> None:
    remembered = RememberedIds(most=20)
    first, second = (7, "s", "first", ""), (7, "s", "second", "")

    remembered.learn(first, {"a": b"1"})
    for number in range(8):
        remembered.learn(second, {f"{number}": b"2"})
        assert remembered.of(first) == {"a": b"1"}
    for number in range(20):
        remembered.learn(second, {f"more {number}": b"3"})

    assert remembered.of(first) == {}
