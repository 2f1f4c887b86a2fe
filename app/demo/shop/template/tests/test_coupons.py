from decimal import Decimal

import pytest

from shop.coupons import BadCoupon, Coupon, redeem

TENTH = Coupon("TENTH", percent=Decimal(10))
FIVER = Coupon("FIVER", amount=Decimal(5))


def test_a_share_off():
    assert redeem(Decimal("34.90"), TENTH) == Decimal("31.41")


def test_an_amount_off():
    assert redeem(Decimal("34.90"), FIVER) == Decimal("29.90")


def test_a_coupon_never_pays_out():
    assert redeem(Decimal(3), FIVER) == 0


def test_a_share_comes_before_an_amount():
    both = Coupon("BOTH", percent=Decimal(10), amount=Decimal(5))
    assert redeem(Decimal(100), both) == Decimal(85)


def test_a_minimum_is_kept():
    with pytest.raises(BadCoupon, match="needs an order of 20"):
        redeem(Decimal(19), Coupon("BIG", amount=Decimal(5), minimum=Decimal(20)))
