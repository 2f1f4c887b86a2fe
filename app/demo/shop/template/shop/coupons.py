"""Coupons: a share off, or an amount off."""

from dataclasses import dataclass
from decimal import Decimal

from shop.prices import rounded


class BadCoupon(Exception):
    """This coupon cannot be used here."""


@dataclass(frozen=True)
class Coupon:
    code: str
    percent: Decimal = Decimal(0)
    amount: Decimal = Decimal(0)
    minimum: Decimal = Decimal(0)


def redeem(subtotal: Decimal, coupon: Coupon) -> Decimal:
    """What is left to pay after the coupon, never less than nothing."""
    if subtotal < coupon.minimum:
        raise BadCoupon(f"{coupon.code} needs an order of {coupon.minimum}")
    left = subtotal - rounded(subtotal * coupon.percent / 100)
    left = left - coupon.amount
    return max(left, Decimal(0))
