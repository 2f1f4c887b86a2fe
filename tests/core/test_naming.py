"""Cases by what people call them."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.commands import MENTION, commands_in
from app.core.naming import KnownCase, called, close_to, meant


def known(*names: str) -> list[KnownCase]:
    return [KnownCase(UUID(int=number << 96), name) for number, name in enumerate(names, 1)]


CART = known(
    "tests.test_cart::test_total",
    "tests.test_cart::test_total_sum",
    "tests.test_order::test_sum[1.5]",
    "web \u203a cart::adds two",
)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("tests.test_cart::test_total", [0]),
        ("test_total", [0]),
        ("TEST_TOTAL", [0]),
        ("test_sum[1.5]", [2]),
        ("adds  two", [3]),
        ("0000000", []),
        ("00000002", [1]),
        ("00000002000000000000", [1]),
        ("total", [0, 1]),
        ("nothing", []),
        ("", []),
    ],
)
def test_the_first_thing_that_fits_is_meant(said: str, found: list[int]) -> None:
    assert meant(said, CART) == [CART[one] for one in found]


def test_a_command_calls_a_case_by_the_shortest_name_that_means_no_other() -> None:
    twins = known("a::test_x", "b::test_x", "c \u203a d::it's `odd`", "e::two words")

    found = list(called(twins).values())

    assert found == ["a::test_x", "b::test_x", twins[2].case_id.hex[:12], '"two words"']


@given(st.lists(st.text(max_size=30), min_size=1, max_size=6, unique=True))
def test_whatever_a_case_is_called_its_command_means_it_and_nothing_else(names: list[str]) -> None:
    cases = known(*names)

    found = called(cases)

    for case in cases:
        [command] = commands_in(f"{MENTION} explain {found[case.case_id]}")
        assert meant(command.case, cases) == [case]
        assert (command.days, command.reason) == (None, "")


def test_names_that_look_alike_are_offered() -> None:
    assert close_to("test_totl", CART)[0] == "tests.test_cart::test_total"
    assert close_to("xyzzy", CART) == []
