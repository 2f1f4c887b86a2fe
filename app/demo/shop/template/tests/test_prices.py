from decimal import Decimal

import pytest

from shop import prices


@pytest.fixture(scope="module", autouse=True)
def _euros_afterwards():
    yield
    prices.show_in("EUR")


@pytest.fixture
def euros():
    prices.show_in("EUR")


@pytest.mark.usefixtures("euros")
def test_half_a_cent_rounds_up():
    assert prices.rounded(Decimal("1.005")) == Decimal("1.01")


@pytest.mark.usefixtures("euros")
def test_a_label_has_two_decimals():
    assert prices.label(Decimal("3.2")) == "3.20 EUR"


def test_labels_show_euros():
    assert prices.label(Decimal("24.50")) == "24.50 EUR"


def test_labels_in_pounds():
    prices.show_in("GBP")
    assert prices.label(Decimal(10)) == "8.60 GBP"


@pytest.mark.usefixtures("euros")
def test_tax_is_within_the_price():
    assert prices.tax_within(Decimal(119)) == Decimal("19.00")


@pytest.mark.usefixtures("euros")
def test_an_unknown_currency_is_refused():
    with pytest.raises(ValueError, match="no rate for XAU"):
        prices.show_in("XAU")
