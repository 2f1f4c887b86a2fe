"""TAP's subtests: a case stands in the test that is named around it."""

import pytest

from tests.core.reports.reading_files import read_bytes

NODE = """TAP version 13
# Subtest: alone
ok 1 - alone
# Subtest: cart
    # Subtest: adds
    ok 1 - adds
    # Subtest: drops
        # Subtest: one
        not ok 1 - one
        1..1
    not ok 2 - drops
    1..2
not ok 2 - cart
# Subtest: till
    # Subtest: opens
    ok 1 - opens
    1..1
ok 3 - till
1..3
"""
PERL = """1..2
    # Subtest: cart
    ok 1 - adds
    1..1
ok 1 - cart
    # Subtest: till
    ok 1 - opens
    1..1
ok 2 - till
"""


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        (NODE, [("", "alone"), ("cart", "adds"), ("cart › drops", "one"), ("till", "opens")]),  # noqa: RUF001 - as shown
        (PERL, [("cart", "adds"), ("till", "opens")]),
    ],
)
def test_a_case_stands_in_the_subtest_around_it(
    report: str, expected: list[tuple[str, str]]
) -> None:
    cases, _ = read_bytes(report)

    assert sorted((case.classname, case.name) for case in cases) == sorted(expected)
