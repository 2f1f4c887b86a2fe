"""From a full cart to an order."""

from shop import coupons, shipping
from shop.cart import Cart
from shop.coupons import Coupon
from shop.inventory import Inventory
from shop.orders import Order, OrderBook


class EmptyCart(Exception):
    """There is nothing to buy."""


def check_out(
    cart: Cart, customer: str, *, stock: Inventory, book: OrderBook, coupon: Coupon | None = None
) -> Order:
    """Reserve every line, add the parcel's price, write the order down."""
    if not cart:
        raise EmptyCart(customer)
    for article, quantity in cart.lines():
        stock.reserve(article.sku, quantity, buyer=customer)
    total = cart.subtotal
    if coupon is not None:
        total = coupons.redeem(total, coupon)
    return book.place(customer, total + shipping.cost(total))
