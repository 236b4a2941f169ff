"""The currency table, against a second opinion and the calendar."""

from __future__ import annotations

from datetime import date, timedelta

import iso4217
import pytest

from harmony_core.culture import Formats, MoneyStyle
from harmony_core.errors import CurrencyMismatch, InvalidValue, NotFound
from harmony_core.finance import (
    ExactAmount,
    Money,
    Rate,
    Rounding,
    cash_rounding,
    convert,
    convert_legally,
    currencies,
    currency,
    custom_unit,
    irrevocable_euro_rates,
    minor_digits,
    triangulate,
)

LISTED = date(2026, 1, 1)  # the list that the second opinion carries was published on this day


def test_all_active_codes_agree_with_the_published_list() -> None:
    ours = {c.code: (c.numeric, c.exponent) for c in currencies(LISTED)}
    theirs = {c.code: (f"{c.number:03d}", c.exponent) for c in iso4217.Currency}
    assert ours == theirs
    assert len(ours) == 178


def test_the_decimals_are_those_of_the_standard_and_not_of_a_formatter() -> None:
    differ = ["AFN", "ALL", "IRR", "KPW", "LAK", "LBP", "MGA", "MMK", "RSD", "SOS", "SYP", "YER"]
    assert {minor_digits(code) for code in differ} == {2}
    assert minor_digits("IQD") == 3


@pytest.mark.parametrize(
    ("code", "numeric", "exponent", "last_day"),
    [
        ("HRK", "191", 2, date(2022, 12, 31)),
        ("ANG", "532", 2, date(2025, 6, 30)),
        ("BGN", "975", 2, date(2025, 12, 31)),
        ("ZWL", "932", 2, date(2024, 8, 31)),
        ("SLL", "694", 2, date(2023, 12, 31)),
        ("LTL", "440", 2, date(2014, 12, 31)),
        ("DEM", "276", 2, date(2002, 2, 28)),
        ("BEF", "056", 0, date(2002, 2, 28)),
        ("ITL", "380", 0, date(2002, 2, 28)),
        ("SIT", "705", 2, date(2006, 12, 31)),
        ("BYR", "974", 0, date(2016, 12, 31)),
        ("XEU", "954", 2, date(1998, 12, 31)),
    ],
)
def test_a_withdrawn_code_is_kept_with_its_last_day(
    code: str, numeric: str, exponent: int, last_day: date
) -> None:
    found = currency(code)
    assert (found.numeric, found.exponent) == (numeric, exponent)
    assert found.in_force(last_day)
    assert not found.in_force(last_day + timedelta(days=1))
    assert found in currencies(last_day)
    assert found not in currencies(LISTED)
    assert minor_digits(code) == exponent


@pytest.mark.parametrize(
    ("code", "numeric", "exponent", "first_day"),
    [
        ("XCG", "532", 2, date(2025, 3, 31)),
        ("ZWG", "924", 2, date(2024, 6, 25)),
        ("EUR", "978", 2, date(1999, 1, 1)),
        ("SLE", "925", 2, date(2022, 7, 1)),
    ],
)
def test_a_new_code_has_its_first_day(
    code: str, numeric: str, exponent: int, first_day: date
) -> None:
    found = currency(code)
    assert (found.numeric, found.exponent) == (numeric, exponent)
    assert found.in_force(first_day)
    assert not found.in_force(first_day - timedelta(days=1))


@pytest.mark.parametrize("code", ["XAU", "XAG", "XDR", "XSU", "XUA", "XBA", "XXX", "XTS", "XFO"])
def test_metals_and_units_of_account_have_no_minor_unit(code: str) -> None:
    assert currency(code).exponent is None
    with pytest.raises(InvalidValue, match=f"{code} has no minor unit"):
        minor_digits(code)


@pytest.mark.parametrize("code", ["XYZ", "eur", "Eur", "", " EUR", "840", "USDT"])
def test_an_unknown_code_is_not_found(code: str) -> None:
    for look_up in (currency, minor_digits):
        with pytest.raises(NotFound, match="three capital letters"):
            look_up(code)


def test_every_row_is_well_formed() -> None:
    for code in (c.code for day in (LISTED, date(1985, 1, 1)) for c in currencies(day)):
        found = currency(code)
        assert code.isalpha()
        assert code.isupper()
        assert len(code) == 3
        assert found.name == found.name.strip() != ""
        assert found.numeric == "" or (len(found.numeric) == 3 and found.numeric.isdigit())
        assert (
            found.valid_from is None or found.valid_to is None or found.valid_from < found.valid_to
        )


TOKENS = custom_unit("TOKEN")


