"""Words and formats of the reader."""

from __future__ import annotations

import copy
import json
import pickle
import subprocess
import sys
from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.culture import Culture, languages, missing_messages
from harmony_core.errors import InvalidValue
from harmony_core.finance import ExactAmount, Money
from harmony_core.periods import Month
from harmony_core.pricing import BandTable, FillUp, explain
from tests.culture.source_messages import messages_of, source_messages

BRITISH, GERMAN, INDIAN = Culture.of("en-GB"), Culture.of("de-DE"), Culture.of("en-IN")
exact_numbers = st.fractions() | st.decimals(allow_nan=False, allow_infinity=False, places=9).map(
    Fraction
)


def test_every_message_of_the_library_is_in_the_german_pack() -> None:
    used = source_messages()
    missing = missing_messages(used, GERMAN)
    assert not missing, "put into culture/packs/de.json:\n" + "\n".join(
        f"{used[message]}: {message}" for message in missing
    )


def test_no_message_of_a_pack_is_translated_twice() -> None:
    """The second would win in silence, and one English word stand for two things."""

    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        names = [name for name, _ in pairs]
        assert not [name for name in names if names.count(name) > 1]
        return dict(pairs)

    pack = files("harmony_core.culture") / "packs" / "de.json"
    json.loads(pack.read_text(encoding="utf-8"), object_pairs_hook=once)


def test_the_search_for_messages_sees_them_wherever_they_are_written() -> None:
    source = """
LATER = "set above"
LABELS = {"a": "from a table"}
def explain(why, culture, first):
    label = "one" if first else "the other"
    why.step("x", label, "add", why.given("y", "on the spot", 1))
    why.fact(LATER, "not a message")
    why.given("t", LABELS["a"], 2)
    culture.count(3, "device", "devices")
    [].count("not a message")
    return Explainer("a rule", 1)
"""
    written = {"one", "the other", "on the spot", "set above", "from a table", "a rule"}
    assert set(messages_of(source)) == written | {"device", "devices"}


@given(exact_numbers)
def test_a_number_is_written_without_loss(number: Fraction) -> None:
    german, british = GERMAN.number(number), BRITISH.number(number)
    assert Fraction(german.replace(".", "").replace(",", ".")) == number
    assert Fraction(british.replace(",", "")) == number


