from datetime import date
from decimal import Decimal

from shop import mail
from shop.orders import Order

from tests.factories import some_customer

ORDER = Order(17, "Greta Lind", Decimal("39.80"), date(2024, 3, 8))


def test_the_subject_names_the_order():
    assert mail.confirmation(ORDER).subject == "Your order no. 17"


def test_the_greeting_names_the_customer():
    customer = some_customer()
    assert customer in mail.greeting(customer)


def test_the_mail_says_thank_you():
    assert "Thank you for your order." in mail.confirmation(ORDER).body


def test_markup_in_a_name_stays_text():
    assert mail.greeting("<b>") == "<p>Dear &lt;b&gt;,</p>"
