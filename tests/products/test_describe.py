"""A product says in words how it is priced, billed, recognised and renewed."""

from __future__ import annotations

from fractions import Fraction

import attrs
import pytest
from hypothesis import given

from harmony_core.contracts import ContractLine
from harmony_core.culture import Culture
from harmony_core.finance import ExactAmount
from harmony_core.periods import Interval, Timing
from harmony_core.pricing import (
    Aggregation,
    AtLeast,
    BandTable,
    BucketUse,
    FillUp,
    LookUp,
    PercentileRule,
    PerUnit,
    TimeBuckets,
    UsageRule,
)
from harmony_core.products import (
    Billing,
    CarryMode,
    ContractType,
    CountPolicy,
    DeliveryMode,
    DevicesCounted,
    ExpensesIncurred,
    FundTerms,
    Notice,
    NoticeAnchor,
    Product,
    Renewal,
    Rollover,
    TopUp,
    UsageMetered,
    UseFirst,
)
from tests.pricing.usage_rules import usage_rules
from tests.strategies import fund_terms, line

ENGLISH, GERMAN = Culture.of("en-GB"), Culture.of("de-DE")

BACKUP = Product.sold_as(
    ContractType.RECURRING,
    "BACKUP",
    {"en": "Backup", "de": "Datensicherung"},
    [FillUp(BandTable.of("EUR", [(10, "12"), (50, "10", "5"), (None, "8")]))],
    unit="seat",
    renewal=Renewal(12, 1, Notice(Interval.months(3), NoticeAnchor.QUARTER_END)),
    billing=Billing(Timing.ADVANCE, Interval.months(3), 14),
)
BLOCK = Product.sold_as(
    ContractType.PREPAYMENT,
    "BLOCK",
    {"en": "Hours", "de": "Stundenkontingent"},
    [PerUnit.of("90", "EUR")],
    unit="hour",
    fund=fund_terms(valid_months=1),
    billing=Billing(Timing.ADVANCE, None, 1),
    renewal=Renewal(1, 0, Notice(Interval.months(1), NoticeAnchor.MONTH_END)),
)
DEVICES = Product.sold_as(
    ContractType.CONSUMPTION,
    "DEV",
    {"en": "Devices", "de": "Geräte"},
    [AtLeast.of(LookUp(BandTable.of("EUR", [(10, "0.00045"), (None, "8")])), "25")],
    unit="device",
    quantity=DevicesCounted(("device",), CountPolicy.DAILY, 3),
    billing=Billing(Timing.ARREARS, Interval.days(10)),
)
EXPENSES = Product.sold_as(
    ContractType.TRANSACTIONAL,
    "EXP",
    {"en": "Expenses", "de": "Auslagen"},
    [PerUnit.of("1", "EUR")],
    quantity=ExpensesIncurred(Fraction("7.5")),
    delivery=DeliveryMode.PROJECT,
)

TEXTS = [
    (
        BACKUP,
        """Backup
  Each unit costs what the band that it fills says:
    up to 10: €12.00 per seat
    up to 50: €10.00 per seat, plus €5.00
    above: €8.00 per seat
  The agreed quantity is charged.
  Billed in advance, every quarter. The invoice comes 14 days early.
  Revenue is recognised day by day over the service period.
  It is delivered directly.
  The initial term is 12 months. It renews by one month at a time. Notice of 3 months to the end \
of a quarter ends it.""",
        """Datensicherung
  Jede Einheit kostet, was die Stufe sagt, die sie füllt:
    bis 10: 12,00 € je Platz
    bis 50: 10,00 € je Platz, zuzüglich 5,00 €
    darüber: 8,00 € je Platz
  Berechnet wird die vereinbarte Menge.
  Berechnet im Voraus, vierteljährlich. Die Rechnung kommt 14 Tage früher.
  Der Umsatz wird tageweise über den Leistungszeitraum erfasst.
  Die Lieferung erfolgt direkt.
  Die Erstlaufzeit beträgt 12 Monate. Es verlängert sich um jeweils einen Monat. Kündbar mit \
einer Frist von 3 Monaten zum Quartalsende.""",
    ),
    (
        BLOCK,
        """Hours
  €90.00 per hour.
  The agreed quantity is charged.
  A fund of hours; a block is valid for one month.
  The block that ends first is drawn first.
  Beyond the fund an hour costs €100.00.
  Billed once. The invoice comes one day early.
  Revenue is recognised as the block is drawn; what lapses, on the block's last day.
  It is delivered directly.
  The initial term is one month. After that it runs on. Notice of one month to the end of a \
month ends it.""",
        """Stundenkontingent
  90,00 € je Stunde.
  Berechnet wird die vereinbarte Menge.
  Ein Guthaben in Stunden; ein Kontingent gilt einen Monat.
  Das Kontingent, das zuerst endet, wird zuerst verbraucht.
  Über das Guthaben hinaus kostet eine Stunde 100,00 €.
  Einmalig berechnet. Die Rechnung kommt einen Tag früher.
  Der Umsatz wird erfasst, wie das Kontingent abgerufen wird; was verfällt, an dessen letztem Tag.
  Die Lieferung erfolgt direkt.
  Die Erstlaufzeit beträgt einen Monat. Danach läuft es weiter. Kündbar mit einer Frist von \
einem Monat zum Monatsende.""",
    ),
    (
        DEVICES,
        """Devices
  All units cost what the band that the quantity reaches says:
    up to 10: €0.00045 per device
    above: €8.00 per device
  At least €25.00.
  Active devices are counted day by day: device. At least 3 are charged.
  Billed in arrears, every 10 days.
  Revenue is recognised on the last day of the service period.
  It is delivered directly.
  It does not renew.""",
        """Geräte
  Alle Einheiten kosten, was die Stufe sagt, die die Menge erreicht:
    bis 10: 0,00045 € je Gerät
    darüber: 8,00 € je Gerät
  Mindestens 25,00 €.
  Aktive Geräte werden Tag für Tag gezählt: Gerät. Berechnet werden mindestens 3.
  Berechnet nachträglich, alle 10 Tage.
  Der Umsatz wird am letzten Tag des Leistungszeitraums erfasst.
  Die Lieferung erfolgt direkt.
  Es verlängert sich nicht.""",
    ),
    (
        EXPENSES,
        """Expenses
  Expenses are passed on with 7.5% added.
  Billed in arrears for each calendar month.
  Revenue is recognised on the last day of the service period.
  It is delivered within a project.
  It does not renew.""",
        """Auslagen
  Auslagen werden mit 7,5 % Aufschlag weiterberechnet.
  Berechnet nachträglich für jeden Kalendermonat.
  Der Umsatz wird am letzten Tag des Leistungszeitraums erfasst.
  Die Lieferung erfolgt in einem Projekt.
  Es verlängert sich nicht.""",
    ),
]


