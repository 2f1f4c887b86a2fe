from decimal import Decimal

import pytest

from shop.cart import Cart


def test_a_new_cart_is_empty():
    assert not Cart()
    assert Cart().subtotal == 0


def test_adding_twice_adds_up(lamp):
    cart = Cart()
    cart.add(lamp)
    cart.add(lamp, 2)
    assert cart.pieces == 3


def test_subtotal_counts_every_piece(lamp, ladder):
    cart = Cart()
    cart.add(lamp, 2)
    cart.add(ladder)
    assert cart.subtotal == Decimal("128.80")


@pytest.mark.parametrize("quantity", [0, -1])
def test_nothing_cannot_be_added(lamp, quantity):
    with pytest.raises(ValueError, match="cannot add"):
        Cart().add(lamp, quantity)
