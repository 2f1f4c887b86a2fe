"""Renames and moves are told from additions, and never guessed."""

from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.aliases import LIKE, Named, is_move, pairs

SPACE = UUID("6f2f6f0e-6f3c-4e0c-9d4b-1f6a3a0f1c55")


def case(
    name: str, *, classname: str = "tests.test_cart", parameters: str = "", file: str | None = None
) -> Named:
    known_by = f"{classname} {name} {parameters} {file}"
    return Named(uuid5(SPACE, known_by), "unit", classname, name, parameters, file)


def test_a_case_that_changed_its_name_a_little_was_renamed() -> None:
    old, new = case("test_total_of_empty_cart"), case("test_total_of_an_empty_cart")

    (found,) = pairs([old], [new])

    assert (found.old, found.new) == (old.id, new.id)
    assert LIKE <= found.likeness < 1


def test_a_case_that_stands_in_another_file_was_moved() -> None:
    old = case("test_total", classname="tests.test_cart", file="tests/test_cart.py")
    new = case("test_total", classname="tests.cart.test_total", file="tests/cart/test_total.py")

    assert [(found.old, found.new) for found in pairs([old], [new])] == [(old.id, new.id)]


def test_a_case_with_another_name_in_another_place_is_another_case() -> None:
    old = case("test_total", classname="tests.test_cart")
    new = case("test_totals", classname="tests.test_carts")

    assert pairs([old], [new]) == []


def test_other_parameters_are_another_case() -> None:
    assert pairs([case("test_adds", parameters="[1]")], [case("test_adds", parameters="[2]")]) == []


def test_two_that_are_as_much_alike_are_not_guessed_between() -> None:
    old = case("test_total_of_cart")
    came = [case("test_total_of_cart_a"), case("test_total_of_cart_b")]

    assert pairs([old], came) == []


def test_a_whole_class_that_moved_is_paired_name_by_name_however_large() -> None:
    gone = [case(f"test_{n}_of_many", classname="tests.old_place") for n in range(700)]
    came = [case(f"test_{n}_of_many", classname="tests.new_place") for n in range(700)]

    found = pairs(gone, came)

    by_id = {one.id: one.name for one in [*gone, *came]}
    assert len(found) == 700
    assert all(by_id[pair.old] == by_id[pair.new] for pair in found)


NAMES = st.lists(st.sampled_from(["test_total", "test_totals", "test_sum", "adds"]), unique=True)


@given(NAMES, NAMES)
def test_each_case_is_in_one_pair_at_most_in_whatever_order_they_come(
    old_names: list[str], new_names: list[str]
) -> None:
    gone = [case(name, classname="tests.old") for name in old_names]
    came = [case(name, classname="tests.older") for name in new_names]
    found = pairs(gone, came)

    turned_gone, turned_came = gone[::-1], came[::-1]

    assert pairs(turned_gone, turned_came) == found
    assert len({pair.old for pair in found}) == len(found) == len({pair.new for pair in found})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("tests.test_cart.TestCart", "tests.unit.test_cart.TestCart"),
        ("tests.test_cart", "tests/unit/test_cart"),
        ("src/cart.test.ts", "src/cart/cart.spec.ts"),
        ("com.acme.CartTest", "com.acme.cart.CartTest"),
        ("", ""),
    ],
)
def test_a_class_of_the_same_name_elsewhere_has_moved(old: str, new: str) -> None:
    assert is_move(case("adds", classname=old), case("adds", classname=new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (case("adds"), case("adds_up")),
        (case("adds", parameters="[1]"), case("adds", parameters="[2]")),
        (case("adds", classname="shop.CartTest"), case("adds", classname="shop.BasketTest")),
    ],
)
def test_what_is_called_otherwise_has_not_only_moved(old: Named, new: Named) -> None:
    assert not is_move(old, new)
