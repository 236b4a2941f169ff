"""Numbers and money as places write them: the figures are those of ICU, the way back is strict."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from babel import localedata
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.culture import Culture, Formats, MoneyStyle
from harmony_core.errors import CurrencyMismatch, InvalidValue
from harmony_core.finance import ExactAmount, Money

TAGS = sorted(
    name.replace("_", "-") for name in localedata.locale_identifiers() if name != "en_US_POSIX"
)
NBSP, NARROW = "\u00a0", "\u202f"
READ_BACK = st.sampled_from([MoneyStyle.STANDARD, MoneyStyle.ACCOUNTING, MoneyStyle.CODE])


@given(
    st.sampled_from(TAGS),
    st.integers(-(10**12), 10**12),
    st.sampled_from(["EUR", "CHF", "JPY", "KWD", "INR", "GBP", "IQD", "PLN"]),
    READ_BACK,
)
def test_what_is_written_is_read_back_as_the_same_money(
    tag: str, minor: int, code: str, style: MoneyStyle
) -> None:
    money, formats = Money(minor, code), Formats.of(tag)
    written = formats.money(money, style)
    assert formats.parse_money(written, code) == money
    assert formats.parse_money(written, code, any_space=True) == money


@given(st.sampled_from(TAGS), st.decimals(-(10**9), 10**9, places=3))
def test_what_is_written_is_read_back_as_the_same_number(tag: str, number: Decimal) -> None:
    formats = Formats.of(tag)
    assert formats.parse_number(formats.number(number)) == Fraction(number)


@pytest.mark.parametrize(
    ("tag", "amount", "code", "written"),
    [  # as ICU 78.2 (CLDR 48) writes them, and every one otherwise than Babel 2.18
        ("es-ES", "1234.56", "EUR", "1234,56_€"),
        ("es-ES", "12345.67", "EUR", "12.345,67_€"),
        ("es-MX", "1234.56", "MXN", "$1,234.56"),
        ("pl-PL", "1234.56", "PLN", "1234,56_zł"),
        ("pt-PT", "1234.56", "EUR", "1234,56_€"),
        ("pt-BR", "1234.56", "BRL", "R$_1.234,56"),
        ("it-IT", "1234.56", "EUR", "1234,56_€"),
        ("bg-BG", "1234.56", "EUR", "1234,56_€"),
        ("en-US", "1234.56", "CHF", "CHF_1,234.56"),
        ("fr-CH", "1234.56", "CHF", f"1{NARROW}234.56_CHF"),
        ("en-IN", "1234567.00", "INR", "₹12,34,567.00"),
        ("hi-IN", "-1234567.00", "INR", "-₹12,34,567.00"),
        ("sv-SE", "-1234.56", "SEK", "\u22121_234,56_kr"),
        ("nl-NL", "-1234.56", "EUR", "€_-1.234,56"),
        ("da-DK", "1234.56", "DKK", "1.234,56_kr."),
        ("en-US", "1250.125", "IQD", "IQD_1,250.125"),
        ("ja-JP", "1234", "JPY", "￥1,234"),
    ],
)
def test_standard_amounts_are_written_as_cldr_says(
    tag: str, amount: str, code: str, written: str
) -> None:
    assert Formats.of(tag).money(Money.of(amount, code)) == written.replace("_", NBSP)


@pytest.mark.parametrize(
    ("tag", "amount", "code", "style", "written"),
    [
        ("en-US", "-1234.56", "USD", "accounting", "($1,234.56)"),
        ("de-DE", "-1234.56", "EUR", "accounting", "-1.234,56_€"),
        ("nl-NL", "-1234.56", "EUR", "accounting", "(€_1.234,56)"),
        ("en-GB", "-5.00", "GBP", "code", "-GBP_5.00"),
        ("en-US", "1.00", "USD", "name", "1.00 US dollars"),
        ("en-US", "1", "JPY", "name", "1 Japanese yen"),
        ("de-DE", "1234.56", "EUR", "name", "1.234,56 Euro"),
        ("pl-PL", "5.00", "PLN", "name", "5,00 złotego polskiego"),
        ("pl-PL", "-12345.00", "PLN", "name", "-12_345,00 złotego polskiego"),
    ],
)
def test_the_other_styles(tag: str, amount: str, code: str, style: str, written: str) -> None:
    money = Money.of(amount, code)
    assert Formats.of(tag).money(money, MoneyStyle(style)) == written.replace("_", NBSP)


@pytest.mark.parametrize(
    ("tag", "text", "number"),
    [
        ("de-CH", "1’234.56", "1234.56"),
        ("de-DE", "1.234,56", "1234.56"),
        ("de-DE", "-1234,5", "-1234.5"),
        ("es-ES", "1.234", "1234"),  # grouped where the locale would not: still clear
        ("sv-SE", "\u22121_234,56", "-1234.56"),
        ("sv-SE", "-1_234,56", "-1234.56"),
        ("en-IN", "12,34,567.5", "1234567.5"),
        ("en-US", "1,234,567", "1234567"),
        ("en-US", "007", "7"),
    ],
)
def test_numbers_read_as_they_are_written(tag: str, text: str, number: str) -> None:
    assert Formats.of(tag).parse_number(text.replace("_", NBSP)) == Fraction(number)


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en-US", "1,50"),  # fifty cents to a German: never a hundred and fifty
        ("en-US", "1,23,4.5"),
        ("en-US", "1.234,56"),
        ("en-US", "12,34,567"),
        ("en-IN", "1,234,567"),
        ("en-US", "0,123"),
        ("en-US", "1,234,"),
        ("en-US", ",234"),
        ("de-DE", "30.00"),
        ("de-DE", "1.234.56"),
        ("fr-FR", "1 234,5"),  # the group sign of French is another space
        *(("en-US", text) for text in ("", "-", "--1", "1e3", "NaN", "1.", ".5", " 1", "٣", "1/3")),
    ],
)
def test_what_is_unclear_is_refused(tag: str, text: str) -> None:
    with pytest.raises(InvalidValue, match="one such is"):
        Formats.of(tag).parse_number(text)


def test_any_space_will_do_on_request_where_a_space_groups() -> None:
    french = Formats.of("fr-FR")
    for space in " \u00a0\u202f\u2009":
        assert french.parse_number(f"1{space}234,5", any_space=True) == Fraction("1234.5")
        money = french.parse_money(f"-1{space}234,50 €", "EUR", any_space=True)
        assert money == Money.of("-1234.50", "EUR")
    with pytest.raises(InvalidValue):
        Formats.of("en-US").parse_number("1 234", any_space=True)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        *(
            ("GBP", text)
            for text in ("€12.50", "£12.505", "12.50£", "(12.50)", "£ 1", "-", "", "£")
        ),
        ("JPY", "1.5"),
    ],
)
def test_an_amount_of_another_currency_or_form_is_refused(code: str, text: str) -> None:
    with pytest.raises((InvalidValue, CurrencyMismatch)):
        Formats.of("en-GB").parse_money(text, code)


def test_formats_need_no_language_pack_and_a_culture_has_them() -> None:
    assert Formats.of("fr-FR").money(Money.of("1234.50", "EUR")) == f"1{NARROW}234,50{NBSP}€"
    assert Culture.of("de-AT").formats == Formats.of("de-AT")
    assert Culture.of("en-GB").money(Money(-100, "GBP"), MoneyStyle.ACCOUNTING) == "(£1.00)"


def test_shares_and_unit_prices_keep_their_sign_on_the_local_side() -> None:
    assert Formats.of("tr-TR").percent(Fraction("-0.075")) == "-%7,5"
    price = ExactAmount.of("-0.00045", "EUR")
    assert Formats.of("nl-NL").unit_price(price) == f"€{NBSP}-0,00045"


def test_the_apostrophe_of_the_keyboard_groups_in_switzerland() -> None:
    swiss = Formats.of("de-CH")
    for text in ("1'234.50", "1’234.50"):
        assert swiss.parse_number(text) == Fraction("1234.5")
        assert swiss.parse_money(text, "CHF") == Money.of("1234.50", "CHF")
    with pytest.raises(InvalidValue):
        swiss.parse_number("12'34.50")
