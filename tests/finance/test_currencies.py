"""The currency table, against a second opinion and the calendar."""

from __future__ import annotations

from datetime import date, timedelta

import iso4217
import pytest

from harmony_core.errors import InvalidValue, NotFound
from harmony_core.finance import currencies, currency, minor_digits

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
