"""Products of the demo company, from their JSON form."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

from harmony_core.demo._nodes import Node
from harmony_core.finance import ExactAmount
from harmony_core.periods import Interval, Timing
from harmony_core.pricing import (
    Aggregation,
    Band,
    BandTable,
    FillUp,
    Flat,
    LookUp,
    PerUnit,
    Scheme,
    UsageRule,
)
from harmony_core.products import (
    Accounting,
    Billing,
    CarryMode,
    Component,
    ContractType,
    CountPolicy,
    DeliveryMode,
    DevicesCounted,
    DrawOrder,
    ExpensesIncurred,
    FixedQuantity,
    FundTerms,
    FundUnit,
    Notice,
    NoticeAnchor,
    NoticeCounting,
    Product,
    QuantitySource,
    Recognition,
    Renewal,
    Rollover,
    TimeWorked,
    TopUp,
    UsageMetered,
    UseFirst,
)

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")


def product(node: Node) -> Product:
    """Make a product; every fault names its path."""
    billing, accounting = node["billing"], node["accounting"]
    months = billing["interval_months"].whole()
    return Product(
        id=node["id"].text(),
        names=tuple((language, name.text()) for language, name in node["names"].items()),
        type=one_of(ContractType, node["type"]),
        division=node["division"].text(),
        unit=node["unit"].text(),
        schemes=_schemes(node["pricing"]),
        quantity=quantity_source(node["quantity"]),
        billing=Billing(
            one_of(Timing, billing["timing"]),
            Interval.months(months) if months else None,
            billing["lead_days"].whole(),
        ),
        accounting=Accounting(
            revenue_role=accounting["revenue"].text(),
            recognition=one_of(Recognition, accounting["recognition"]),
        ),
        tax_category=node["tax_category"].text(),
        delivery=one_of(DeliveryMode, node["delivery"]),
        renewal=optional(node["renewal"], renewal_terms),
        fund=optional(node["fund"], fund_terms),
        components=optional(node["components"], _components) or (),
    )


def one_of(kind: type[E], node: Node) -> E:
    """A member of an enumeration by its value."""
    value = node.text()
    try:
        return kind(value)
    except ValueError:
        raise node.wrong("one of " + ", ".join(member.value for member in kind)) from None


def optional(node: Node, make: Callable[[Node], T]) -> T | None:
    return None if node.value is None else make(node)


def _schemes(pricing: Node) -> tuple[Scheme, ...]:
    make = _maker(pricing)
    return tuple(make(price, currency) for currency, price in pricing["prices"].items())


def scheme(pricing: Node, currency: str) -> Scheme:
    """The price in one currency."""
    return _maker(pricing)(pricing["prices"][currency], currency)


def _maker(pricing: Node) -> Callable[[Node, str], Scheme]:
    kind = pricing["scheme"].text()
    if kind not in _SCHEMES:
        raise pricing["scheme"].wrong("one of " + ", ".join(_SCHEMES))
    return _SCHEMES[kind]


def _flat(price: Node, currency: str) -> Scheme:
    return Flat(ExactAmount.of(price.number(), currency))


def _per_unit(price: Node, currency: str) -> Scheme:
    return PerUnit(ExactAmount.of(price.number(), currency))


def _fill_up(price: Node, currency: str) -> Scheme:
    return FillUp(_table(price, currency))


def _look_up(price: Node, currency: str) -> Scheme:
    return LookUp(_table(price, currency))


_SCHEMES: dict[str, Callable[[Node, str], Scheme]] = {
    "flat": _flat,
    "per_unit": _per_unit,
    "fill_up": _fill_up,
    "look_up": _look_up,
}


def _table(price: Node, currency: str) -> BandTable:
    return BandTable(tuple(_band(band, currency) for band in price.each()))


def _band(node: Node, currency: str) -> Band:
    cells = tuple(node.each())
    if len(cells) != 3:
        raise node.wrong("[up_to, unit_price, flat_fee]")
    up_to, unit_price, flat_fee = cells
    return Band(
        None if up_to.value is None else up_to.number(),
        ExactAmount.of(unit_price.number(), currency),
        None if flat_fee.value is None else ExactAmount.of(flat_fee.number(), currency),
    )


def quantity_source(node: Node) -> QuantitySource:
    """How the quantity is found."""
    source = node["source"].text()
    match source:
        case "fixed":
            return FixedQuantity()
        case "time":
            return TimeWorked()
        case "expenses":
            return ExpensesIncurred(node["markup_percent"].number())
        case "usage":
            rule = optional(node["rule"], _usage_rule)
            return UsageMetered(node["meter"].text(), rule or UsageRule())
        case "devices":
            types = tuple(kind.text() for kind in node["types"].each())
            minimum = 0 if node["minimum"].value is None else node["minimum"].whole()
            return DevicesCounted(types, one_of(CountPolicy, node["policy"]), minimum)
    raise node["source"].wrong("one of fixed, time, expenses, usage, devices")


def _usage_rule(node: Node) -> UsageRule:
    return UsageRule(
        one_of(Aggregation, node["aggregation"]), percent=optional(node["percent"], Node.number)
    )


def renewal_terms(node: Node) -> Renewal:
    """Terms, their renewal, and the notice that ends them."""
    clear = node["clear_days"].value is True
    return Renewal(
        node["initial_months"].whole(),
        node["renewal_months"].whole(),
        Notice(
            _notice_period(node),
            one_of(NoticeAnchor, node["notice_to"]),
            NoticeCounting.CLEAR_DAYS if clear else NoticeCounting.CORRESPONDING,
        ),
    )


def _notice_period(node: Node) -> Interval | None:
    if node["notice_days"].value is not None:
        return Interval.of(node["notice_days"].whole(), "day")
    if node["notice_weeks"].value is not None:
        return Interval.of(node["notice_weeks"].whole(), "week")
    months = node["notice_months"].whole()
    return Interval.months(months) if months else None


def fund_terms(node: Node) -> FundTerms:
    """The rules of a prepaid fund."""
    return FundTerms(
        unit=one_of(FundUnit, node["unit"]),
        valid_months=node["valid_months"].whole(),
        units_per_hour=tuple(
            (key, units.number()) for key, units in node["units_per_hour"].items()
        ),
        overage_prices=tuple(
            ExactAmount.of(price.number(), currency)
            for currency, price in node["overage_prices"].items()
        ),
        order=one_of(DrawOrder, node["order"]),
        rollover=optional(node["rollover"], _rollover),
        top_up=optional(node["top_up"], _top_up),
        passes_to=optional(node["passes_to"], _names) or (),
    )


def _names(node: Node) -> tuple[str, ...]:
    return tuple(name.text() for name in node.each())


def _rollover(node: Node) -> Rollover:
    return Rollover(
        one_of(CarryMode, node["mode"]),
        cap=optional(node["cap"], Node.number),
        lifetime_periods=optional(node["lifetime_periods"], Node.whole),
        use_first=one_of(UseFirst, node["use_first"]),
    )


def _top_up(node: Node) -> TopUp:
    return TopUp(
        node["threshold"].number(),
        by=node["by"].number(),
        prices=[
            ExactAmount.of(price.number(), currency) for currency, price in node["prices"].items()
        ],
        valid_months=node["valid_months"].whole(),
    )


def _components(node: Node) -> tuple[Component, ...]:
    return tuple(
        Component(part["product"].text(), part["quantity"].number(), part["share_percent"].number())
        for part in node.each()
    )
