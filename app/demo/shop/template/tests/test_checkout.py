from decimal import Decimal

import pytest

from shop.cart import Cart
from shop.checkout import EmptyCart, check_out
from shop.coupons import Coupon
from shop.inventory import SoldOut


@pytest.fixture
def cart(lamp):
    cart = Cart()
    cart.add(lamp)
    return cart


def test_an_order_pays_goods_and_parcel(cart, stock, book):
    assert check_out(cart, "Ada", stock=stock, book=book).total == Decimal("39.80")


def test_a_coupon_counts_before_the_parcel(cart, stock, book):
    coupon = Coupon("TENTH", percent=Decimal(10))
    order = check_out(cart, "Ada", stock=stock, book=book, coupon=coupon)
    assert order.total == Decimal("36.31")


def test_an_empty_cart_is_no_order(stock, book):
    with pytest.raises(EmptyCart):
        check_out(Cart(), "Ada", stock=stock, book=book)


def test_what_is_sold_out_is_not_ordered(ladder, stock, book):
    cart = Cart()
    cart.add(ladder, 2)
    with pytest.raises(SoldOut):
        check_out(cart, "Ada", stock=stock, book=book)
    assert len(book) == 0
