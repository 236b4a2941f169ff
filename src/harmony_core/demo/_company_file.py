"""The company, its entities, taxes and transfer rules, from their JSON form."""

from __future__ import annotations

from datetime import date, timedelta

from harmony_core.demo._nodes import Node
from harmony_core.finance import (
    CostPlus,
    ExactAmount,
    FixedRate,
    Group,
    LegalEntity,
    NamedTax,
    PercentOfSell,
    TaxRate,
    TaxRule,
    TransferRule,
    TransferSubject,
)
from harmony_core.repositories import Company


def company(node: Node) -> Company:
    return Company(
        group=_group(node),
        divisions=tuple(
            (part["id"].text(), tuple((tag, name.text()) for tag, name in part["names"].items()))
            for part in node["divisions"].each()
        ),
        tax_rates=tuple(_tax_rate(part) for part in node["tax_rates"].each()),
        tax_rules=tuple(_tax_rule(part) for part in node["tax_rules"].each()),
        transfer_rules=(
            *(_transfer_rule(part) for part in node["transfer_rules"].each()),
            _AT_COST,
        ),
        asset_parents=tuple(
            (part["id"].text(), part["parent"].optional_text())
            for part in node["asset_types"].each()
        ),
    )


_AT_COST = TransferRule(
    "TR-EXPENSES", None, None, CostPlus(0), date(1900, 1, 1), subject=TransferSubject.EXPENSE
)
"""Between the companies of the group, expenses are passed on as they are."""


def _group(node: Node) -> Group:
    group = node["group"]
    return Group(
        group["id"].text(),
        group["name"].text(),
        group["currency"].text(),
        tuple(_entity(part) for part in node["entities"].each()),
        group["opening_day"].day(),
    )


def _entity(node: Node) -> LegalEntity:
    return LegalEntity(
        id=node["id"].text(),
        name=node["name"].text(),
        country=node["country"].text(),
        currency=node["currency"].text(),
        zone=node["zone"].text(),
        fiscal_year_start_month=node["fiscal_year_start_month"].whole(),
        accounts={role: code.text() for role, code in node["accounts"].items()},
    )


def _tax_rate(node: Node) -> TaxRate:
    return TaxRate(
        node["jurisdiction"].text(),
        node["category"].text(),
        node["percent"].number(),
        node["valid_from"].day(),
        _day_after(node["valid_to"].optional_day()),
    )


def _tax_rule(node: Node) -> TaxRule:
    """A rule for sales within the seller's country."""
    further = (
        NamedTax(part["jurisdiction"].text(), part["code"].text())
        for part in node["further"].each()
    )
    return TaxRule(
        node["id"].text(),
        node["seller"].text(),
        node["category"].text(),
        node["reason"].text(),
        codes=[part.text() for part in node["codes"].each()],
        abroad=False,
        jurisdiction=node["jurisdiction"].text(),
        further=tuple(further),
        valid_from=node["valid_from"].day(),
        valid_to=_day_after(node["valid_to"].optional_day()),
    )


def _transfer_rule(node: Node) -> TransferRule:
    method: CostPlus | PercentOfSell | FixedRate
    match node["method"].text():
        case "cost_plus":
            method = CostPlus(node["markup_percent"].number())
        case "percent_of_sell":
            method = PercentOfSell(node["percent"].number())
        case "fixed_rate":
            method = FixedRate(ExactAmount.of(node["rate"].number(), node["currency"].text()))
        case _:
            raise node["method"].wrong("one of cost_plus, percent_of_sell, fixed_rate")
    return TransferRule(
        node["id"].text(),
        node["seller"].text(),
        node["performer"].text(),
        method,
        node["valid_from"].day(),
        _day_after(node["valid_to"].optional_day()),
        TransferSubject.TIME,
    )


def _day_after(last_day: date | None) -> date | None:
    """The files show the last day of validity; inside, an end is the first day without it."""
    return None if last_day is None else last_day + timedelta(days=1)