@given(st.integers(), st.sampled_from(["EUR", "JPY", "KWD", "IQD", "RSD"]))
def test_money_has_the_digits_of_iso_4217(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    digits = "".join(c for c in GERMAN.money(money) if c.isdigit())
    assert int(digits) == abs(minor)
    assert len(digits) == len(str(money.amount).lstrip("-").replace(".", ""))


@pytest.mark.parametrize(
    ("culture", "money", "expected"),
    [
        (BRITISH, Money.of("1234.50", "GBP"), "£1,234.50"),
        (BRITISH, Money.of("-0.05", "EUR"), "-€0.05"),
        (BRITISH, Money.of("12.500", "KWD"), "KWD\u00a012.500"),
        (GERMAN, Money.of("1234.50", "EUR"), "1.234,50\u00a0€"),
        (GERMAN, Money.of("-1234567.50", "EUR"), "-1.234.567,50\u00a0€"),
        (GERMAN, Money.of("1250", "JPY"), "1.250\u00a0¥"),
        (INDIAN, Money.of("1234567.00", "INR"), "₹12,34,567.00"),
    ],
)
def test_money_in_the_readers_format(culture: Culture, money: Money, expected: str) -> None:
    assert culture.money(money) == expected


@pytest.mark.parametrize(
    ("amount", "british", "german"),
    [
        ("12", "€12.00", "12,00\u00a0€"),
        ("0.00045", "€0.00045", "0,00045\u00a0€"),
        ("-1/3", "-€1/3", "-1/3\u00a0€"),
        ("1234.5", "€1,234.50", "1.234,50\u00a0€"),
    ],
)
def test_a_unit_price_drops_no_digit(amount: str, british: str, german: str) -> None:
    price = ExactAmount.of(amount, "EUR")
    assert (BRITISH.unit_price(price), GERMAN.unit_price(price)) == (british, german)


def test_dates_months_and_shares() -> None:
    day = date(2026, 3, 1)
    assert (BRITISH.day(day), GERMAN.day(day)) == ("1 March 2026", "1. März 2026")
    assert BRITISH.month(Month(2026, 12)) == "December 2026"
    assert GERMAN.month(Month(2026, 12)) == "Dezember 2026"
    assert (BRITISH.percent(Fraction("0.075")), GERMAN.percent(Decimal("0.19"))) == (
        "7.5%",
        "19\u00a0%",
    )
    assert GERMAN.percent(Fraction(1, 3)) == "100/3\u00a0%"


def test_a_bare_language_is_written_as_at_home() -> None:
    assert Culture.of("en").day(date(2026, 3, 1)) == "1 March 2026"
    assert Culture.of("en-US").day(date(2026, 3, 1)) == "March 1, 2026"
    assert Culture.of("de").money(Money.of("1.00", "EUR")) == "1,00\u00a0€"


def test_things_are_counted_in_words() -> None:
    assert GERMAN.count(1, "device", "devices") == "1 Gerät"
    assert GERMAN.count(0, "device", "devices") == "0 Geräte"
    assert GERMAN.count(Fraction("1.5"), "hour", "hours") == "1,5 Stunden"
    assert BRITISH.count(1200, "{n} seat used", "{n} seats used") == "1,200 seats used"


def test_a_message_without_translation_stays_english_and_is_listed() -> None:
    assert GERMAN.words("sold by {who}", who="Northbridge") == "sold by Northbridge"
    assert missing_messages(["sold by {who}", "quantity", "a"], GERMAN) == ("a", "sold by {who}")
    assert missing_messages(["anything"], BRITISH) == ()
    host = Culture.of("de", {"sold by {who}": "verkauft von {who}"})
    assert host.words("sold by {who}", who="Northbridge") == "verkauft von Northbridge"
    assert host.words("quantity") == "Menge"


def test_details_are_put_in_only_where_a_message_has_some() -> None:
    assert BRITISH.words("a {brace} stays") == "a {brace} stays"


@pytest.mark.parametrize(
    ("tag", "words"),
    [("fr-FR", "no language pack for 'fr'"), ("en-XX", "no culture"), ("../de", "no culture")],
)
def test_an_unknown_culture_is_refused(tag: str, words: str) -> None:
    with pytest.raises(InvalidValue, match=words):
        Culture.of(tag)


@pytest.mark.parametrize("translation", ["verkauft", "verkauft von {wem}", "verkauft von {who"])
def test_a_translation_keeps_the_placeholders(translation: str) -> None:
    with pytest.raises(InvalidValue, match=r"sold by|cannot be filled in"):
        Culture.of("de", {"sold by {who}": translation})


def test_a_host_may_bring_a_language_of_its_own() -> None:
    french = Culture.of("fr-FR", {"sold by {who}": "vendu par {who}"})
    assert french.words("sold by {who}", who="Northbridge") == "vendu par Northbridge"
    assert french.words("quantity") == "quantity"
    assert missing_messages(["quantity", "sold by {who}"], french) == ("quantity",)
    assert french.money(Money.of("1234.50", "EUR")) == "1\u202f234,50\u00a0€"
    assert french.month(Month(2026, 3)) == "mars 2026"
    assert pickle.loads(pickle.dumps(french)).messages == french.messages
    with pytest.raises(InvalidValue, match="placeholders"):
        Culture.of("fr-FR", {"sold by {who}": "vendu"})


def test_the_languages_are_those_with_a_pack() -> None:
    assert languages() == ("de", "en")


def test_nothing_depends_on_the_decimal_context() -> None:
    with localcontext() as context:
        context.prec = 3
        assert BRITISH.money(Money.of("123456.78", "EUR")) == "€123,456.78"
        assert GERMAN.number(Fraction("123456.789")) == "123.456,789"


def test_babel_is_not_imported_before_a_text_is_asked_for() -> None:
    program = "import sys, harmony_core.culture; sys.exit('babel' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)


def test_an_explanation_reads_in_german() -> None:
    seats = BandTable.of("EUR", [(10, "12.5"), (None, "8", "1000")])
    assert explain(FillUp(seats), "1010.5").as_text(GERMAN) == "\n".join(
        [
            "Staffel, Stufe für Stufe aufgefüllt (v1)",
            "  Menge: 1.010,5",
            "  Obergrenze der Stufe: 10",
            "  Preis je Einheit: 12,5 EUR",
            "  Preis je Einheit: 8 EUR",
            "  Grundbetrag: 1.000 EUR",
            "  Einheiten in Stufe 1: 10",
            "  Stufe 1: Einheiten mal Preis: 10 × 12,5 = 125 EUR",
            "  Einheiten in Stufe 2: 1.010,5 - 10 = 1.000,5",
            "  Stufe 2: Einheiten mal Preis: 1.000,5 × 8 = 8.004 EUR",
            "  Stufe 2: mit Grundbetrag: 8.004 + 1.000 = 9.004 EUR",
            "  Summe der Stufen: 125 + 9.004 = 9.129 EUR",
        ]
    )


@pytest.mark.parametrize(
    "culture",
    [BRITISH, GERMAN, INDIAN, Culture.of("de-DE", {"hello {name}": "hallo {name}"})],
)
def test_a_culture_goes_to_another_process_and_back(culture: Culture) -> None:
    for twin in (
        pickle.loads(pickle.dumps(culture)),
        copy.copy(culture),
        copy.deepcopy(culture),
    ):
        assert twin == culture
        assert hash(twin) == hash(culture)
        assert twin.messages == culture.messages
        assert twin.words("hello {name}", name="Ada") == culture.words("hello {name}", name="Ada")
        assert twin.number(Fraction("1234.5")) == culture.number(Fraction("1234.5"))
        mutable: Any = twin.messages
        with pytest.raises(TypeError):
            mutable["quantity"] = "changed"
