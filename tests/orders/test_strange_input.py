"""Whatever is given to a constructor of products, orders or work, it is taken or refused in words.

No field may fail later, or with an error that is none of ours: an object of nothing in particular
is refused by each, at once.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import attrs
import pytest

from harmony_core.billing import DerivedFields, contract_facts
from harmony_core.contracts import Cover, NameList, term_sheet
from harmony_core.errors import HarmonyError, InvalidValue
from harmony_core.fields import FieldSchema, read_fields
from harmony_core.finance import ExactAmount, Money
from harmony_core.orders import (
    Acceptance,
    Adjustment,
    Cancellation,
    Order,
    OrderLine,
    PriceChange,
    Prices,
    Purchase,
    QuantityChange,
    Quote,
    QuoteVersion,
    Stage,
    SupplierChange,
)
from harmony_core.periods import Interval, Span
from harmony_core.pricing import PerUnit, PriceBook
from harmony_core.products import (
    Accounting,
    Billing,
    Catalogue,
    Component,
    ContractType,
    DevicesCounted,
    ExpensesIncurred,
    ExpenseTerms,
    FixedShare,
    Notice,
    Origin,
    Override,
    PercentShare,
    Product,
    RateCalendar,
    RatioShare,
    Renewal,
    TimeRounding,
    TimeTerms,
    TimeWorked,
    UsageMetered,
    WeeklyHours,
)
from harmony_core.work import HourlyRate, RateCard, RatedFor, lint_contracts
from tests.strategies import contract, line

DAY = date(2026, 3, 1)
PRICE = ExactAmount.of("28.00", "EUR")
LINE = OrderLine("1", "C-1", "MAIL", 1, DAY)
VERSION = QuoteVersion(DAY, DAY, [LINE])
MAIL = Product.sold_as(ContractType.RECURRING, "MAIL", "Mail", [PerUnit.of("3", "EUR")])
DECISION: dict[str, Any] = {"by": "A", "on": DAY, "why": "agreed"}
VALUES: list[Any] = [
    LINE,
    VERSION,
    MAIL,
    Order("O", "sell", "K", "DE", "EUR", [LINE], DAY),  # type: ignore[arg-type]
    Purchase("P", "S", 1, PRICE, DAY),
    Adjustment("A", "C-1/1", "P", DAY, Cancellation(), "why"),
    PriceChange(PRICE),
    SupplierChange("S", PRICE),
    QuantityChange(1),
    Stage(1, DAY),
    Quote("Q", "sell", "K", "DE", "EUR", [VERSION]),  # type: ignore[arg-type]
    Acceptance("O", 1, DAY, ["C-1/1"]),
    Prices(PriceBook([])),
    Component("MAIL", 1, 100),
    FixedShare(PRICE),
    PercentShare(1),
    RatioShare(1),
    Catalogue([MAIL]),
    Billing("advance", None),  # type: ignore[arg-type]
    Accounting(),
    DevicesCounted("pc", "peak"),  # type: ignore[arg-type]
    UsageMetered("traffic"),
    ExpensesIncurred(),
    ExpenseTerms("hotel"),
    TimeWorked(),
    Override(**DECISION, unit="seat"),
    Origin("product", "MAIL", ["price"]),  # type: ignore[arg-type, list-item]
    Notice(Interval.months(1)),
    Renewal(12, 12, Notice(Interval.months(1))),
    TimeRounding(),
    TimeTerms(),
    WeeklyHours("normal", [1], time(9), time(17)),
    RateCalendar("Europe/London", []),
    HourlyRate("list", PRICE),
    RateCard([]),
    RatedFor(),
    Cover(roles=NameList.all_but(), types=NameList.all_but()),
]
STRANGE: list[Any] = [
    object(), "x", "", 5, -5, 1.5, True, None, [], ["x"], [5], {}, {"x": 5}, DAY,
    datetime(2026, 3, 1), time(9), PRICE, Money(1, "EUR"),  # noqa: DTZ001
]  # fmt: skip
FIELDS = [
    (value, field.alias or field.name)
    for value in VALUES
    for field in attrs.fields(type(value))
    if field.init
]


@pytest.mark.parametrize(
    ("value", "field"), FIELDS, ids=[f"{type(value).__name__}.{field}" for value, field in FIELDS]
)
def test_what_is_strange_is_taken_or_refused_in_words(value: Any, field: str) -> None:
    for strange in STRANGE:
        try:
            attrs.evolve(value, **{field: strange})
        except HarmonyError as refused:
            assert str(refused)  # noqa: PT017  # any other error fails the test
    with pytest.raises(InvalidValue):
        attrs.evolve(value, **{field: object()})


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (
            lambda: attrs.evolve(LINE, unit_price="28.00"),  # type: ignore[arg-type]
            r"unit_price of line '1' must be an ExactAmount, such as ExactAmount.of\(\"28.00\", "
            r"\"EUR\"\), got '28.00'",
        ),
        (
            lambda: Quote("Q", "sell", "K", "DE", "EUR", [VERSION]).accept(DAY, lines=[]),  # type: ignore[arg-type]
            r"an acceptance of quote 'Q' names no line: leave lines out to accept all that are "
            r"open \(C-1/1\)",
        ),
        (
            lambda: Quote("Q", "sell", "K", "DE", "EUR", [VERSION]).accept(DAY, lines="C-1/1"),  # type: ignore[arg-type]
            "lines accepted of quote 'Q' must be a list, got 'C-1/1'",
        ),
        (
            lambda: term_sheet(contract(line(PerUnit(PRICE), DAY)), DAY, party="X"),  # type: ignore[arg-type]
            "party of a term sheet must be a Customer or a Supplier, such as Customer",
        ),
        (
            lambda: term_sheet(contract(line(PerUnit(PRICE), DAY)), "2026-03-01"),  # type: ignore[arg-type]
            "the day of a term sheet must be a plain date, got '2026-03-01'",
        ),
        (lambda: Catalogue(MAIL), "products of a catalogue must be a list"),  # type: ignore[arg-type]
        (
            lambda: Catalogue([MAIL]).share("MAIL", "28.00"),  # type: ignore[arg-type]
            "the price of bundle 'MAIL' must be an ExactAmount, such as",
        ),
        (
            lambda: attrs.evolve(MAIL, schemes=["28.00"]),  # type: ignore[list-item]
            r"must be a scheme, such as PerUnit.of\(\"9.50\", \"EUR\"\), got '28.00'",
        ),
    ],
)
def test_the_message_names_value_rule_and_way_out(make: Any, reason: str) -> None:
    with pytest.raises(InvalidValue, match=reason):
        make()


AGREED = contract(line(PerUnit(PRICE), DAY))
YEAR = Span.of_days(DAY, date(2026, 12, 31))
SCHEMA: Any = FieldSchema
READ: Any = read_fields
RECORD: Any = contract_facts
DERIVED: Any = DerivedFields
LINT: Any = lint_contracts
NAMED: dict[str, Any] = {"roles": ["senior"], "work_types": ["remote"]}


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (
            lambda: SCHEMA("pc", ["serial"]),
            "each of the fields of a schema must be a Text",
        ),
        (lambda: SCHEMA("pc", None), "fields of a schema must be a list, got None"),
        (lambda: READ(SCHEMA("pc", []), "x"), "values by field id, must be a Mapping"),
        (lambda: RECORD(AGREED, "2026-03-01"), "the day of a record must be a plain date"),
        (lambda: RECORD("C-1", DAY), "what a record is of must be a Contract, got 'C-1'"),
        (lambda: DERIVED({"late": 3}, len), "derived field 'late' must be a Callable"),
        (lambda: LINT([AGREED], DAY, **NAMED), "the days to look at must be a Span"),
        (lambda: LINT(AGREED, YEAR, **NAMED), "contracts to look at must be a list"),
        (
            lambda: LINT([AGREED], YEAR, **(NAMED | {"roles": "senior"})),
            "roles must be a list, got 'senior'",
        ),
    ],
)
def test_what_a_function_is_given_is_refused_in_words(make: Any, reason: str) -> None:
    with pytest.raises(InvalidValue, match=reason):
        make()
