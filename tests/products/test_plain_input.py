"""What callers write plainly (a text, a list, a number) is taken over exactly, or refused."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from harmony_core.errors import InvalidValue
from harmony_core.finance import ExactAmount
from harmony_core.periods import Interval, Timing
from harmony_core.pricing import PerUnit
from harmony_core.products import (
    Accounting,
    Billing,
    Component,
    ContractType,
    CountPolicy,
    DeliveryMode,
    DevicesCounted,
    DrawOrder,
    ExpensesIncurred,
    FundTerms,
    FundUnit,
    Notice,
    NoticeAnchor,
    Product,
    Recognition,
    defaults_of,
)

PRICE = PerUnit.of("10", "EUR")


def plain(word: str) -> Any:
    """A word where the type checker would ask for a member of the list."""
    return word


def test_one_device_type_is_one_type_and_not_its_letters() -> None:
    assert DevicesCounted("laptop", CountPolicy.PEAK).types == ("laptop",)
    assert DevicesCounted(["laptop", "server"], CountPolicy.PEAK).types == ("laptop", "server")
    with pytest.raises(InvalidValue, match="name at least one"):
        DevicesCounted([], CountPolicy.PEAK)


@pytest.mark.parametrize("percent", ["7.5", Decimal("7.5"), Fraction(15, 2)])
def test_a_mark_up_is_an_exact_number(percent: str | Decimal | Fraction) -> None:
    assert ExpensesIncurred(percent).markup_percent == Fraction(15, 2)
    with pytest.raises(InvalidValue, match="mark-up in per cent must be exact"):
        ExpensesIncurred(7.5)  # type: ignore[arg-type]


def test_the_terms_of_a_fund_take_mappings_lists_and_exact_numbers() -> None:
    over = ExactAmount.of("130", "EUR")
    asked = FundTerms(FundUnit.CASH, 3, {"EUR": "0.5", "*": "2"}, [over], plain("start"))
    pairs = (("EUR", Fraction(1, 2)), ("*", Fraction(2)))
    assert asked == FundTerms(FundUnit.CASH, 3, pairs, (over,), DrawOrder.START)
    assert hash(asked) == hash(FundTerms(plain("cash"), 3, pairs, (over,), DrawOrder.START))
    with pytest.raises(InvalidValue, match="units per hour must be exact"):
        FundTerms(FundUnit.CASH, 3, [("EUR", 0.5)], [over])  # type: ignore[list-item]


def test_words_become_members_of_their_list() -> None:
    product = Product.sold_as(plain("recurring"), "A", "A", [PRICE], delivery=plain("project"))
    assert product.type is ContractType.RECURRING
    assert product.delivery is DeliveryMode.PROJECT
    assert product.billing == defaults_of(ContractType.RECURRING).billing
    assert DevicesCounted("x", plain("peak")).policy is CountPolicy.PEAK
    assert Billing(plain("arrears"), None).timing is Timing.ARREARS
    assert Accounting(recognition=plain("as_drawn")).recognition is Recognition.AS_DRAWN
    assert Notice(None, plain("term_end")).to is NoticeAnchor.TERM_END


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: Product.sold_as(plain("weekly"), "A", "A", [PRICE]),
            "ContractType is one of transactional, recurring, prepayment, consumption, "
            "got 'weekly'",
        ),
        (
            lambda: Product.sold_as(
                ContractType.RECURRING, "A", "A", [PRICE], delivery=plain("pigeon")
            ),
            "DeliveryMode is one of direct, project, got 'pigeon'",
        ),
        (
            lambda: Billing(plain("sometime"), Interval.months(1)),
            "Timing is one of advance, arrears, got 'sometime'",
        ),
        (
            lambda: FundTerms(plain("beads"), 1, (), ()),
            "FundUnit is one of hours, tokens, cash, got 'beads'",
        ),
    ],
)
def test_another_word_is_refused_with_the_list(make: Any, message: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        make()
    assert str(refused.value) == message


def test_lists_and_mappings_of_a_product_are_kept_as_tuples() -> None:
    parts = [Component("a", 1, 60), Component("b", 1, 40)]
    product = Product.sold_as(
        ContractType.RECURRING,
        "A",
        {"de": "Paket", "en": "Bundle"},
        iter([PRICE]),
        components=parts,
    )
    assert product.names == (("de", "Paket"), ("en", "Bundle"))
    assert product.schemes == (PRICE,)
    assert product.components == tuple(parts)
    assert isinstance(hash(product), int)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"schemes": PRICE}, "schemes are a list, one for each currency"),
        ({"components": Component("a", 1, 100)}, "components must be a list"),
        ({"id": ""}, "a product needs an id"),
    ],
)
def test_what_is_no_list_or_has_no_id_is_refused(fields: dict[str, Any], message: str) -> None:
    given: dict[str, Any] = {"id": "A", "names": "A", "schemes": [PRICE]}
    with pytest.raises(InvalidValue, match=message):
        Product.sold_as(ContractType.RECURRING, **(given | fields))


def test_a_misspelt_behaviour_is_refused() -> None:
    with pytest.raises(TypeError, match="quantiy"):
        Product.sold_as(ContractType.RECURRING, "A", "A", [PRICE], quantiy=1)  # type: ignore[call-arg]
