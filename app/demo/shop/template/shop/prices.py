"""Prices as customers read them: currency, tax, rounding."""

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
TAX = Decimal("0.19")
RATES = {"EUR": Decimal(1), "GBP": Decimal("0.86"), "CHF": Decimal("0.95")}

_currency = "EUR"


def show_in(currency: str) -> None:
    """Show every price in this currency from now on."""
    global _currency
    if currency not in RATES:
        raise ValueError(f"no rate for {currency}")
    _currency = currency


def rounded(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def label(amount: Decimal) -> str:
    """The price tag, e.g. "24.50 EUR"."""
    return f"{rounded(amount * RATES[_currency])} {_currency}"


def tax_within(gross: Decimal) -> Decimal:
    return rounded(gross - gross / (1 + TAX))
