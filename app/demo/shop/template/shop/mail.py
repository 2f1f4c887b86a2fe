"""The mails a customer gets."""

from dataclasses import dataclass
from html import escape
from importlib import resources

from shop.orders import Order


@dataclass(frozen=True)
class Mail:
    to: str
    subject: str
    body: str


def greeting(name: str) -> str:
    return f"<p>Dear {escape(name)},</p>"


def confirmation(order: Order) -> Mail:
    text = resources.files("shop").joinpath("data/order_mail.txt").read_text(encoding="utf-8")
    body = greeting(order.customer) + f"<pre>{text}</pre>"
    return Mail(order.customer, f"Your order no. {order.number}", body)