def plain(text: str) -> str:
    """Formats put a space that does not break before some signs."""
    return text.replace("\xa0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(("product", "english", "german"), TEXTS)
def test_a_product_in_words(product: Product, english: str, german: str) -> None:
    assert plain(product.describe(ENGLISH).as_text()) == english
    assert plain(product.describe(GERMAN).as_text()) == german


@pytest.mark.parametrize("policy", CountPolicy)
def test_each_way_to_count_has_its_own_sentence_in_both_languages(policy: CountPolicy) -> None:
    others = [other for other in CountPolicy if other is not policy]
    for culture in (ENGLISH, GERMAN):
        assert _counting(policy, culture) not in [_counting(other, culture) for other in others]
    assert _counting(policy, ENGLISH) != _counting(policy, GERMAN)


def _counting(policy: CountPolicy, culture: Culture) -> str:
    source = DevicesCounted(("server",), policy)
    text: str = (
        line(PerUnit.of("1", "EUR"), source=source).describe(culture).as_data()["quantity"][0]
    )
    return text


@pytest.mark.parametrize(
    ("rule", "english", "german"),
    [
        (
            UsageRule(),
            "The usage of meter disk is added up.",
            "Der Verbrauch des Zählers disk wird summiert.",
        ),
        (
            UsageRule(
                Aggregation.TIME_WEIGHTED,
                buckets=TimeBuckets.of(Interval.days(1), BucketUse.PRICED_ALONE),
                zone="Europe/Berlin",
            ),
            "The average level of meter disk counts, each level by the time that it held. That is "
            "done for each time bucket: 1 day, on the clocks of Europe/Berlin. Each of them is "
            "priced alone.",
            "Es zählt der mittlere Stand des Zählers disk, jeder Stand nach seiner Dauer. Das "
            "geschieht für jedes Zeitfenster: 1 Tag, nach den Uhren von Europe/Berlin. Für jedes "
            "gilt der Preis einzeln.",
        ),
        (
            UsageRule(Aggregation.PERCENTILE, 95, PercentileRule.INTERPOLATED),
            "The value that 95% of the values of meter disk do not exceed counts. Between two "
            "values it is interpolated.",
            "Es zählt der Wert, den 95 % der Werte des Zählers disk nicht überschreiten. Zwischen "
            "zwei Werten wird interpoliert.",
        ),
    ],
)
def test_how_usage_is_measured_in_words(rule: UsageRule, english: str, german: str) -> None:
    metered = attrs.evolve(DEVICES, quantity=UsageMetered("disk", rule))
    for culture, sentences in ((ENGLISH, english), (GERMAN, german)):
        found = metered.describe(culture).as_data()["quantity"][0]
        assert plain(found) == sentences


@given(usage_rules())
def test_every_rule_for_usage_has_words_in_both_languages(rule: UsageRule) -> None:
    metered = attrs.evolve(DEVICES, quantity=UsageMetered("disk", rule))
    texts = [metered.describe(one).as_data()["quantity"][0] for one in (ENGLISH, GERMAN)]
    assert all("{" not in text for text in texts)
    assert texts[0] != texts[1]


def test_prices_in_one_currency_or_all() -> None:
    product = attrs.evolve(BLOCK, schemes=(*BLOCK.schemes, PerUnit.of("85", "GBP")))
    assert product.describe(ENGLISH).as_data()["price"] == ["€90.00 per hour.", "£85.00 per hour."]
    assert product.describe(ENGLISH, "GBP").as_data()["price"] == ["£85.00 per hour."]


def test_a_contract_line_describes_what_was_agreed_and_not_what_the_product_says() -> None:
    agreed: ContractLine = line(PerUnit.of("7.77", "EUR"))
    data = agreed.describe(GERMAN).as_data()
    assert data["name"] == "Leistung"
    assert plain(data["price"][0]) == "7,77 € je Stück."


def test_a_promise_never_to_be_dearer_is_said() -> None:
    table = BandTable.of("EUR", [(10, "12"), (None, "8")])
    plain = attrs.evolve(DEVICES, schemes=(LookUp(table),))
    never = attrs.evolve(DEVICES, schemes=(LookUp(table, never_dearer_than_next_band=True),))
    english = "But never more than a higher band would cost at least."
    german = "Aber nie mehr, als eine höhere Stufe mindestens kosten würde."
    assert english in str(never.describe(ENGLISH))
    assert english not in str(plain.describe(ENGLISH))
    assert german in str(never.describe(GERMAN))


@pytest.mark.parametrize(
    ("rollover", "english", "german"),
    [
        (
            Rollover(),
            ["Unused units do not go on into the next period."],
            ["Nicht verbrauchte Einheiten gehen nicht in die nächste Periode über."],
        ),
        (
            Rollover(CarryMode.CAP, cap=Fraction("2.5"), lifetime_periods=1),
            [
                "At most 2.5 unused units go on into the next period; the oldest lapse first.",
                "Carried units lapse after one further period.",
                "Carried units are used first.",
            ],
            [
                "Höchstens 2,5 nicht verbrauchte Einheiten gehen in die nächste Periode über; "
                "die ältesten verfallen zuerst.",
                "Übertragene Einheiten verfallen nach einer weiteren Periode.",
                "Übertragene Einheiten werden zuerst verbraucht.",
            ],
        ),
        (
            Rollover(CarryMode.FRACTION, fraction=Fraction(1, 2), lifetime_periods=3),
            [
                "Of all unused units 50 % go on into the next period.",
                "Carried units lapse after 3 further periods.",
                "Carried units are used first.",
            ],
            [
                "Von allen nicht verbrauchten Einheiten gehen 50 % in die nächste Periode über.",
                "Übertragene Einheiten verfallen nach 3 weiteren Perioden.",
                "Übertragene Einheiten werden zuerst verbraucht.",
            ],
        ),
        (
            Rollover(CarryMode.UNLIMITED, use_first=UseFirst.CURRENT),
            [
                "Unused units go on into the next period.",
                "Units of the period itself are used first.",
            ],
            [
                "Nicht verbrauchte Einheiten gehen in die nächste Periode über.",
                "Einheiten der laufenden Periode werden zuerst verbraucht.",
            ],
        ),
    ],
)
def test_an_allowance_says_what_goes_on(
    rollover: Rollover, english: list[str], german: list[str]
) -> None:
    fund = attrs.evolve(fund_terms(), rollover=rollover)
    for culture, words in ((ENGLISH, english), (GERMAN, german)):
        assert fund_sentences(fund, culture)[1:-1] == words


def fund_sentences(fund: FundTerms, culture: Culture) -> list[str]:
    product = Product.sold_as(
        ContractType.PREPAYMENT,
        "A",
        {"en": "A"},
        [PerUnit.of("90", "EUR")],
        fund=fund,
        billing=Billing(Timing.ADVANCE, Interval.months(1)),
    )
    return [words for kind, words in product.describe(culture).sentences if kind == "fund"]


def test_a_top_up_says_when_more_is_bought() -> None:
    by = TopUp(Fraction(2), by=Fraction(10), prices=ExactAmount.of("85", "EUR"), valid_months=1)
    to = TopUp(Fraction(2), to=Fraction(10), valid_months=6)
    assert fund_sentences(attrs.evolve(fund_terms(), top_up=by), ENGLISH)[2:-1] == [
        "When a draw leaves less than 2 units, 10 more are bought.",
        "What was bought so is valid for one month.",
        "A unit bought so costs €85.00.",
    ]
    assert fund_sentences(attrs.evolve(fund_terms(), top_up=to), GERMAN)[2:-1] == [
        "Lässt ein Abruf weniger als 2 Einheiten übrig, werden so viele gekauft, dass 10 da sind.",
        "So Gekauftes gilt 6 Monate.",
    ]
