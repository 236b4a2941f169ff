"""The legal conversion between the euro and the currencies that it replaced.

The rates are irrevocable, of six significant figures, and neither rounded nor inverted. Between two
former currencies the way leads through the euro, whose amount keeps at least three decimals; the
result is rounded to the nearest minor unit, half up.

Sources (facts only): Council Regulations (EC) 1103/97, articles 4 and 5, and (EC) 2866/98 with its
amendments up to the accession of Bulgaria in 2026.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from functools import cache

from harmony_core.errors import InvalidValue, NotFound
from harmony_core.finance._conversion import convert, triangulate
from harmony_core.finance._currencies import currency
from harmony_core.finance._money import ExactAmount, Money
from harmony_core.finance._rates import FoundRate, Rate, RateKind
from harmony_core.finance._rounding import HALF_UP, Rounding

_SOURCE = "Council Regulation (EC) 2866/98"
_EURO = "EUR"
_FIRST, _GREECE = date(1999, 1, 1), date(2001, 1, 1)
_IRREVOCABLE = {
    "ATS": ("13.7603", _FIRST), "BEF": ("40.3399", _FIRST), "DEM": ("1.95583", _FIRST),
    "ESP": ("166.386", _FIRST), "FIM": ("5.94573", _FIRST), "FRF": ("6.55957", _FIRST),
    "IEP": ("0.787564", _FIRST), "ITL": ("1936.27", _FIRST), "LUF": ("40.3399", _FIRST),
    "NLG": ("2.20371", _FIRST), "PTE": ("200.482", _FIRST), "GRD": ("340.750", _GREECE),
    "SIT": ("239.640", date(2007, 1, 1)), "CYP": ("0.585274", date(2008, 1, 1)),
    "MTL": ("0.429300", date(2008, 1, 1)), "SKK": ("30.1260", date(2009, 1, 1)),
    "EEK": ("15.6466", date(2011, 1, 1)), "LVL": ("0.702804", date(2014, 1, 1)),
    "LTL": ("3.45280", date(2015, 1, 1)), "HRK": ("7.53450", date(2023, 1, 1)),
    "BGN": ("1.95583", date(2026, 1, 1)),
}  # fmt: skip


@cache
def irrevocable_euro_rates() -> tuple[Rate, ...]:
    """Give the rates at which the euro replaced other currencies, each from its first day.

    >>> [rate.quote for rate in irrevocable_euro_rates() if rate.day >= date(2014, 1, 1)]
    ['LVL', 'LTL', 'HRK', 'BGN']
    """
    return tuple(
        Rate(_EURO, code, day, value, RateKind.HISTORICAL, source=_SOURCE)
        for code, (value, day) in _IRREVOCABLE.items()
    )


def convert_legally(
    money: Money | ExactAmount, to: str, rounding: Rounding = HALF_UP, *, decimals: int = 3
) -> Money:
    """Convert between the euro and a currency that it replaced, or between two of those.

    Args:
        money: in the euro or in a former currency.
        to: the other currency.
        rounding: of the result; half up is the law's.
        decimals: of the euro amount between two former currencies; the law wants three or more.

    Raises:
        NotFound: one of the two is neither the euro nor replaced by it.
        InvalidValue: fewer than three decimals.

    >>> (
    ...     convert_legally(Money.of("100.00", "FRF"), "DEM"),
    ...     convert_legally(Money.of("1000", "ITL"), "EUR"),
    ... )
    (Money.of('29.82', 'DEM'), Money.of('0.52', 'EUR'))
    """
    if decimals < 3:
        raise InvalidValue(f"the euro amount in between needs 3 decimals or more, got {decimals}")
    if money.currency == to:
        if to != _EURO:
            _from_euro(to)  # refuses what the euro did not replace
        exactly = money.exact if isinstance(money, Money) else money
        return exactly.settle(rounding)
    if money.currency == _EURO:
        return convert(money, _from_euro(to), rounding)
    to_euro = _to_euro(money.currency)
    if to == _EURO:
        return convert(money, to_euro, rounding)
    between = Rounding(HALF_UP.mode, Fraction(1, 10**decimals))
    return triangulate(money, to_euro, _from_euro(to), rounding, between)


@cache
def _from_euro(code: str) -> FoundRate:
    for rate in irrevocable_euro_rates():
        if rate.quote == code:
            return rate.found
    currency(code)  # an unknown code is the better reason
    raise NotFound(
        f"the euro did not replace {code!r}: convert it by a rate of its day, from a RateBook"
    )


@cache
def _to_euro(code: str) -> FoundRate:
    return _from_euro(code).inverse
