"""List prices: written once in pounds, set in the other currencies at each market's level."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

# How much of the currency a customer there pays for what costs one pound in Britain. In India the
# level is below the exchange rate: the market is cheaper.
LEVELS = {
    "GBP": Decimal(1),
    "EUR": Decimal("1.16"),
    "USD": Decimal("1.30"),
    "INR": Decimal(72),
    "JPY": Decimal(192),
    "KWD": Decimal("0.395"),
}
MAIN = ("GBP", "EUR", "USD", "INR")
DIGITS = {"GBP": 2, "EUR": 2, "USD": 2, "INR": 2, "JPY": 0, "KWD": 3}
WHOLE_UNITS = ("JPY", "INR")


def local_price(pounds: str | Decimal, currency: str) -> Decimal:
    """The list price in ``currency``: two digits and a half, as price lists look.

    A price below the currency's smallest unit keeps its own digits.
    """
    amount = Decimal(pounds)
    if not amount or currency == "GBP":
        return _shown(amount, currency)
    exact = amount * LEVELS[currency]
    step = Decimal(5).scaleb(exact.adjusted() - 2)
    if currency in WHOLE_UNITS and exact >= 1:
        step = max(step, Decimal(1))
    return _shown((exact / step).quantize(Decimal(1), ROUND_HALF_UP) * step, currency)


def _shown(amount: Decimal, currency: str) -> Decimal:
    digits = Decimal(1).scaleb(-DIGITS[currency])
    if amount == amount.quantize(digits):
        return amount.quantize(digits)
    return amount.normalize()


def prices(pounds: str, currencies: Iterable[str]) -> dict[str, str]:
    return {currency: f"{local_price(pounds, currency):f}" for currency in currencies}


def band_prices(
    bands: Iterable[tuple[str | None, str, str | None]], currencies: Iterable[str]
) -> dict[str, list[list[str | None]]]:
    """The same limits in every currency; unit prices and flat fees at the market's level."""
    table = list(bands)
    return {
        currency: [
            [up_to, f"{local_price(unit, currency):f}", fee and f"{local_price(fee, currency):f}"]
            for up_to, unit, fee in table
        ]
        for currency in currencies
    }