def test_a_unit_of_ones_own_is_money_that_mixes_with_nothing() -> None:
    paid = Money.of("12", TOKENS)
    assert str(paid + Money(3, TOKENS)) == "15 TOKEN:0"
    assert paid == eval(repr(paid))
    assert ExactAmount.of("2.5", TOKENS).settle() == Money(3, TOKENS)
    with pytest.raises(InvalidValue, match="0 decimals"):
        Money.of("1.5", TOKENS)
    for other in ("EUR", custom_unit("TOKEN", 2), custom_unit("POINT")):
        with pytest.raises(CurrencyMismatch):
            paid + Money(1, other)
    assert TOKENS not in {found.code for found in currencies(LISTED)}
    tariff = Rate(TOKENS, "EUR", LISTED, "1.25", source="price list").found
    assert convert(paid, tariff) == Money.of("15.00", "EUR")


def test_a_unit_of_ones_own_is_written_by_its_name() -> None:
    german = Formats.of("de-DE")
    paid = Money.of("1234", TOKENS)
    written = [german.money(paid, style).replace("\u00a0", " ") for style in MoneyStyle]
    assert written == ["1.234 TOKEN"] * 4
    assert german.parse_money("1.234 TOKEN", TOKENS, any_space=True) == paid


@pytest.mark.parametrize(
    ("name", "digits"),
    [("EUR", 2), ("token", 0), ("T", 0), ("TOKEN", 10), ("TOKEN", -1), ("A B", 0), ("9X", 0)],
)
def test_a_unit_without_a_proper_name_is_refused(name: str, digits: int) -> None:
    with pytest.raises(InvalidValue, match="named like"):
        custom_unit(name, digits)
    if name != "EUR":
        with pytest.raises(NotFound):
            currency(f"{name}:{digits}")


def test_a_currency_with_digits_behind_it_is_no_unit() -> None:
    for code in ("EUR:2", "XAU:0"):
        with pytest.raises(NotFound):
            minor_digits(code)


FORMER = {rate.quote: rate for rate in irrevocable_euro_rates()}


def test_the_irrevocable_rates_have_six_figures_and_the_days_of_their_law() -> None:
    assert len(FORMER) == 21
    for code, rate in FORMER.items():
        assert rate.base == "EUR"
        assert rate.value * 10**6 == int(rate.value * 10**6)
        withdrawn = currency(code).valid_to
        assert withdrawn is not None
        assert rate.day <= withdrawn
    assert FORMER["BEF"].value == FORMER["LUF"].value
    assert {code for code, rate in FORMER.items() if rate.day.year == 2008} == {"CYP", "MTL"}


@pytest.mark.parametrize(
    ("amount", "code", "to", "wanted"),
    [
        ("100.00", "DEM", "EUR", "51.13"),
        ("51.13", "EUR", "DEM", "100.00"),
        ("1000", "ITL", "EUR", "0.52"),
        ("-1000", "ITL", "EUR", "-0.52"),
        ("100.00", "FRF", "DEM", "29.82"),
        ("1", "ITL", "BEF", "0"),
        ("100.00", "HRK", "BGN", "25.96"),
        ("7.50", "HRK", "EUR", "1.00"),
        ("12.34", "EUR", "EUR", "12.34"),
    ],
)
def test_legal_conversions(amount: str, code: str, to: str, wanted: str) -> None:
    assert convert_legally(Money.of(amount, code), to) == Money.of(wanted, to)


def test_between_two_former_currencies_the_euro_keeps_three_decimals() -> None:
    francs = Money.of("1.00", "FRF")
    by_law = convert_legally(francs, "ITL")
    legs = FORMER["FRF"].found.inverse, FORMER["ITL"].found
    assert by_law == triangulate(francs, *legs, intermediate=Rounding.of("half_up", "0.001"))
    assert by_law == Money.of("294", "ITL")  # 0.152 euro; without the rounding it were 295
    assert convert_legally(francs, "ITL", decimals=5) == Money.of("295", "ITL")
    assert legs[0].inverse == FORMER["FRF"].found


def test_only_what_the_euro_replaced_is_converted_by_law() -> None:
    for code in ("USD", "GBP"):
        with pytest.raises(NotFound, match=f"did not replace '{code}'"):
            convert_legally(Money.of("1.00", "EUR"), code)
        with pytest.raises(NotFound, match=f"did not replace '{code}'"):
            convert_legally(Money.of("1.00", code), "EUR")
    with pytest.raises(NotFound, match="no currency 'XYZ'"):
        convert_legally(Money.of("1.00", "EUR"), "XYZ")
    with pytest.raises(InvalidValue, match="3 decimals or more"):
        convert_legally(Money.of("1.00", "FRF"), "DEM", decimals=2)


@pytest.mark.parametrize(
    ("amount", "code", "paid"),
    [
        ("-0.08", "CHF", "-0.10"),
        ("-0.07", "CHF", "-0.05"),
        ("1.025", "CHF", "1.05"),
        ("12.25", "DKK", "12.50"),
        ("99.49", "SEK", "99.00"),
        ("0.075", "EUR", "0.08"),
        ("2.5", "HUF", "5.00"),
    ],
)
def test_cash_is_rounded_once_to_the_smallest_coin(amount: str, code: str, paid: str) -> None:
    assert ExactAmount.of(amount, code).settle(cash_rounding(code)) == Money.of(paid, code)
