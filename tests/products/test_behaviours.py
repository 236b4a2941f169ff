"""Behaviours that contradict each other are refused, each with its reason."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from harmony_core.errors import InvalidValue, NotFound, PriceNotFound
from harmony_core.finance import ExactAmount
from harmony_core.periods import Interval, Timing
from harmony_core.pricing import (
    Aggregation,
    AtMost,
    Conversion,
    Converted,
    Dynamic,
    Percentage,
    PerUnit,
    Scheme,
    UsageRule,
)
from harmony_core.products import (
    Accounting,
    Billing,
    Catalogue,
    Component,
    ContractType,
    CountPolicy,
    DevicesCounted,
    ExpensesIncurred,
    FixedQuantity,
    FundTerms,
    FundUnit,
    Notice,
    NoticeAnchor,
    Product,
    QuantitySource,
    Recognition,
    Renewal,
    TimeWorked,
    UsageMetered,
    defaults_of,
)
from tests.strategies import fund_terms

T, R, P, C = (
    ContractType.TRANSACTIONAL,
    ContractType.RECURRING,
    ContractType.PREPAYMENT,
    ContractType.CONSUMPTION,
)
ADVANCE, ARREARS = (Billing(timing, Interval.months(1)) for timing in Timing)
EARLY = Billing(Timing.ARREARS, Interval.months(1), 5)
YEARLY = Renewal(12, 12, Notice(Interval.months(3), NoticeAnchor.TERM_END))
PRICE = [PerUnit.of("10", "EUR")]


def counted(policy: CountPolicy) -> DevicesCounted:
    return DevicesCounted(("laptop",), policy)


RECORD = Dynamic.of("1.2", "EUR")
CARDS = Percentage.of("1.5", "EUR")
COUNTED = UsageMetered("x", UsageRule(Aggregation.COUNT))


@pytest.mark.parametrize(
    ("kind", "behaviours", "reason"),
    [
        (P, {}, "a prepayment has fund terms, and nothing else has"),
        (R, {"fund": fund_terms()}, "a prepayment has fund terms, and nothing else has"),
        (P, {"fund": fund_terms(), "quantity": TimeWorked()}, "bought in a fixed quantity"),
        (P, {"fund": fund_terms(), "billing": ARREARS}, "in arrears it would not be prepaid"),
        (
            P,
            {"fund": fund_terms(), "accounting": Accounting()},
            "recognition as drawn belongs to prepaid blocks",
        ),
        (
            R,
            {"accounting": Accounting(recognition=Recognition.AS_DRAWN)},
            "recognition as drawn belongs to prepaid blocks",
        ),
        (R, {"billing": Billing(Timing.ADVANCE, None)}, "what recurs is billed by period"),
        (C, {}, "consumption is measured: name devices or a meter"),
        (C, {"quantity": UsageMetered("x"), "billing": ADVANCE}, "measured after the fact"),
        (R, {"quantity": counted(CountPolicy.PEAK)}, "measured after the fact"),
        (
            C,
            {"quantity": counted(CountPolicy.ADVANCE_TRUE_UP)},
            "advance_true_up bills the first day's count in advance",
        ),
        (
            R,
            {"quantity": UsageMetered("x"), "billing": ARREARS},
            "a measured quantity is recognised when its period is over",
        ),
        (
            C,
            {"quantity": UsageMetered("x"), "billing": Billing(Timing.ARREARS, None)},
            "devices and usage are billed by period",
        ),
        (
            T,
            {"quantity": TimeWorked(), "billing": Billing(Timing.ARREARS, Interval.months(3))},
            "time and expenses are billed by calendar month",
        ),
        (T, {"renewal": YEARLY}, "is sold once, so it has no term of 12 months"),
        *(
            (T, {"accounting": Accounting(recognition=one)}, f"{one.value} would be at once")
            for one in Recognition
            if one.month_weight is not None
        ),
        (
            C,
            {"quantity": UsageMetered("x"), "billing": EARLY},
            "known when its period is over, and 5 lead days",
        ),
        (C, {"quantity": counted(CountPolicy.PEAK), "billing": EARLY}, "5 lead days would bill"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(
    kind: ContractType, behaviours: dict[str, Any], reason: str
) -> None:
    with pytest.raises(InvalidValue, match=f"product 'X': .*{reason}"):
        Product.sold_as(kind, "X", "X", PRICE, **behaviours)


@pytest.mark.parametrize(
    ("kind", "behaviours"),
    [
        (T, {}),
        (T, {"quantity": TimeWorked()}),
        (T, {"quantity": ExpensesIncurred(Fraction(10)), "billing": ARREARS}),
        (R, {}),
        (R, {"quantity": counted(CountPolicy.FIRST_DAY)}),
        (R, {"quantity": counted(CountPolicy.ADVANCE_TRUE_UP)}),
        (P, {"fund": fund_terms()}),
        (C, {"quantity": UsageMetered("x")}),
        (C, {"quantity": counted(CountPolicy.DAILY)}),
        (C, {"quantity": counted(CountPolicy.FIRST_DAY), "billing": EARLY}),
        (R, {"renewal": YEARLY}),
        (T, {"accounting": Accounting(recognition=Recognition.ON_DELIVERY)}),
    ],
)
def test_what_the_trade_sells_can_be(kind: ContractType, behaviours: dict[str, Any]) -> None:
    product = Product.sold_as(kind, "X", "X", PRICE, **behaviours)
    assert product.type is kind
    assert product.billing == behaviours.get("billing", defaults_of(kind).billing)


@pytest.mark.parametrize(
    ("price", "quantity", "reason"),
    [
        (RECORD, FixedQuantity(), "1.2 times the price that a usage record brings"),
        (AtMost.of(RECORD, 50), FixedQuantity(), "no usage is recorded: meter it"),
        (RECORD, TimeWorked(), "no usage is recorded"),
        (RECORD, ExpensesIncurred(), "a mark-up of ExpensesIncurred"),
        (RECORD, COUNTED, "a number of records is none"),
        (CARDS, counted(CountPolicy.PEAK), "a number of devices is none"),
        (CARDS, TimeWorked(), "a number of hours is none"),
    ],
)
def test_a_price_that_nothing_can_feed_is_refused(
    price: Scheme, quantity: QuantitySource, reason: str
) -> None:
    kind = C if isinstance(quantity, UsageMetered | DevicesCounted) else T
    with pytest.raises(InvalidValue, match=f"product 'X': .*{reason}"):
        Product.sold_as(kind, "X", "X", [price], quantity=quantity)


def test_a_price_of_money_takes_what_is_a_value_of_money() -> None:
    metered = UsageMetered("orders")
    for price in (RECORD, CARDS):
        assert Product.sold_as(C, "X", "X", [price], quantity=metered).schemes == (price,)
    valued = Converted(CARDS, Conversion.multiply("95"))  # hours at 95 are a value
    assert Product.sold_as(T, "X", "X", [valued], quantity=TimeWorked()).schemes == (valued,)
    assert Product.sold_as(T, "X", "X", [CARDS]).schemes == (CARDS,)  # a share of an agreed sum


def test_the_four_types_are_bundles_of_defaults() -> None:
    shown = [
        (kind.value, d.billing.timing.value, d.billing.interval, d.accounting.recognition.value)
        for kind in ContractType
        for d in [defaults_of(kind)]
    ]
    assert shown == [
        ("transactional", "arrears", None, "at_once"),
        ("recurring", "advance", Interval.months(1), "straight_line"),
        ("prepayment", "advance", None, "as_drawn"),
        ("consumption", "arrears", Interval.months(1), "at_once"),
    ]
    assert defaults_of(ContractType.RECURRING).quantity == FixedQuantity()


def test_values_refuse_what_cannot_be_true() -> None:
    with pytest.raises(InvalidValue, match="lead days must be zero or more, got -3"):
        Billing(Timing.ADVANCE, None, -3)
    with pytest.raises(InvalidValue, match="name at least one"):
        DevicesCounted((), CountPolicy.PEAK)
    with pytest.raises(InvalidValue, match="a minimum count must be zero or more, got -1"):
        DevicesCounted(("x",), CountPolicy.PEAK, -1)
    with pytest.raises(InvalidValue, match="at least one month and no negative months"):
        Renewal(0, 12, Notice(Interval.months(3), NoticeAnchor.TERM_END))
    with pytest.raises(InvalidValue, match="valid for a month or more, got 0"):
        fund_terms(valid_months=0)
    with pytest.raises(InvalidValue, match="units per hour must be above zero"):
        fund_terms(units_per_hour=0)


def test_a_tariff_by_currency_comes_before_the_one_for_all() -> None:
    terms = FundTerms(
        FundUnit.CASH,
        12,
        (("*", Fraction(100)), ("GBP", Fraction(85))),
        (ExactAmount.of("110", "EUR"),),
    )
    assert [int(terms.units_for(code)) for code in ("GBP", "EUR")] == [85, 100]
    assert terms.overage_price("EUR") == ExactAmount.of("110", "EUR")
    with pytest.raises(PriceNotFound, match="no overage price in GBP: add one"):
        terms.overage_price("GBP")


def test_a_product_names_its_price_in_each_currency_and_its_name_in_each_language() -> None:
    both = [*PRICE, PerUnit.of("9", "GBP")]
    product = Product.sold_as(R, "X", {"de": "Ding", "en": "Thing"}, both)
    assert product.scheme("GBP") == both[1]
    assert [product.name(tag) for tag in ("en", "de", "fr")] == ["Thing", "Ding", "Ding"]
    with pytest.raises(PriceNotFound, match=r"no price in USD \(it has: EUR, GBP\)"):
        product.scheme("USD")
    with pytest.raises(InvalidValue, match=r"two schemes in one currency: \['EUR', 'EUR'\]"):
        Product.sold_as(R, "X", "X", PRICE * 2)
    with pytest.raises(InvalidValue, match="has no name"):
        Product.sold_as(R, "X", {}, PRICE)


def bundle(id_: str, *parts: Component) -> Product:
    return Product.sold_as(R, id_, id_, PRICE, components=parts)


def test_bundles_open_into_parts_and_never_contain_each_other() -> None:
    cable, router = (Product.sold_as(R, id_, id_, PRICE) for id_ in ("CABLE", "ROUTER"))
    kit = bundle("KIT", Component("CABLE", 3, 50), Component("ROUTER", 1, 50))
    office = bundle("OFFICE", Component("KIT", 2, 80), Component("CABLE", 1, 20))
    catalogue = Catalogue((cable, router, kit, office))
    assert [(part.id, int(count)) for part, count in catalogue.explode("OFFICE", "2")] == [
        ("CABLE", 12),
        ("ROUTER", 4),
        ("CABLE", 2),
    ]
    with pytest.raises(InvalidValue, match="contain each other: A > B > A"):
        Catalogue((bundle("A", Component("B", 1, 100)), bundle("B", Component("A", 1, 100))))
    with pytest.raises(NotFound, match="no product 'CABLE' in the catalogue of 1"):
        Catalogue((bundle("A", Component("CABLE", 1, 100)),))
    with pytest.raises(InvalidValue, match="must add up to 100, got 90"):
        bundle("A", Component("CABLE", 1, 90))
    with pytest.raises(InvalidValue, match="found twice: CABLE"):
        Catalogue((cable, router, cable))
